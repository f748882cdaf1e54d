#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "arrays.hpp"
#include "bindings.hpp"
#include "parse_vectors.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

std::pair<std::size_t, std::size_t> parse(const nb::bytes& text, std::size_t start,
                                          const Array<float, 2>& vectors,
                                          const Array<std::uint64_t, 2>& words,
                                          const Array<std::uint8_t, 1>& faults, unsigned threads) {
    const std::size_t room = vectors.shape(0);
    const std::size_t dim = vectors.shape(1);
    if (words.shape(0) != room || words.shape(1) != 2 || faults.shape(0) != room) {
        throw std::invalid_argument("vectors, words and faults must have the same rows");
    }
    if (dim < 1 || threads < 1) throw std::invalid_argument("dim and threads must not be 0");
    if (start > text.size()) throw std::invalid_argument("the text ends before its start");
    const char* const bytes = text.c_str();
    const std::size_t size = text.size();
    const ParsedRows rows{vectors.data(), words.data(), faults.data(), dim, room};
    const nb::gil_scoped_release release;
    const std::size_t n_rows = parse_vectors(bytes, size, start, rows, threads);
    return {n_rows, start};
}

}  // namespace

void bind_parse_vectors(nb::module_& m) {
    m.def("parse_vectors", &parse, "text"_a, "start"_a, "vectors"_a.noconvert(),
          "words"_a.noconvert(), "faults"_a.noconvert(), "threads"_a = 1);
}

}  // namespace latent
