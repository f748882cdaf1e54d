#include "lda_infer_loops.hpp"

#include "float_vectors.hpp"

namespace latent::LATENT_ISA {

namespace {

inline float* row_of(const TopicTable& topics, std::int32_t term) {
    return topics.word_topic + static_cast<std::size_t>(term) * topics.row;
}

// The sum over topics of a document's scaled weights times p(term | topic).
inline float probability(const TopicTable& topics, const float* row, const float* scaled) {
    constexpr float tiny = 1e-30f;  // a term that no topic has goes nowhere
    Floats sum = {};
    for (std::size_t v = 0; v < topics.row / lanes; ++v) {
        sum += vectors_of(scaled)[v] * (vectors_of(row)[v] + topics.smoothing);
    }
    return sum_of(sum) + tiny;
}

}  // namespace

float em_step(const CountedDocument& document, const TopicTable& topics, const float* alpha,
              const float* weights, float* next, float* scratch) {
    Floats* out = reinterpret_cast<Floats*>(next);
    Floats* scaled = reinterpret_cast<Floats*>(scratch);
    const std::size_t vectors = topics.row / lanes;
    for (std::size_t v = 0; v < vectors; ++v) {
        out[v] = Floats{};
        scaled[v] = vectors_of(weights)[v] * vectors_of(topics.scales)[v];
    }
    for (std::size_t i = 0; i < document.n_pairs; ++i) {
        const float* row = row_of(topics, document.terms[i]);
        const float share =
            static_cast<float>(document.counts[i]) / probability(topics, row, scratch);
        for (std::size_t v = 0; v < vectors; ++v) {
            out[v] += (vectors_of(row)[v] + topics.smoothing) * share;
        }
    }
    Floats change = {};
    for (std::size_t v = 0; v < vectors; ++v) {
        out[v] = vectors_of(alpha)[v] + scaled[v] * out[v];
        const Floats apart = out[v] - vectors_of(weights)[v];
        change += choose(less(apart, Floats{}), Floats{} - apart, apart);
    }
    return sum_of(change);
}

void learn_term(const TopicTable& topics, std::int32_t term, const float* scaled, float count) {
    float* row = row_of(topics, term);
    const float share = count / probability(topics, row, scaled);
    Floats* out = reinterpret_cast<Floats*>(row);
    for (std::size_t v = 0; v < topics.row / lanes; ++v) {
        out[v] += vectors_of(scaled)[v] * (out[v] + topics.smoothing) * share;
    }
}

}  // namespace latent::LATENT_ISA
