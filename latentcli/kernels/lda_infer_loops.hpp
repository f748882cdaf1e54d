// The loops of inference, over the (term, count) pairs of one document.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

struct CountedDocument {
    const std::int32_t* terms;
    const std::int32_t* counts;
    std::size_t n_pairs;
};

struct TopicTable {
    float* word_topic;
    float smoothing;
    const float* scales;
    std::size_t row;
};

#define LATENT_DECLARE_LDA_INFER(isa)                                                            \
    namespace isa {                                                                              \
    /* Writes a step of EM from `weights` to `next`; returns the sum of the changes. Needs a */  \
    /* row of scratch memory. */                                                                 \
    float em_step(const CountedDocument& document, const TopicTable& topics, const float* alpha, \
                  const float* weights, float* next, float* scratch);                            \
    /* Adds the expected topics of `count` tokens of a term; `scaled`: weights times scales. */  \
    void learn_term(const TopicTable& topics, std::int32_t term, const float* scaled,            \
                    float count);                                                                \
    }

LATENT_DECLARE_LDA_INFER(baseline)
LATENT_DECLARE_LDA_INFER(avx2)
LATENT_DECLARE_LDA_INFER(avx512)

#undef LATENT_DECLARE_LDA_INFER

}  // namespace latent
