#include "parse_vectors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "parallel.hpp"

namespace latent {

namespace {

struct Field {
    const char* begin;
    const char* end;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Powers of ten that are doubles without error.
constexpr double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int MOST_POWER = 22;
constexpr uint64_t MOST_EXACT = uint64_t{1} << 53;

bool by_the_library(Field field, float& value) {
    for (const char* c = field.begin; c < field.end; ++c) {
        if ((*c | 32) == 'x' || *c == '(') return false;  // hexadecimal; nan(...)
    }
    double found = 0;
#ifdef __cpp_lib_to_chars
    const char* const begin = field.begin + (*field.begin == '+');
    if (begin < field.end && *begin == '-' && begin != field.begin) return false;
    const std::from_chars_result result = std::from_chars(begin, field.end, found);
    if (result.ptr != field.end || result.ec == std::errc::invalid_argument) return false;
    if (result.ec == std::errc()) {
        value = static_cast<float>(found);
        return true;
    }
#endif
    // Beyond a double's range, which from_chars does not say the side of.
    const std::string copy(field.begin, field.end);
    char* end = nullptr;
    found = std::strtod(copy.c_str(), &end);
    value = static_cast<float>(found);
    return end == copy.c_str() + copy.size();
}

// Digits, perhaps a point and digits, as most numbers are: read them where they stand and go on
// behind them. Some character that is no digit must follow.
struct Digits {
    uint64_t value;
    std::ptrdiff_t n_digits;
    std::ptrdiff_t n_decimals;

    explicit Digits(const char*& at) : value(0), n_decimals(0) {
        const char* const whole = at;
        while (is_digit(*at)) value = value * 10 + static_cast<uint64_t>(*at++ - '0');
        n_digits = at - whole;
        if (*at != '.') return;
        const char* const fraction = ++at;
        while (is_digit(*at)) value = value * 10 + static_cast<uint64_t>(*at++ - '0');
        n_decimals = at - fraction;
        n_digits += n_decimals;
    }

    // Up to 19 digits that make a number below 2^53, times or by a power of ten up to 22: then one
    // operation rounds rightly (Clinger 1990).
    bool exact(std::ptrdiff_t exponent) const {
        return n_digits > 0 && n_digits <= 19 && value <= MOST_EXACT && exponent >= -MOST_POWER &&
               exponent <= MOST_POWER;
    }
};

// Read the number that begins at `at`, and go on behind it; tell whether it is one of the plain
// kind that a blank or the line's end follows. The text goes on behind `end`.
bool read_plain(const char*& at, const char* end, float& value) {
    const char* place = at;
    const bool negative = *place == '-';
    place += negative;
    const Digits digits(place);
    if (!digits.exact(-digits.n_decimals) || !(place == end || is_blank(*place))) return false;
    const double found = static_cast<double>(digits.value) / POWERS[digits.n_decimals];
    value = static_cast<float>(negative ? -found : found);
    at = place;
    return true;
}

// Read a field that is a number as a whole; tell whether it is one. What is not exact goes to the
// library. The text goes on behind the field.
bool is_number(Field field, float& value) {
    const char* at = field.begin;
    const bool negative = *at == '-';
    if (*at == '-' || *at == '+') ++at;
    const Digits digits(at);
    std::ptrdiff_t exponent = -digits.n_decimals;
    if (digits.n_digits > 0 && at < field.end && (*at | 32) == 'e') {
        const bool down = ++at < field.end && *at == '-';
        if (at < field.end && (*at == '-' || *at == '+')) ++at;
        const char* const power = at;
        int given = 0;
        while (at < field.end && is_digit(*at) && given < 1000) given = given * 10 + (*at++ - '0');
        if (at == power) return false;
        exponent += down ? -given : given;
    }
    if (at != field.end || !digits.exact(exponent)) return by_the_library(field, value);
    const double exact = static_cast<double>(digits.value);
    const double found = exponent < 0 ? exact / POWERS[-exponent] : exact * POWERS[exponent];
    value = static_cast<float>(negative ? -found : found);
    return true;
}

// The field that ends before `end`, looking no further back than `begin`.
Field last_field(const char* begin, const char* end) {
    while (end > begin && is_blank(end[-1])) --end;
    const char* at = end;
    while (at > begin && !is_blank(at[-1])) --at;
    return {at, end};
}

// A line that is not a word without spaces and `dim` numbers: its numbers are its last fields.
RowFault parse_from_the_right(const char* begin, const char* end, float* vector, size_t dim,
                              Field& word) {
    size_t n_fields = 0;
    for (const char* at = begin; at < end; ++at) {
        n_fields += !is_blank(*at) && (at == begin || is_blank(at[-1]));
    }
    if (n_fields == 0) return BLANK;
    const char* first = begin;
    while (is_blank(*first)) ++first;
    word = {first, first};
    while (word.end < end && !is_blank(*word.end)) ++word.end;
    if (n_fields < dim + 1) return TOO_FEW;
    const char* at = end;
    for (size_t i = dim; i-- > 0;) {
        const Field field = last_field(first, at);
        if (!is_number(field, vector[i])) return NOT_A_NUMBER;
        at = field.begin;
    }
    const Field before = last_field(first, at);
    float number;
    if (before.begin > first && is_number(before, number)) return TOO_MANY;
    word = {first, before.end};
    return SOUND;
}

RowFault parse_line(const char* begin, const char* end, float* vector, size_t dim, Field& word) {
    while (end > begin && (is_blank(end[-1]) || end[-1] == '\r')) --end;
    word = {begin, begin};
    while (word.end < end && !is_blank(*word.end)) ++word.end;
    const char* at = word.end;
    for (size_t i = 0; i < dim; ++i) {
        while (at < end && is_blank(*at)) ++at;
        if (read_plain(at, end, vector[i])) continue;
        Field field{at, at};
        while (field.end < end && !is_blank(*field.end)) ++field.end;
        if (field.begin == field.end || !is_number(field, vector[i])) {
            return parse_from_the_right(begin, end, vector, dim, word);
        }
        at = field.end;
    }
    if (at == end && word.begin != word.end) return SOUND;
    return parse_from_the_right(begin, end, vector, dim, word);
}

}  // namespace

size_t parse_vectors(const char* text, size_t size, size_t& start, const ParsedRows& rows,
                     unsigned threads) {
    std::vector<size_t> places{start};
    while (places.size() <= rows.room && places.back() < size) {
        const void* const end = std::memchr(text + places.back(), '\n', size - places.back());
        if (!end) break;
        places.push_back(static_cast<size_t>(static_cast<const char*>(end) - text) + 1);
    }
    const size_t n_rows = places.size() - 1;
    const size_t n_bytes = places.back() - start;
    const auto row_at = [&](unsigned part) {
        const size_t byte = start + n_bytes / threads * part;
        return static_cast<size_t>(std::lower_bound(places.begin(), places.end(), byte) -
                                   places.begin());
    };
    in_parallel(threads, [&](unsigned thread) {
        const size_t last = thread + 1 == threads ? n_rows : row_at(thread + 1);
        for (size_t row = row_at(thread); row < last; ++row) {
            Field word{};
            rows.faults[row] = parse_line(text + places[row], text + places[row + 1] - 1,
                                          rows.vectors + row * rows.dim, rows.dim, word);
            rows.words[2 * row] = static_cast<uint64_t>(word.begin - text);
            rows.words[2 * row + 1] = static_cast<uint64_t>(word.end - text);
        }
    });
    start = places.back();
    return n_rows;
}

}  // namespace latent
