#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "bindings.hpp"
#include "exact.hpp"
#include "nearest.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

using Floats = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Doubles = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Row = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using TargetRow = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Bytes = nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using BytesOut = nb::ndarray<std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Above this many, codes of targets that fit in int16 could add up to more than an int32 holds.
constexpr std::size_t most_dimensions = 1 << 20;

Vectors checked(const Floats& vectors) {
    if (vectors.shape(0) == 0) throw std::invalid_argument("no vectors");
    if (vectors.shape(1) == 0) throw std::invalid_argument("vectors without dimensions");
    if (vectors.shape(1) > most_dimensions) throw std::invalid_argument("too many dimensions");
    return {vectors.data(), vectors.shape(0), vectors.shape(1)};
}

Question checked(Vectors vectors, const Doubles& targets, std::size_t n, const std::string& metric,
                 unsigned threads, const std::string& isa) {
    if (targets.shape(1) != vectors.dim) {
        throw std::invalid_argument("targets and vectors differ in their dimensions");
    }
    const std::size_t count = targets.shape(0) * targets.shape(1);
    if (!std::all_of(targets.data(), targets.data() + count,
                     [](double x) { return std::fabs(x) < 1e100; })) {
        throw std::invalid_argument("a target is not finite");
    }
    if (metric != "cosine" && metric != "euclidean") {
        throw std::invalid_argument("no metric '" + metric + "'");
    }
    if (n == 0) throw std::invalid_argument("n must be at least 1");
    return {targets.data(),
            targets.shape(0),
            std::min(n, vectors.n_rows),
            metric == "cosine" ? Metric::cosine : Metric::euclidean,
            threads,
            instruction_set(isa)};
}

const std::uint8_t* checked(Vectors vectors, const Bytes& index) {
    if (index.shape(0) != n_blocks(vectors.n_rows) * block_bytes(vectors.dim)) {
        throw std::invalid_argument("the index is not of these vectors: its size is another");
    }
    return index.data();
}

std::size_t bind_index_bytes(std::size_t n_rows, std::size_t dim) {
    return n_blocks(n_rows) * block_bytes(dim);
}

void bind_quantize(const Floats& given, std::size_t first_row, const BytesOut& blocks,
                   unsigned threads) {
    const Vectors vectors = checked(given);
    const std::size_t size = block_bytes(vectors.dim), count = blocks.shape(0) / size;
    if (first_row % block_rows != 0 || blocks.shape(0) % size != 0 ||
        first_row / block_rows + count > n_blocks(vectors.n_rows)) {
        throw std::invalid_argument("not whole blocks of these vectors");
    }
    const nb::gil_scoped_release unlocked;
    quantize(vectors, first_row / block_rows, count, blocks.data(), threads);
}

nb::list bind_nearest_rows(const Floats& given, const Doubles& targets, std::size_t n,
                           const std::string& metric, const std::optional<Bytes>& index,
                           unsigned threads, const std::string& isa) {
    const Vectors vectors = checked(given);
    const Question question = checked(vectors, targets, n, metric, threads, isa);
    const std::uint8_t* blocks = index ? checked(vectors, *index) : nullptr;
    std::vector<std::vector<Near>> found;
    {
        const nb::gil_scoped_release unlocked;
        found = nearest(vectors, blocks, question);
    }
    nb::list answers;
    for (const std::vector<Near>& near : found) {
        nb::list answer;
        for (const Near& one : near) answer.append(nb::make_tuple(one.row, one.value));
        answers.append(answer);
    }
    return answers;
}

std::vector<std::vector<std::size_t>> bind_contenders(const Floats& given, const Doubles& targets,
                                                      std::size_t n, const std::string& metric,
                                                      const Bytes& index, unsigned threads,
                                                      const std::string& isa) {
    const Vectors vectors = checked(given);
    const Question question = checked(vectors, targets, n, metric, threads, isa);
    const std::uint8_t* blocks = checked(vectors, index);
    const nb::gil_scoped_release unlocked;
    return contenders(vectors, blocks, question);
}

double bind_cosine(const Row& a, const TargetRow& b) {
    if (a.shape(0) != b.shape(0)) throw std::invalid_argument("vectors of different dimensions");
    return cosine(a.data(), b.data(), a.shape(0));
}

}  // namespace

void bind_nearest(nb::module_& m) {
    m.def("index_bytes", &bind_index_bytes, "n_rows"_a, "dim"_a);
    m.def("quantize", &bind_quantize, "vectors"_a, "first_row"_a, "blocks"_a.noconvert(),
          "threads"_a = 1);
    m.def("nearest", &bind_nearest_rows, "vectors"_a, "targets"_a, "n"_a, "metric"_a = "cosine",
          "index"_a = nb::none(), "threads"_a = 1, "isa"_a = "");
    m.def("contenders", &bind_contenders, "vectors"_a, "targets"_a, "n"_a, "metric"_a = "cosine",
          "index"_a, "threads"_a = 1, "isa"_a = "");
    m.def("cosine", &bind_cosine, "a"_a, "b"_a);
}

}  // namespace latent
