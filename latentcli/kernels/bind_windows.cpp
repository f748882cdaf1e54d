#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "bindings.hpp"
#include "windows.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

using Tokens = nb::ndarray<const std::uint32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Starts = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Places = nb::ndarray<const std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using CountsOut = nb::ndarray<std::int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

void count(const Tokens& tokens, const Starts& starts, const Places& places, std::size_t window,
           const CountsOut& together, unsigned threads) {
    const std::size_t n_words = together.shape(0);
    if (starts.shape(0) == 0 || starts.data()[0] != 0 ||
        starts.data()[starts.shape(0) - 1] != static_cast<std::int64_t>(tokens.shape(0)) ||
        !std::is_sorted(starts.data(), starts.data() + starts.shape(0))) {
        throw std::invalid_argument("starts do not rise from 0 to the number of tokens");
    }
    if (together.shape(1) != n_words) throw std::invalid_argument("together is not square");
    const bool in_range =
        std::all_of(places.data(), places.data() + places.shape(0), [&](std::int32_t place) {
            return place >= -1 && place < static_cast<std::int64_t>(n_words);
        });
    if (!in_range) throw std::invalid_argument("a place is out of range");
    if (window < 1) throw std::invalid_argument("a window has a token at least");
    if (threads < 1 || threads > 1024) throw std::invalid_argument("1 to 1024 threads");
    const WindowedTokens text{tokens.data(), starts.data(),   starts.shape(0) - 1,
                              places.data(), places.shape(0), n_words};
    const nb::gil_scoped_release unlocked;
    count_windows(text, window, together.data(), threads);
}

}  // namespace

void bind_windows(nb::module_& m) {
    // An array of another type is refused: a converted copy would be written to in vain.
    m.def("count_windows", &count, "tokens"_a.noconvert(), "starts"_a.noconvert(),
          "places"_a.noconvert(), "window"_a, "together"_a.noconvert(), "threads"_a = 1);
}

}  // namespace latent
