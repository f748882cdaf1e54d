// The loop of Gibbs sampling: the topics of documents drawn anew, token by token.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// What stays fixed while a block is sampled. Arrays by topic are padded with zeros to a multiple of
// 16 topics and begin at multiples of 64 bytes.
struct SamplerTables {
    const std::int32_t* word_topic;  // (n_terms, row)
    std::size_t row;
    std::size_t n_topics;
    const float* alpha;
    float beta;
    const float* inverse;          // 1 / (n_k + n_terms beta)
    const float* inverse_without;  // 1 / (n_k - 1 + n_terms beta): a token of the topic taken out
    std::uint64_t key;             // of this sweep's random numbers
};

struct SampledTokens {
    const std::uint32_t* words;
    const std::uint16_t* old;  // a topic, or no_topic
    std::uint16_t* drawn;
    const std::int64_t* starts;
    std::uint64_t first_token;
    double* log_likelihood;    // (n_docs,)
    std::int64_t* histograms;  // (n_topics, n_bins)
    std::size_t n_bins;
};

// How many documents are sampled in turn, and their scratch memory: 3 rows each, at multiples
// of 64.
inline constexpr std::size_t open_documents = 4;
inline constexpr std::size_t sampler_scratch_rows = 3 * open_documents;

using SampleDocuments = void (*)(const SamplerTables& tables, const SampledTokens& tokens,
                                 std::size_t first, std::size_t last, float* scratch);

#define LATENT_DECLARE_LDA(isa)                                                     \
    namespace isa {                                                                 \
    void sample_documents(const SamplerTables& tables, const SampledTokens& tokens, \
                          std::size_t first, std::size_t last, float* scratch);     \
    }

LATENT_DECLARE_LDA(baseline)
LATENT_DECLARE_LDA(avx2)
LATENT_DECLARE_LDA(avx512)

#undef LATENT_DECLARE_LDA

}  // namespace latent
