// Latent Dirichlet allocation by collapsed Gibbs sampling (Griffiths and Steyvers 2004), in blocks.
//
// The counts of words in topics are fixed while a block of documents is sampled, and brought up to
// date after it (approximate distributed LDA, Newman et al. 2009); counts of topics in a document
// are always exact. A token's random number is a function of the seed, the sweep and its place in
// the corpus. So what is drawn does not depend on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "instruction_sets.hpp"
#include "lda_bins.hpp"

namespace latent {

// The topic of a token that has none yet.
inline constexpr std::uint16_t no_topic = 0xFFFF;

struct TopicCounts {
    std::int32_t* word_topic;  // (n_terms, row): tokens of each word in each topic
    std::int64_t* topics;      // (n_topics,): tokens of each topic
    std::size_t n_terms;
    std::size_t n_topics;
    std::size_t row;  // n_topics, padded with zeros to a multiple of 16; rows begin at 64 bytes
};

struct TopicPriors {
    const double* alpha;  // (n_topics,)
    double beta;
};

// Documents d = 0 .. n_docs - 1 have the tokens starts[d] .. starts[d + 1] - 1 of the block.
struct TokenBlock {
    const std::uint32_t* words;
    std::uint16_t* topics;  // redrawn in place
    const std::int64_t* starts;
    std::size_t n_docs;
};

struct Draws {
    std::uint64_t seed;
    std::uint64_t sweep;
    std::uint64_t first_token;  // the block's place in the corpus
};

// What is learnt on the way: sums over the block's tokens, and how documents use topics.
struct SweepFigures {
    double* log_likelihood;    // (n_docs,): sum of log p(token | the others), as sampled
    std::int64_t* histograms;  // (n_topics, n_bins): documents by bin of their tokens in a topic
    std::size_t n_bins;
};

// Draws a new topic for each token of the block and updates the counts.
void sample_topics(const TokenBlock& block, const TopicCounts& counts, const TopicPriors& priors,
                   const Draws& draws, const SweepFigures& figures, unsigned threads,
                   InstructionSet isa);

}  // namespace latent
