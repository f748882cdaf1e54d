#include "lda.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "aligned_rows.hpp"
#include "lda_loops.hpp"
#include "parallel.hpp"

namespace latent {

namespace {

constexpr std::size_t documents_at_once = 32;

SampleDocuments loop_of(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return avx512::sample_documents;
    if (isa == InstructionSet::avx2) return avx2::sample_documents;
#endif
    (void)isa;
    return baseline::sample_documents;
}

// Moves tokens from their old topics to the new; threads may meet in a count, and whole numbers add
// up to the same in any order.
void move_tokens(const TokenBlock& block, const std::uint16_t* drawn, std::size_t first,
                 std::size_t last, const TopicCounts& counts, std::int64_t* topics) {
    for (std::size_t i = first; i < last; ++i) {
        const std::uint16_t old = block.topics[i];
        if (old == drawn[i]) continue;
        std::int32_t* row = counts.word_topic + block.words[i] * counts.row;
        if (old != no_topic) {
            __atomic_fetch_sub(row + old, 1, __ATOMIC_RELAXED);
            --topics[old];
        }
        __atomic_fetch_add(row + drawn[i], 1, __ATOMIC_RELAXED);
        ++topics[drawn[i]];
        block.topics[i] = drawn[i];
    }
}

std::uint64_t sweep_key(const Draws& draws) {
    std::uint64_t x = draws.seed * 0xD1342543DE82EF95u + draws.sweep;
    x = (x ^ (x >> 32)) * 0xDABA0B6EB09322E3u;
    return (x ^ (x >> 32)) * 0xDABA0B6EB09322E3u;
}

}  // namespace

void sample_topics(const TokenBlock& block, const TopicCounts& counts, const TopicPriors& priors,
                   const Draws& draws, const SweepFigures& figures, unsigned threads,
                   InstructionSet isa) {
    const auto n_tokens = static_cast<std::size_t>(block.starts[block.n_docs]);
    AlignedRows by_topic(3, counts.row);
    const double prior = static_cast<double>(counts.n_terms) * priors.beta;
    for (std::size_t k = 0; k < counts.n_topics; ++k) {
        const double all = static_cast<double>(counts.topics[k]) + prior;
        by_topic[0][k] = static_cast<float>(priors.alpha[k]);
        by_topic[1][k] = static_cast<float>(1 / all);
        by_topic[2][k] = static_cast<float>(1 / std::max(all - 1, prior));
    }
    const SamplerTables tables{counts.word_topic,
                               counts.row,
                               counts.n_topics,
                               by_topic[0],
                               static_cast<float>(priors.beta),
                               by_topic[1],
                               by_topic[2],
                               sweep_key(draws)};
    std::vector<std::uint16_t> drawn(n_tokens);
    const std::size_t n_bins = counts.n_topics * figures.n_bins;
    const SampleDocuments sample = loop_of(isa);
    std::mutex merging;
    std::atomic<std::size_t> next{0};
    in_parallel(threads, [&](unsigned) {
        AlignedRows scratch(sampler_scratch_rows, counts.row);
        std::vector<std::int64_t> histograms(n_bins);
        const SampledTokens tokens{block.words,       block.topics,      drawn.data(),
                                   block.starts,      draws.first_token, figures.log_likelihood,
                                   histograms.data(), figures.n_bins};
        for (;;) {
            const std::size_t first = next.fetch_add(documents_at_once);
            if (first >= block.n_docs) break;
            const std::size_t last = std::min(first + documents_at_once, block.n_docs);
            sample(tables, tokens, first, last, scratch[0]);
        }
        const std::lock_guard<std::mutex> lock(merging);
        for (std::size_t i = 0; i < n_bins; ++i) figures.histograms[i] += histograms[i];
    });
    in_parallel(threads, [&](unsigned worker) {
        std::vector<std::int64_t> moved(counts.n_topics);
        move_tokens(block, drawn.data(), n_tokens * worker / threads,
                    n_tokens * (worker + 1) / threads, counts, moved.data());
        const std::lock_guard<std::mutex> lock(merging);
        for (std::size_t k = 0; k < counts.n_topics; ++k) counts.topics[k] += moved[k];
    });
}

}  // namespace latent
