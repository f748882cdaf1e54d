#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "arrays.hpp"
#include "bindings.hpp"
#include "word2vec.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

void check_weights(const Array<float, 2>& weights) {
    require(weights.shape(1) > 0 && weights.shape(1) % 16 == 0,
            "rows of weights must be padded to a multiple of 16");
    require(reinterpret_cast<std::uintptr_t>(weights.data()) % 64 == 0,
            "weights must begin at a multiple of 64 bytes");
}

// Which rows of the input are each term's: none were given where a row is a term.
using Starts = std::optional<Array<const std::int64_t, 1>>;
using Numbers = std::optional<Array<const std::uint32_t, 1>>;

Subwords checked_subwords(const Starts& starts, const Numbers& rows, std::size_t n_terms,
                          std::size_t n_rows) {
    require(starts.has_value() == rows.has_value(), "subwords are starts and rows");
    if (!starts) {
        require(n_rows == n_terms, "weights must have a row for each term");
        return {nullptr, nullptr};
    }
    require(starts->shape(0) == n_terms + 1, "subword starts must be (n_terms + 1,)");
    const std::int64_t* first = starts->data();
    require(first[0] == 0 && first[n_terms] == static_cast<std::int64_t>(rows->shape(0)),
            "subword starts must go from 0 to the number of rows");
    for (std::size_t i = 0; i < n_terms; ++i) {
        require(first[i] < first[i + 1], "each term must have a subword");
    }
    require(std::all_of(rows->data(), rows->data() + rows->shape(0),
                        [&](std::uint32_t row) { return row < n_rows; }),
            "a subword is not a row");
    return {first, rows->data()};
}

void train(const Array<float, 2>& input, const Array<float, 2>& output,
           const Array<const std::uint32_t, 1>& tokens, const Array<const std::int64_t, 1>& starts,
           const Array<const std::uint32_t, 1>& keep, const Array<const std::uint32_t, 2>& alias,
           std::uint32_t window, std::uint32_t negative, bool cbow, float first_rate,
           float last_rate, std::uint64_t position, std::uint64_t total, std::uint64_t seed,
           const Starts& subword_starts, const Numbers& subword_rows, unsigned threads,
           const std::string& isa) {
    const std::size_t n_terms = keep.shape(0);
    require(n_terms >= 1 && n_terms < 0xFFFFFFFFu, "there must be a term");
    check_weights(input);
    check_weights(output);
    const Subwords subwords =
        checked_subwords(subword_starts, subword_rows, n_terms, input.shape(0));
    require(output.shape(0) == n_terms, "weights must have a row for each term");
    require(input.shape(1) == output.shape(1), "weights differ in their rows");
    require(alias.shape(0) == n_terms && alias.shape(1) == 2, "alias must be (n_terms, 2)");
    require(starts.shape(0) >= 1, "starts must have one entry more than there are stretches");
    const std::int64_t* first = starts.data();
    const std::int64_t* last = first + starts.shape(0) - 1;
    require(*first >= 0 && *last <= static_cast<std::int64_t>(tokens.shape(0)),
            "starts must lie within the tokens");
    require(std::is_sorted(first, last + 1), "starts must not fall");
    require(std::all_of(tokens.data() + *first, tokens.data() + *last,
                        [&](std::uint32_t token) { return token < n_terms; }),
            "a token is not a term");
    for (std::size_t i = 0; i < n_terms; ++i) {
        require(alias.data()[2 * i + 1] < n_terms, "alias names what is not a term");
    }
    require(window >= 1 && window <= 1u << 20, "window must be from 1 to 1048576");
    require(negative >= 1 && negative <= 1u << 16, "negative must be from 1 to 65536");
    require(std::isfinite(first_rate) && std::isfinite(last_rate), "rates must be finite");
    require(total >= 1 && threads >= 1 && threads <= 1024, "total and threads must be 1 or more");
    const Word2Vec model{input.data(),
                         output.data(),
                         subwords,
                         input.shape(1),
                         static_cast<std::uint32_t>(n_terms),
                         keep.data(),
                         alias.data(),
                         window,
                         negative,
                         cbow,
                         first_rate,
                         last_rate,
                         static_cast<double>(total),
                         seed};
    const InstructionSet chosen = instruction_set(isa);
    nb::gil_scoped_release unlocked;
    train_word2vec(model, {tokens.data(), first, position}, starts.shape(0) - 1, threads, chosen);
}

nb::ndarray<nb::numpy, std::uint32_t, nb::ndim<2>> table(const Array<const double, 1>& weights) {
    const std::size_t n = weights.shape(0);
    require(n >= 1, "there must be a weight");
    require(std::all_of(weights.data(), weights.data() + n,
                        [](double weight) { return std::isfinite(weight) && weight > 0; }),
            "weights must be positive");
    auto* made = new std::vector<std::uint32_t>(alias_table({weights.data(), n}));
    nb::capsule owner(made,
                      [](void* p) noexcept { delete static_cast<std::vector<std::uint32_t>*>(p); });
    return nb::ndarray<nb::numpy, std::uint32_t, nb::ndim<2>>(made->data(), {n, 2}, owner);
}

}  // namespace

void bind_word2vec(nb::module_& m) {
    m.def("train_word2vec", &train, "input"_a.noconvert(), "output"_a.noconvert(),
          "tokens"_a.noconvert(), "starts"_a.noconvert(), "keep"_a.noconvert(),
          "alias"_a.noconvert(), nb::kw_only(), "window"_a, "negative"_a, "cbow"_a, "first_rate"_a,
          "last_rate"_a, "position"_a, "total"_a, "seed"_a, "subword_starts"_a = nb::none(),
          "subword_rows"_a = nb::none(), "threads"_a = 1, "isa"_a = "");
    m.def("alias_table", &table, "weights"_a.noconvert());
}

}  // namespace latent
