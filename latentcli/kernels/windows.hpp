// In how many sliding windows over documents words stand, alone and in pairs: the probabilities
// of Boolean sliding windows that topic coherence is made of (Röder, Both and Hinneburg 2015).
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// Document d has the tokens starts[d] ... starts[d + 1] - 1. Of each of the n_terms terms `places`
// holds its place among the n_words words of interest, or -1.
struct WindowedTokens {
    const std::uint32_t* tokens;
    const std::int64_t* starts;
    std::size_t n_docs;
    const std::int32_t* places;
    std::size_t n_terms;
    std::size_t n_words;
};

// Adds to together[a * n_words + b], a <= b, the number of windows of `window` tokens that hold
// words a and b (a == b: word a). A shorter document is one window. As in gensim, a word leaves
// with its first occurrence in the window, though it may have another there, until it next enters.
// The result does not depend on the number of threads. Throws std::invalid_argument where a token
// is no term.
void count_windows(const WindowedTokens& text, std::size_t window, std::int64_t* together,
                   unsigned threads);

}  // namespace latent
