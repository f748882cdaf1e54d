// The word rule (corpus/tokenizers.py says it in words) on one piece: what stands between white
// space, UTF-8.
//
// Pieces that are ASCII, or need no normalising and no lower-casing of more than a character, are
// cut here. All others are HARD: the caller asks Python.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "characters.hpp"

namespace latent {

// How pieces become words: by the word rule, whole (`whitespace`), or by asking always.
enum class PieceRule : uint8_t { words, whole, ask };

struct WordRule {
    Characters characters;
    PieceRule pieces = PieceRule::words;
    bool keep_case = false;
    bool keep_numbers = false;
    uint32_t max_word_characters = 256;
};

class WordCutter {
  public:
    enum class Outcome : uint8_t { cut, hard };

    explicit WordCutter(const WordRule& rule) : rule_(rule) {}

    // Cut a piece of ASCII.
    Outcome cut_ascii(const uint8_t* piece, size_t size);
    // Cut a piece of these characters.
    Outcome cut(const uint32_t* piece, size_t size);

    // The words of the last piece: `bytes` up to each of `ends`, with 16 bytes to spare. Words of
    // too many characters are left out, and counted.
    std::vector<uint8_t> bytes;
    std::vector<uint32_t> ends;
    uint32_t overlong = 0;

  private:
    bool is_hard(const uint32_t* piece, size_t size) const;
    void clear(size_t room);
    void end_word(uint8_t* start, size_t n_characters, bool has_letter);

    WordRule rule_;
    uint8_t* out_ = nullptr;
};

}  // namespace latent
