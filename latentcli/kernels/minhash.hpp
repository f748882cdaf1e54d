// How alike documents are as sets of shingles, their runs of consecutive tokens (Broder 1997).
//
// A signature is made by one permutation (Li, Owen and Zhang 2012): each shingle's hash falls into
// a bin and may be the least there, so that a document costs one hash a token. Empty bins borrow
// from others by optimal densification (Shrivastava 2017). The share of equal bins estimates the
// Jaccard index J with a standard error of about sqrt(J (1 - J) / bins).
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// Documents: d has the tokens starts[d] to starts[d + 1].
struct ShingledTexts {
    const uint32_t* tokens;
    const int64_t* starts;  // n_documents + 1
    size_t n_documents;
    size_t shingle;  // tokens; a shorter document is a shingle by itself
};

// Signatures (n_documents, n_bins), n_bins a power of two, and a hash of each document's tokens.
// A document without tokens gets 0xFFFFFFFF everywhere.
void minhash(const ShingledTexts& texts, size_t n_bins, uint64_t seed, uint32_t* signatures,
             uint64_t* hashes, unsigned threads);

// The Jaccard index of pairs of documents, (n_pairs, 2), exactly (but for equal 64-bit hashes).
void jaccard(const ShingledTexts& texts, const int64_t* pairs, size_t n_pairs, double* indices,
             unsigned threads);

}  // namespace latent
