// What the word rule needs to know of each character, and UTF-8.
//
// The tables are made from Python's own `unicodedata` (corpus/characters.py) and given to the
// kernel, so that both always speak of the same version of Unicode.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// The lower three bits of a character's properties: how it stands in words.
enum Kind : uint8_t { OTHER, LETTER, SINGLE, MARK, JOINER, APOSTROPHE, SPACE };

// The other bits. Text is in Unicode's normal form C, and lower-casing by character keeps it so,
// where no character is HARD, no two COMBINING ones meet, and no FIRST stands before a SECOND or a
// COMBINING one.
enum Property : uint8_t {
    KIND = 7,        // LETTER (digits too), SINGLE (scripts without spaces), MARK ...
    ALPHABETIC = 8,  // a letter, not a digit
    HARD = 16,       // normalised to something else, or lower-cased to more than one character
    COMBINING = 32,  // of a canonical combining class other than 0
    FIRST = 64,      // it (or its lower case) is composed, or composes with one that follows
    SECOND = 128,    // it composes with some character before it
};

constexpr size_t N_CHARACTERS = 0x110000;
constexpr size_t N_LOWER = 0x20000;  // no character from here on has a lower case of its own

struct Characters {
    const uint8_t* properties;  // N_CHARACTERS
    const uint32_t* lower;      // N_LOWER

    uint32_t lowered(uint32_t character) const {
        return character < N_LOWER ? lower[character] : character;
    }
};

constexpr uint32_t INVALID = UINT32_MAX;

// The character at `at`, which moves behind it; INVALID, and `at` stays, where there is none.
inline uint32_t decoded(const uint8_t*& at, const uint8_t* end) {
    const uint32_t first = *at;
    if (first < 0x80) return ++at, first;
    const ptrdiff_t left = end - at;
    const auto follows = [&](ptrdiff_t i) { return i < left && (at[i] & 0xC0) == 0x80; };
    if (first >= 0xE0 && first < 0xF0) {
        if (!follows(1) || !follows(2)) return INVALID;
        const uint32_t character = (first & 15) << 12 | (at[1] & 63u) << 6 | (at[2] & 63u);
        if (character < 0x800 || (character >= 0xD800 && character < 0xE000)) return INVALID;
        return at += 3, character;
    }
    if (first >= 0xC2 && first < 0xE0) {
        if (!follows(1)) return INVALID;
        const uint32_t character = (first & 31) << 6 | (at[1] & 63u);
        return at += 2, character;
    }
    if (first >= 0xF0 && first < 0xF5) {
        if (!follows(1) || !follows(2) || !follows(3)) return INVALID;
        const uint32_t character =
            (first & 7) << 18 | (at[1] & 63u) << 12 | (at[2] & 63u) << 6 | (at[3] & 63u);
        if (character < 0x10000 || character >= N_CHARACTERS) return INVALID;
        return at += 4, character;
    }
    return INVALID;
}

// Write a character; at most 4 bytes. Returns the place behind it.
inline uint8_t* encoded(uint32_t character, uint8_t* out) {
    if (character < 0x80) {
        *out++ = static_cast<uint8_t>(character);
    } else if (character < 0x800) {
        *out++ = static_cast<uint8_t>(0xC0 | character >> 6);
        *out++ = static_cast<uint8_t>(0x80 | (character & 63));
    } else {
        if (character < 0x10000) {
            *out++ = static_cast<uint8_t>(0xE0 | character >> 12);
        } else {
            *out++ = static_cast<uint8_t>(0xF0 | character >> 18);
            *out++ = static_cast<uint8_t>(0x80 | (character >> 12 & 63));
        }
        *out++ = static_cast<uint8_t>(0x80 | (character >> 6 & 63));
        *out++ = static_cast<uint8_t>(0x80 | (character & 63));
    }
    return out;
}

// How many characters some UTF-8 has: its bytes that do not continue one.
inline size_t character_count(const uint8_t* bytes, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; ++i) count += (bytes[i] & 0xC0) != 0x80;
    return count;
}

// White space of ASCII, as Python has it: tab to carriage return, and the separators.
inline bool is_ascii_space(uint8_t byte) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 28 && byte <= 31);
}

}  // namespace latent
