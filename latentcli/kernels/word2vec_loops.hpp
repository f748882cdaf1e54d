// The loop of word2vec: stretches of text trained, window by window.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// The rows of the input whose mean is a term's vector (Bojanowski et al. 2017): its own, and those
// of its character n-grams, one of which may stand there twice.
struct Subwords {
    const std::int64_t* starts;  // (n_terms + 1,); null: a term's vector is the row of its number
    const std::uint32_t* rows;
};

// Rows are padded with zeros to a multiple of 16 floats and begin at multiples of 64 bytes.
struct Word2Vec {
    float* input;   // (n_terms, row): the word vectors; with subwords (n_rows, row)
    float* output;  // (n_terms, row): the context vectors
    Subwords subwords;
    std::size_t row;
    std::uint32_t n_terms;
    const std::uint32_t* keep;   // (n_terms,): of 2^32 occurrences, how many are trained on
    const std::uint32_t* alias;  // (n_terms, 2): draws negative samples, see word2vec.hpp
    std::uint32_t window;
    std::uint32_t negative;
    bool cbow;
    float first_rate, last_rate;  // the learning rate falls from one to the other
    double total;                 // over so many tokens, all epochs together
    std::uint64_t seed;
};

struct Stretches {
    const std::uint32_t* tokens;
    const std::int64_t* starts;  // where each stretch begins, and where the last one ends
    std::uint64_t position;      // of the first token among those of all epochs
};

// Memory for one thread: the tokens kept of the longest stretch, the samples of some windows,
// window_floats(row) floats at a multiple of 64 bytes; and, with subwords, as many pairs of rows
// as words can be in reach at a time.
struct WindowScratch {
    std::uint32_t* kept;
    std::uint32_t* samples;
    float* floats;
    float* composed;
    std::size_t n_composed;
};

// Rows that are trained at once, the outputs in registers; the scores of an input lie in a row of
// eight. Wider windows and more samples take several turns.
inline constexpr std::size_t outputs_at_once = 6;
inline constexpr std::size_t scores_row = 8;

inline constexpr std::size_t inputs_at_once = 32;

// The last windows whose negative samples are kept, the next one's among them.
inline constexpr std::size_t sampled_windows = 16;

// Scores, then CBOW's mean before and after.
constexpr std::size_t window_floats(std::size_t row) {
    return inputs_at_once * scores_row + 2 * row;
}

using TrainStretches = void (*)(const Word2Vec& model, const Stretches& text, std::size_t first,
                                std::size_t last, const WindowScratch& scratch);

#define LATENT_DECLARE_WORD2VEC(isa)                                                      \
    namespace isa {                                                                       \
    void train_stretches(const Word2Vec& model, const Stretches& text, std::size_t first, \
                         std::size_t last, const WindowScratch& scratch);                 \
    }

LATENT_DECLARE_WORD2VEC(baseline)
LATENT_DECLARE_WORD2VEC(avx2)
LATENT_DECLARE_WORD2VEC(avx512)

#undef LATENT_DECLARE_WORD2VEC

}  // namespace latent
