#include "strings.hpp"

#include <array>
#include <charconv>
#include <numeric>

namespace latent {

namespace {

// CRC-32 four bytes at a time (Kounavis and Berry 2005): tables[k] is that of a byte followed by k
// bytes of zero.
constexpr std::array<std::array<uint32_t, 256>, 4> tables = [] {
    std::array<std::array<uint32_t, 256>, 4> made{};
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0u);
        made[0][byte] = crc;
    }
    for (size_t k = 1; k < 4; ++k) {
        for (size_t byte = 0; byte < 256; ++byte) {
            const uint32_t before = made[k - 1][byte];
            made[k][byte] = before >> 8 ^ made[0][before & 255];
        }
    }
    return made;
}();

uint32_t crc32(const uint8_t* bytes, size_t size) {
    uint32_t crc = ~0u;
    for (; size >= 4; bytes += 4, size -= 4) {
        crc ^= static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
               static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
        crc = tables[3][crc & 255] ^ tables[2][crc >> 8 & 255] ^ tables[1][crc >> 16 & 255] ^
              tables[0][crc >> 24];
    }
    for (; size; ++bytes, --size) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 255];
    return ~crc;
}

}  // namespace

void index_lines(const uint8_t* text, const uint64_t* offsets, size_t n_lines, uint32_t* hashes,
                 uint32_t* rows) {
    // Hash and row in one number, sorted by the hash's four bytes, the lowest first.
    std::vector<uint64_t> pairs(n_lines), other(n_lines);
    for (size_t row = 0; row < n_lines; ++row) {
        const uint64_t hash = crc32(text + offsets[row], offsets[row + 1] - 1 - offsets[row]);
        pairs[row] = hash << 32 | row;
    }
    for (int shift = 32; shift < 64; shift += 8) {
        std::array<size_t, 257> places{};
        for (const uint64_t pair : pairs) ++places[(pair >> shift & 255) + 1];
        std::partial_sum(places.begin(), places.end(), places.begin());
        for (const uint64_t pair : pairs) other[places[pair >> shift & 255]++] = pair;
        pairs.swap(other);
    }
    for (size_t i = 0; i < n_lines; ++i) {
        hashes[i] = static_cast<uint32_t>(pairs[i] >> 32);
        rows[i] = static_cast<uint32_t>(pairs[i]);
    }
}

void append_numbers(const uint8_t* prefix, size_t prefix_size, const uint64_t* numbers,
                    size_t n_numbers, std::vector<uint8_t>& text, std::vector<uint64_t>& offsets) {
    char digits[20];
    for (size_t i = 0; i < n_numbers; ++i) {
        char* const end = std::to_chars(digits, digits + 20, numbers[i]).ptr;
        text.insert(text.end(), prefix, prefix + prefix_size);
        text.insert(text.end(), digits, end);
        text.push_back('\n');
        offsets.push_back(text.size());
    }
}

}  // namespace latent
