#include "word_cutter.hpp"

namespace latent {

namespace {

constexpr size_t SPARE = 16;
constexpr uint32_t RIGHT_QUOTE = 0x2019;

bool is_ascii_letter(uint8_t byte) { return static_cast<uint8_t>((byte | 32) - 'a') < 26; }
bool is_ascii_word(uint8_t byte) {
    return is_ascii_letter(byte) || static_cast<uint8_t>(byte - '0') < 10;
}

}  // namespace

WordCutter::Outcome WordCutter::cut_ascii(const uint8_t* piece, size_t size) {
    if (rule_.pieces == PieceRule::ask) return Outcome::hard;
    clear(size);
    const auto copy = [&](uint8_t byte) {
        *out_++ = !rule_.keep_case && byte >= 'A' && byte <= 'Z' ? byte | 32 : byte;
    };
    if (rule_.pieces == PieceRule::whole) {
        uint8_t* start = out_;
        for (size_t i = 0; i < size; ++i) copy(piece[i]);
        end_word(start, size, true);
        return Outcome::cut;
    }
    for (size_t i = 0; i < size;) {
        if (!is_ascii_word(piece[i])) {
            ++i;
            continue;
        }
        uint8_t* start = out_;
        bool has_letter = false;
        do {
            has_letter |= is_ascii_letter(piece[i]);
            copy(piece[i++]);
        } while (i < size && (is_ascii_word(piece[i]) ||
                              (piece[i] == '\'' && i + 1 < size && is_ascii_word(piece[i + 1]))));
        end_word(start, static_cast<size_t>(out_ - start), has_letter);
    }
    return Outcome::cut;
}

WordCutter::Outcome WordCutter::cut(const uint32_t* piece, size_t size) {
    if (rule_.pieces == PieceRule::ask || is_hard(piece, size)) return Outcome::hard;
    clear(4 * size);
    const Characters& characters = rule_.characters;
    const auto copy = [&](uint32_t character) {
        out_ = encoded(rule_.keep_case ? character : characters.lowered(character), out_);
    };
    if (rule_.pieces == PieceRule::whole) {
        uint8_t* start = out_;
        for (size_t i = 0; i < size; ++i) copy(piece[i]);
        end_word(start, size, true);
        return Outcome::cut;
    }
    const auto kind = [&](size_t i) {
        return i < size ? characters.properties[piece[i]] & KIND : OTHER;
    };
    for (size_t i = 0; i < size;) {
        const size_t first = i;
        uint8_t* start = out_;
        bool has_letter = false;
        const auto take = [&] {
            has_letter |= characters.properties[piece[i]] & ALPHABETIC;
            copy(piece[i] == RIGHT_QUOTE ? '\'' : piece[i]);
            ++i;
        };
        const auto is_inner = [&](size_t at) { return kind(at) == LETTER || kind(at) == MARK; };
        if (kind(i) == SINGLE) {
            take();
            while (kind(i) == MARK) take();
        } else if (kind(i) == LETTER) {
            take();
            while (is_inner(i) ||
                   ((kind(i) == JOINER || kind(i) == APOSTROPHE) && is_inner(i + 1))) {
                take();
            }
        } else {
            ++i;
            continue;
        }
        end_word(start, i - first, has_letter);
    }
    return Outcome::cut;
}

bool WordCutter::is_hard(const uint32_t* piece, size_t size) const {
    uint8_t before = 0;
    for (size_t i = 0; i < size; ++i) {
        const uint8_t here = rule_.characters.properties[piece[i]];
        if ((here & HARD) || (here & before & COMBINING) ||
            ((here & (SECOND | COMBINING)) && (before & FIRST))) {
            return true;
        }
        before = here;
    }
    return false;
}

void WordCutter::clear(size_t room) {
    ends.clear();
    overlong = 0;
    if (bytes.size() < room + SPARE) bytes.resize(room + SPARE);
    out_ = bytes.data();
}

void WordCutter::end_word(uint8_t* start, size_t n_characters, bool has_letter) {
    if (!has_letter && !rule_.keep_numbers) {
        out_ = start;
    } else if (n_characters > rule_.max_word_characters) {
        ++overlong;
        out_ = start;
    } else {
        ends.push_back(static_cast<uint32_t>(out_ - bytes.data()));
    }
}

}  // namespace latent
