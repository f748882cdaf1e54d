// The words that several workers found, as one vocabulary: by falling count, ties in code point
// order, so that it depends neither on the workers nor on the order in which words were met.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "encode.hpp"

namespace latent {

struct Vocabulary {
    std::vector<uint8_t> text;                // the words, each ended by LF; a backslash is doubled
    std::vector<uint64_t> offsets;            // where each begins, and the length of the text
    std::vector<uint64_t> counts;             // how often each occurs
    std::vector<std::vector<uint32_t>> rows;  // of each worker's own numbers
};

Vocabulary vocabulary_of(const std::vector<std::unique_ptr<Worker>>& workers);

// Gives tokens their rows in the vocabulary, and counts in how many documents each occurs.
class Renumbering {
  public:
    Renumbering(std::vector<std::vector<uint32_t>> rows, size_t n_terms);

    // Renumber the next `size` tokens, the first of which is token `first` of the corpus, in place.
    // `stretches` say which worker numbered them; documents begin at `starts`.
    void renumber(uint32_t* tokens, size_t size, uint64_t first,
                  const std::vector<Encoder::Stretch>& stretches, const uint64_t* starts,
                  size_t n_documents);

    std::vector<uint64_t> document_counts() const;

  private:
    struct Seen {
        uint32_t document = UINT32_MAX;  // the last that had the word
        uint32_t count = 0;              // of documents that had it
    };

    std::vector<std::vector<uint32_t>> rows_;
    std::vector<std::vector<Seen>> seen_;  // by each thread
    size_t turn_ = 0;                      // the thread that goes on where the last call ended
};

}  // namespace latent
