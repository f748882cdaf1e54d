// Word vectors as text: a row a line, a word and then its numbers, as word2vec, GloVe and fastText
// write them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// What is wrong with a line, if anything.
enum RowFault : uint8_t { SOUND = 0, BLANK = 1, TOO_FEW = 2, TOO_MANY = 3, NOT_A_NUMBER = 4 };

// Where rows go: row i has `dim` numbers from vectors[i * dim] on; its word is the text between
// bytes words[2 * i] and words[2 * i + 1]. Of a row with a fault the vector means nothing.
struct ParsedRows {
    float* vectors;
    uint64_t* words;
    uint8_t* faults;
    size_t dim;
    size_t room;  // for so many rows
};

// Parse lines that end in LF, from byte `start` of the text, until there is no room or no whole
// line; return how many rows that are, and set `start` to where the next line begins.
//
// Fields stand between spaces or tabs. The last `dim` are the numbers; the word is all that comes
// before them, spaces in it included. A number is decimal, rounded to double and then to float, as
// Python and NumPy do it.
size_t parse_vectors(const char* text, size_t size, size_t& start, const ParsedRows& rows,
                     unsigned threads);

}  // namespace latent
