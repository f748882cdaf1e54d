// A document's language by its stop words: that whose list has most of its tokens.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

struct Votes {
    uint8_t* language;  // (n_documents,): that with most tokens; NO_LANGUAGE: no token is in a list
    uint32_t* votes;    // (n_documents,): how many tokens are in its list
    uint32_t* usual;    // (n_documents,): how many are in the list of the usual language
};
constexpr uint8_t NO_LANGUAGE = 255;

// Bit l of lists[term]: the term is a stop word of language l, of 64 at most. Document d has the
// tokens starts[d] to starts[d + 1]. Of languages with as many tokens the usual one goes first.
void count_votes(const uint32_t* tokens, const int64_t* starts, size_t n_documents,
                 const uint64_t* lists, unsigned usual, const Votes& votes, unsigned threads);

}  // namespace latent
