#include <algorithm>
#include <array>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "encode.hpp"

namespace latent {

namespace {

constexpr size_t REMEMBERED_BYTES = 64;          // a longer run seldom comes again
constexpr uint32_t SEVERAL = uint32_t{1} << 31;  // a run's number: an index into found_, not a word

// How many of the 16 bytes from `at` come before the first that is at most a space.
inline unsigned text_bytes(const uint8_t* at) {
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
    const unsigned found = static_cast<unsigned>(_mm_movemask_epi8(low));
    return static_cast<unsigned>(__builtin_ctz(found | 1u << 16));
#else
    constexpr uint64_t ONES = 0x0101010101010101;
    for (unsigned i = 0; i < 16; i += 8) {
        uint64_t bytes;
        std::memcpy(&bytes, at + i, 8);
        // Exact up to the lowest byte that is at most a space.
        const uint64_t low = (bytes - ONES * (' ' + 1)) & ~bytes & ONES * 0x80;
        if (low) return i + static_cast<unsigned>(__builtin_ctzll(low)) / 8;
    }
    return 16;
#endif
}

// The end of the run that begins at `at`; white space stands behind it.
inline const uint8_t* run_end(const uint8_t* at) {
    for (;;) {
        const unsigned n = text_bytes(at);
        at += n;
        if (n < 16) {
            if (is_ascii_space(*at)) return at;
            ++at;  // a control character
        }
    }
}

bool is_ascii(const uint8_t* bytes, size_t size) {
    uint8_t all = 0;
    for (size_t i = 0; i < size; ++i) all |= bytes[i];
    return all < 0x80;
}

}  // namespace

Worker::Worker(const EncoderSettings& settings)
    : settings_(settings),
      cutter_(settings.rule),
      words_(settings.seed),
      runs_(settings.seed + 1) {}

void Worker::know(const std::vector<std::string>& words) {
    unknown_ = static_cast<uint32_t>(words.size());
    counts_.assign(words.size() + 1, 0);
    for (uint32_t number = 0; number < unknown_; ++number) {
        const std::string& word = words[number];
        if (word.empty()) continue;
        asked_.assign(word.begin(), word.end());
        asked_.resize(word.size() + StringTable::PADDING);
        StringTable::Slot& slot = words_.at(words_.key(asked_.data(), word.size()));
        if (slot.number == StringTable::NONE) slot.number = number;
    }
}

void Worker::encode(const Block& block, size_t first, size_t last) {
    block_ = &block;
    tokens.clear();
    lines.clear();
    marks.clear();
    next_mark_ = first;
    text_follows = false;
    // Runs are looked up a handful at a time, so that their slots come from memory together.
    const uint8_t *at = block.bytes + first, *end = block.bytes + last;
    std::array<StringKey, 32> batch;
    while (at < end && invalid == VALID) {
        size_t n = 0;
        while (at < end && n < batch.size()) at = next_run(at, end, batch, n);
        for (size_t i = 0; i < n && invalid == VALID; ++i) encode_run(batch[i]);
    }
}

// Move behind white space, or a run, which is added to the batch, as a line end is (without
// length).
inline const uint8_t* Worker::next_run(const uint8_t* at, const uint8_t* end,
                                       std::array<StringKey, 32>& batch, size_t& n) const {
    if (*at <= ' ' && is_ascii_space(*at)) {
        const uint8_t space = *at++;
        if (space == '\n' || (space == '\r' && block_->carriage_returns)) {
            if (space == '\r' && at < end && *at == '\n') ++at;
            batch[n++] = {0, 0, 0, at, 0};
        }
        return at;
    }
    const uint8_t* behind = run_end(at);
    const size_t size = static_cast<size_t>(behind - at);
    if (size <= REMEMBERED_BYTES) {
        batch[n] = runs_.key(at, size);
        runs_.prefetch(batch[n++]);
    } else {
        batch[n++] = {0, 0, 0, at, static_cast<uint32_t>(size)};
    }
    return behind;
}

inline void Worker::encode_run(const StringKey& run) {
    if (run.length == 0) {
        lines.push_back({static_cast<uint32_t>(run.bytes - block_->bytes),
                         static_cast<uint32_t>(tokens.size()), !text_follows});
        text_follows = false;
        return;
    }
    if (static_cast<size_t>(run.bytes - block_->bytes) >= next_mark_) mark(run);
    if (run.length > REMEMBERED_BYTES) {
        text_follows |= encode_characters(run.bytes, run.length);
    } else if (!encode_known(run)) {
        encode_new(run);
    }
}

void Worker::mark(const StringKey& run) {
    const uint64_t place = static_cast<uint64_t>(run.bytes - block_->bytes);
    marks.push_back({place, tokens.size()});
    next_mark_ = ((block_->place + place) / MARK_BYTES + 1) * MARK_BYTES - block_->place;
}

// Add the words of a run that is remembered; false if it is not.
inline bool Worker::encode_known(const StringKey& run) {
    StringTable::Slot* slot = runs_.find(run);
    if (slot == nullptr) return false;
    ++slot->count;
    if (slot->number < SEVERAL) {
        tokens.push_back(slot->number);
        text_follows = true;
        return true;
    }
    const Found& found = found_[slot->number - SEVERAL];
    tokens.insert(tokens.end(), found_words_.begin() + found.first,
                  found_words_.begin() + found.first + found.n_words);
    text_follows |= found.text;
    return true;
}

// Add the words of a run, and remember what they were.
void Worker::encode_new(const StringKey& run) {
    const size_t before = tokens.size();
    const uint64_t overlong_before = overlong;
    const bool text = encode_characters(run.bytes, run.length);
    text_follows |= text;
    if (invalid != VALID || overlong != overlong_before ||
        runs_.size() >= settings_.remembered_runs) {
        return;
    }
    const size_t n_words = tokens.size() - before;
    StringTable::Slot& slot = runs_.at(run);
    if (n_words == 1 && text) {
        slot.number = tokens.back();
        return;
    }
    slot.number = SEVERAL + static_cast<uint32_t>(found_.size());
    found_.push_back(
        {static_cast<uint32_t>(found_words_.size()), static_cast<uint32_t>(n_words), text});
    found_words_.insert(found_words_.end(), tokens.end() - static_cast<ptrdiff_t>(n_words),
                        tokens.end());
}

// Add the words of any run; returns whether it is more than white space. Unlike a run, a piece
// ends at white space that is not ASCII, too.
bool Worker::encode_characters(const uint8_t* run, size_t size) {
    if (size <= settings_.piece_characters && settings_.rule.pieces != PieceRule::ask &&
        is_ascii(run, size)) {
        cutter_.cut_ascii(run, size);
        add_words();
        return true;
    }
    const uint8_t *at = run, *end = run + size, *start = run;
    const uint8_t* properties = settings_.rule.characters.properties;
    bool text = false;
    characters_.clear();
    while (start < end) {
        uint32_t character = ' ';
        const uint8_t* here = at;
        if (at < end) {
            character = decoded(at, end);
            if (character == INVALID) {
                invalid = static_cast<size_t>(at - block_->bytes);
                return true;
            }
            if ((properties[character] & KIND) != SPACE) {
                characters_.push_back(character);
                continue;
            }
        }
        if (!characters_.empty()) {
            text = true;
            const size_t n_bytes = static_cast<size_t>(here - start);
            encode_long(n_bytes > settings_.piece_characters ? cuttable(start, n_bytes) : 0);
            characters_.clear();
        }
        start = at;
    }
    return text;
}

// How many characters of a piece had been read, and its line not ended, when a chunk had been:
// only so far is it ever cut.
size_t Worker::cuttable(const uint8_t* piece, size_t size) const {
    const std::vector<size_t>& ends = *block_->chunk_ends;
    const size_t first = static_cast<size_t>(piece - block_->bytes), last = first + size;
    auto next = std::lower_bound(ends.begin(), ends.end(), last);
    if (next != ends.end()) {
        const uint8_t *from = block_->bytes + last,
                      *to = block_->bytes + std::min(*next, block_->size);
        // A CR at the end of a chunk waits for the LF that may follow.
        const bool ended =
            std::find(from, to, '\n') < to || (to > from && std::find(from, to - 1, '\r') < to - 1);
        if (!ended) return characters_.size();
    }
    if (next == ends.begin()) return 0;
    const size_t reached = *(next - 1);
    if (reached <= first) return 0;
    const uint8_t *at = piece, *end = block_->bytes + reached;
    size_t count = 0;
    while (at < end && decoded(at, end) != INVALID) ++count;
    return count;
}

// Encode a piece, the first so many characters of which are cut where they are too many.
void Worker::encode_long(size_t cuttable) {
    const size_t limit = settings_.piece_characters;
    size_t from = 0;
    for (; cuttable - from > limit; from += limit) {
        encode_piece(characters_.data() + from, limit);
    }
    encode_piece(characters_.data() + from, characters_.size() - from);
}

void Worker::encode_piece(const uint32_t* characters, size_t size) {
    if (cutter_.cut(characters, size) == WordCutter::Outcome::cut) {
        add_words();
    } else {
        ask(characters, size);
    }
}

void Worker::ask(const uint32_t* characters, size_t size) {
    std::string piece(4 * size, 0);
    uint8_t* const start = reinterpret_cast<uint8_t*>(piece.data());
    uint8_t* out = start;
    for (size_t i = 0; i < size; ++i) out = encoded(characters[i], out);
    piece.resize(static_cast<size_t>(out - start));
    std::vector<std::string> words;
    settings_.ask(piece, words);
    for (const std::string& word : words) {
        const uint8_t* bytes = reinterpret_cast<const uint8_t*>(word.data());
        if (character_count(bytes, word.size()) > settings_.rule.max_word_characters) {
            ++overlong;
        } else if (!word.empty()) {
            asked_.assign(bytes, bytes + word.size());
            asked_.resize(word.size() + StringTable::PADDING);
            add(asked_.data(), word.size());
        }
    }
}

void Worker::add_words() {
    uint32_t start = 0;
    for (const uint32_t end : cutter_.ends) {
        add(cutter_.bytes.data() + start, end - start);
        start = end;
    }
    overlong += cutter_.overlong;
}

void Worker::add(const uint8_t* word, size_t size) {
    const uint32_t number = number_of(words_.key(word, size));
    ++counts_[number];
    tokens.push_back(number);
}

uint32_t Worker::number_of(const StringKey& word) {
    if (unknown_ != StringTable::NONE) {
        const StringTable::Slot* slot = words_.find(word);
        return slot ? slot->number : unknown_;
    }
    StringTable::Slot& slot = words_.at(word);
    if (slot.number == StringTable::NONE) {
        slot.number = static_cast<uint32_t>(counts_.size());
        counts_.push_back(0);
    }
    return slot.number;
}

std::vector<uint64_t> Worker::counts() const {
    std::vector<uint64_t> counts = counts_;
    for (const StringTable::Slot& slot : runs_.slots()) {
        if (slot.length == 0) continue;
        if (slot.number < SEVERAL) {
            counts[slot.number] += slot.count;
            continue;
        }
        const Found& found = found_[slot.number - SEVERAL];
        for (uint32_t i = 0; i < found.n_words; ++i) {
            counts[found_words_[found.first + i]] += slot.count;
        }
    }
    return counts;
}

}  // namespace latent
