#include "lda_infer.hpp"

#include <algorithm>
#include <atomic>

#include "aligned_rows.hpp"
#include "lda_infer_loops.hpp"
#include "parallel.hpp"

namespace latent {

namespace {

// Tokens; the tolerance grows in proportion from here on.
constexpr float long_document = 100;

// The worker that adds to a word's row: spread, since the first words are the most frequent.
unsigned owner_of(std::uint32_t word, unsigned workers) {
    const std::uint32_t spread = word * 2654435769u;
    return static_cast<unsigned>((std::uint64_t{spread} * workers) >> 32);
}

struct Loops {
    decltype(&baseline::em_step) em_step;
    decltype(&baseline::learn_term) learn_term;
};

Loops loops_of(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return {avx512::em_step, avx512::learn_term};
    if (isa == InstructionSet::avx2) return {avx2::em_step, avx2::learn_term};
#endif
    (void)isa;
    return {baseline::em_step, baseline::learn_term};
}

CountedDocument document_of(const CountedDocuments& documents, std::size_t d) {
    const std::int64_t start = documents.starts[d];
    return {documents.terms + start, documents.counts + start,
            static_cast<std::size_t>(documents.starts[d + 1] - start)};
}

float length_of(const CountedDocument& document) {
    float length = 0;
    for (std::size_t i = 0; i < document.n_pairs; ++i) {
        length += static_cast<float>(document.counts[i]);
    }
    return length;
}

}  // namespace

void infer_topics(const CountedDocuments& documents, const Topics& topics, const double* alpha,
                  double tolerance, std::int32_t max_sweeps, float* weights, std::int32_t* sweeps,
                  unsigned threads, InstructionSet isa) {
    const Loops loops = loops_of(isa);
    AlignedRows fixed(2, topics.row);
    for (std::size_t k = 0; k < topics.n_topics; ++k) {
        fixed[0][k] = static_cast<float>(alpha[k]);
        fixed[1][k] = static_cast<float>(topics.scales[k]);
    }
    const TopicTable table{topics.word_topic, topics.smoothing, fixed[1], topics.row};
    const auto n_topics = static_cast<float>(topics.n_topics);
    std::atomic<std::size_t> next_document{0};
    in_parallel(threads, [&](unsigned) {
        AlignedRows scratch(3, topics.row);
        for (std::size_t d = next_document++; d < documents.n_docs; d = next_document++) {
            const CountedDocument document = document_of(documents, d);
            float* now = scratch[0];
            float* then = scratch[1];
            const float even = length_of(document) / n_topics;
            std::fill(now, now + topics.row, 0.0f);
            for (std::size_t k = 0; k < topics.n_topics; ++k) now[k] = fixed[0][k] + even;
            // In a long document sums of float32 never stand as still as in a short one.
            const double enough = tolerance * std::max(1.0f, length_of(document) / long_document);
            std::int32_t sweep = 0;
            bool moving = document.n_pairs > 0;
            while (moving && sweep < max_sweeps) {
                ++sweep;
                const float change =
                    loops.em_step(document, table, fixed[0], now, then, scratch[2]);
                std::swap(now, then);
                moving = static_cast<double>(change / n_topics) >= enough;
            }
            std::copy(now, now + topics.row, weights + d * topics.row);
            sweeps[d] = sweep + moving;
        }
    });
}

void learn_topics(const CountedDocuments& documents, const Topics& topics, const float* weights,
                  float factor, unsigned threads, InstructionSet isa) {
    const Loops loops = loops_of(isa);
    AlignedRows scaled(documents.n_docs, topics.row);
    for (std::size_t d = 0; d < documents.n_docs; ++d) {
        for (std::size_t k = 0; k < topics.n_topics; ++k) {
            scaled[d][k] = weights[d * topics.row + k] * static_cast<float>(topics.scales[k]);
        }
    }
    const TopicTable table{topics.word_topic, topics.smoothing, nullptr, topics.row};
    // Each worker takes the terms that are its own, so that sums are in the documents' order.
    in_parallel(threads, [&](unsigned worker) {
        for (std::size_t d = 0; d < documents.n_docs; ++d) {
            const CountedDocument document = document_of(documents, d);
            for (std::size_t i = 0; i < document.n_pairs; ++i) {
                const std::int32_t term = document.terms[i];
                if (owner_of(static_cast<std::uint32_t>(term), threads) != worker) continue;
                const float count = static_cast<float>(document.counts[i]) * factor;
                loops.learn_term(table, term, scaled[d], count);
            }
        }
    });
}

}  // namespace latent
