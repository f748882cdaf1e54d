#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "aligned_rows.hpp"
#include "arrays.hpp"
#include "bindings.hpp"
#include "lda.hpp"
#include "lda_infer.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

void check_starts(const Array<const std::int64_t, 1>& starts, std::size_t n_tokens) {
    const std::int64_t* first = starts.data();
    require(starts.shape(0) >= 1, "starts must have an entry for each document and one more");
    const std::int64_t* last = first + starts.shape(0) - 1;
    require(*first == 0 && *last == static_cast<std::int64_t>(n_tokens),
            "starts must go from 0 to the number of tokens");
    require(std::is_sorted(first, last + 1), "starts must not fall");
}

std::size_t longest(const Array<const std::int64_t, 1>& starts) {
    std::int64_t most = 0;
    for (std::size_t d = 1; d < starts.shape(0); ++d) {
        most = std::max(most, starts.data()[d] - starts.data()[d - 1]);
    }
    return static_cast<std::size_t>(most);
}

bool positive(const double* values, std::size_t n) {
    return std::all_of(values, values + n, [](double x) { return std::isfinite(x) && x > 0; });
}

void sample(const Array<const std::uint32_t, 1>& words, const Array<std::uint16_t, 1>& topics,
            const Array<const std::int64_t, 1>& starts, const Array<std::int32_t, 2>& word_topic,
            const Array<std::int64_t, 1>& topic_totals, const Array<const double, 1>& alpha,
            double beta, std::uint64_t seed, std::uint64_t sweep, std::uint64_t first_token,
            const Array<double, 1>& log_likelihood, const Array<std::int64_t, 2>& histograms,
            unsigned threads, const std::string& isa) {
    const std::size_t n_tokens = words.shape(0);
    const std::size_t n_terms = word_topic.shape(0);
    const std::size_t n_topics = topic_totals.shape(0);
    require(topics.shape(0) == n_tokens, "words and topics differ in length");
    check_starts(starts, n_tokens);
    require(n_topics >= 1 && n_topics < no_topic, "topics must be from 1 to 65534");
    require(word_topic.shape(1) == (n_topics + row_lanes - 1) / row_lanes * row_lanes,
            "rows of word_topic must be padded to a multiple of 16 topics");
    require(reinterpret_cast<std::uintptr_t>(word_topic.data()) % 64 == 0,
            "word_topic must begin at a multiple of 64 bytes");
    require(alpha.shape(0) == n_topics && positive(alpha.data(), n_topics) && positive(&beta, 1),
            "priors must be positive, one for each topic");
    require(log_likelihood.shape(0) + 1 == starts.shape(0), "log_likelihood: one a document");
    require(histograms.shape(0) == n_topics && longest(starts) < (1u << 24) &&
                histograms.shape(1) > bin_of(static_cast<std::uint32_t>(longest(starts))),
            "histograms must have a row for each topic, and a bin for the longest document");
    require(threads >= 1, "threads must be at least 1");
    require(std::all_of(words.data(), words.data() + n_tokens,
                        [&](std::uint32_t word) { return word < n_terms; }),
            "a word is out of range");
    require(std::all_of(topics.data(), topics.data() + n_tokens,
                        [&](std::uint16_t k) { return k < n_topics || k == no_topic; }),
            "a topic is out of range");
    const InstructionSet set = instruction_set(isa);
    const nb::gil_scoped_release release;
    sample_topics({words.data(), topics.data(), starts.data(), log_likelihood.shape(0)},
                  {word_topic.data(), topic_totals.data(), n_terms, n_topics, word_topic.shape(1)},
                  {alpha.data(), beta}, {seed, sweep, first_token},
                  {log_likelihood.data(), histograms.data(), histograms.shape(1)}, threads, set);
}

using Pairs = Array<const std::int32_t, 1>;
using Doubles = Array<const double, 1>;
using FloatRows = Array<float, 2>;

bool aligned(const void* data) { return reinterpret_cast<std::uintptr_t>(data) % 64 == 0; }

CountedDocuments counted(const Array<const std::int64_t, 1>& starts, const Pairs& terms,
                         const Pairs& counts, std::size_t n_terms) {
    check_starts(starts, terms.shape(0));
    require(counts.shape(0) == terms.shape(0), "terms and counts differ in length");
    require(std::all_of(terms.data(), terms.data() + terms.shape(0),
                        [&](std::int32_t term) {
                            return term >= 0 && static_cast<std::size_t>(term) < n_terms;
                        }),
            "a term is out of range");
    return {starts.data(), terms.data(), counts.data(), starts.shape(0) - 1};
}

Topics checked(const FloatRows& word_topic, double smoothing, const Doubles& scales,
               const FloatRows& weights, std::size_t n_docs) {
    const std::size_t n_topics = scales.shape(0);
    const std::size_t row = word_topic.shape(1);
    require(n_topics >= 1 && row == (n_topics + row_lanes - 1) / row_lanes * row_lanes,
            "rows of word_topic must be padded to a multiple of 16 topics");
    require(positive(scales.data(), n_topics), "scales must be positive");
    require(std::isfinite(smoothing) && smoothing >= 0, "smoothing must not be negative");
    require(weights.shape(0) == n_docs && weights.shape(1) == row,
            "weights must have a padded row for each document");
    require(aligned(word_topic.data()) && aligned(weights.data()),
            "tables must begin at a multiple of 64 bytes");
    return {word_topic.data(), static_cast<float>(smoothing), scales.data(), n_topics, row};
}

void infer(const Array<const std::int64_t, 1>& starts, const Pairs& terms, const Pairs& counts,
           const FloatRows& word_topic, double smoothing, const Doubles& scales,
           const Doubles& alpha, double tolerance, std::int32_t max_sweeps,
           const FloatRows& weights, const Array<std::int32_t, 1>& sweeps, unsigned threads,
           const std::string& isa) {
    const CountedDocuments documents = counted(starts, terms, counts, word_topic.shape(0));
    const Topics topics = checked(word_topic, smoothing, scales, weights, documents.n_docs);
    require(alpha.shape(0) == topics.n_topics && positive(alpha.data(), topics.n_topics),
            "alpha must be positive, one for each topic");
    require(sweeps.shape(0) == documents.n_docs, "sweeps: one a document");
    require(max_sweeps >= 0 && threads >= 1, "max_sweeps and threads must not be negative or 0");
    const InstructionSet set = instruction_set(isa);
    const nb::gil_scoped_release release;
    infer_topics(documents, topics, alpha.data(), tolerance, max_sweeps, weights.data(),
                 sweeps.data(), threads, set);
}

void learn(const Array<const std::int64_t, 1>& starts, const Pairs& terms, const Pairs& counts,
           const FloatRows& word_topic, double smoothing, const Doubles& scales,
           const FloatRows& weights, double factor, unsigned threads, const std::string& isa) {
    const CountedDocuments documents = counted(starts, terms, counts, word_topic.shape(0));
    const Topics topics = checked(word_topic, smoothing, scales, weights, documents.n_docs);
    require(threads >= 1, "threads must be at least 1");
    const InstructionSet set = instruction_set(isa);
    const nb::gil_scoped_release release;
    learn_topics(documents, topics, weights.data(), static_cast<float>(factor), threads, set);
}

}  // namespace

void bind_lda(nb::module_& m) {
    m.def("lda_bin", [](std::uint32_t n) { return bin_of(n); }, "n"_a);
    m.def("lda_sample", &sample, "words"_a, "topics"_a.noconvert(), "starts"_a,
          "word_topic"_a.noconvert(), "topic_totals"_a.noconvert(), "alpha"_a, "beta"_a, "seed"_a,
          "sweep"_a, "first_token"_a, "log_likelihood"_a.noconvert(), "histograms"_a.noconvert(),
          "threads"_a = 1, "isa"_a = "");
    m.def("lda_infer", &infer, "starts"_a, "terms"_a, "counts"_a, "word_topic"_a.noconvert(),
          "smoothing"_a, "scales"_a, "alpha"_a, "tolerance"_a, "max_sweeps"_a,
          "weights"_a.noconvert(), "sweeps"_a.noconvert(), "threads"_a = 1, "isa"_a = "");
    m.def("lda_learn", &learn, "starts"_a, "terms"_a, "counts"_a, "word_topic"_a.noconvert(),
          "smoothing"_a, "scales"_a, "weights"_a.noconvert(), "factor"_a, "threads"_a = 1,
          "isa"_a = "");
}

}  // namespace latent
