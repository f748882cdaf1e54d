// Lines of text as corpus/strings.py keeps them: an index for look-up, and lists of numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace latent {

// Write the CRC-32 (ISO 3309, as in zlib) of each line, without its line end, and sort them:
// `hashes` ascending, `rows` the lines that have them; equal ones in order.
void index_lines(const uint8_t* text, const uint64_t* offsets, size_t n_lines, uint32_t* hashes,
                 uint32_t* rows);

// Append to `text` a line for each number: the prefix and its decimal digits; to `offsets`, where
// the next line begins.
void append_numbers(const uint8_t* prefix, size_t prefix_size, const uint64_t* numbers,
                    size_t n_numbers, std::vector<uint8_t>& text, std::vector<uint64_t>& offsets);

}  // namespace latent
