#include "encode.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace latent {

namespace {

// How many line ends there are: LF, CR, or both together.
uint64_t line_ends(const uint8_t* bytes, size_t size) {
    uint64_t count = 0;
    for (size_t i = 0; i < size; ++i) {
        count += bytes[i] == '\n' ? !(i && bytes[i - 1] == '\r') : bytes[i] == '\r';
    }
    return count;
}

// Whether bytes that are not UTF-8 by themselves are the beginning of a character.
bool may_go_on(const uint8_t* at, const uint8_t* end) {
    if (end - at > 3) return false;
    for (const uint8_t next : {0x80, 0xBF}) {
        uint8_t whole[4] = {next, next, next, next};
        std::copy(at, end, whole);
        const uint8_t* from = whole;
        if (decoded(from, whole + 4) != INVALID && from - whole > end - at) return true;
    }
    return false;
}

}  // namespace

Encoder::Encoder(const EncoderSettings& settings)
    : settings_(settings), layout_(settings.rule.characters) {
    for (size_t i = 0; i < std::max<size_t>(1, settings.n_threads); ++i) {
        workers_.push_back(std::make_unique<Worker>(settings_));
    }
}

uint64_t Encoder::overlong() const {
    uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->overlong;
    return sum;
}

void Encoder::know(const std::vector<std::string>& words) {
    in_parallel(workers_.size(), [&](size_t i) { workers_[i]->know(words); });
}

void Encoder::begin(Form form, bool may_have_mark) {
    layout_.begin(form, n_tokens_, place_);
    held_.clear();
    offset_ = 0;
    may_have_mark_ = may_have_mark;
}

size_t Encoder::feed(const std::vector<std::string_view>& chunks, bool last) {
    const uint64_t lines_before = layout_.lines();
    buffer_.assign(held_.begin(), held_.end());
    chunk_ends_.clear();
    for (const std::string_view chunk : chunks) {
        buffer_.insert(buffer_.end(), chunk.begin(), chunk.end());
        chunk_ends_.push_back(buffer_.size());
    }
    if (may_have_mark_ && buffer_.size() < 3 && !last) {
        held_ = buffer_;
        return Worker::VALID;
    }
    if (may_have_mark_) drop_mark();
    const size_t size = complete(last);
    held_.assign(buffer_.begin() + static_cast<ptrdiff_t>(size), buffer_.end());
    buffer_.resize(size);
    buffer_.resize(size + StringTable::PADDING, ' ');
    const uint64_t offset = offset_;
    const Block block{buffer_.data(), size, place_, &chunk_ends_, true};
    const std::vector<size_t> parts = shares(block);
    size_t invalid = work(block, parts);
    if (invalid == Worker::VALID) {
        arrange(block, parts, {}, {});
        place_ += size;
        const size_t n_held = held_.size();
        invalid = hold();
        if (invalid != Worker::VALID) invalid += size;
        offset_ += size + n_held - held_.size();
    }
    if (invalid != Worker::VALID) {
        lines_ = lines_before + line_ends(block.bytes, std::min(invalid, size));
        return offset + invalid;
    }
    if (last) layout_.end(n_tokens_);
    return Worker::VALID;
}

size_t Encoder::texts(std::string_view text, const std::vector<size_t>& starts,
                      const std::vector<uint8_t>& hard_wrapped) {
    buffer_.assign(text.begin(), text.end());
    buffer_.resize(text.size() + StringTable::PADDING, ' ');
    chunk_ends_.clear();
    const Block block{buffer_.data(), text.size(), place_, &chunk_ends_, false};
    const std::vector<size_t> parts = shares(block);
    const size_t invalid = work(block, parts);
    if (invalid != Worker::VALID) return invalid;
    arrange(block, parts, starts, hard_wrapped);
    place_ += text.size();
    return Worker::VALID;
}

void Encoder::drop_mark() {
    may_have_mark_ = false;
    if (buffer_.size() < 3 || buffer_[0] != 0xEF || buffer_[1] != 0xBB || buffer_[2] != 0xBF)
        return;
    buffer_.erase(buffer_.begin(), buffer_.begin() + 3);
    for (size_t& end : chunk_ends_) end -= std::min<size_t>(end, 3);
    offset_ = 3;
    place_ += 3;
    layout_.skip(3);
}

// How much of the buffer can be encoded: up to its last white space, since a word may go on in the
// next chunk, and so may a CRLF.
size_t Encoder::complete(bool last) const {
    size_t size = buffer_.size();
    if (last) return size;
    while (size && !is_ascii_space(buffer_[size - 1])) --size;
    return size && size == buffer_.size() && buffer_[size - 1] == '\r' ? size - 1 : size;
}

// Where each worker's part of a block begins and ends: behind white space, but inside no CRLF.
std::vector<size_t> Encoder::shares(const Block& block) const {
    const size_t size = block.size;
    const size_t n = std::min(workers_.size(), size / settings_.worth_a_thread + 1);
    std::vector<size_t> places{0};
    for (size_t i = 1; i < n; ++i) {
        size_t place = std::max(places.back(), size / n * i);
        while (place < size && !is_ascii_space(buffer_[place])) ++place;
        if (place < size) ++place;
        if (block.carriage_returns && place < size && buffer_[place - 1] == '\r' &&
            buffer_[place] == '\n') {
            ++place;
        }
        places.push_back(place);
    }
    places.push_back(size);
    return places;
}

// Let the workers encode their parts; returns the first place that is not UTF-8.
size_t Encoder::work(const Block& block, const std::vector<size_t>& shares) {
    const size_t n = shares.size() - 1;
    in_parallel(n, [&](size_t i) { workers_[i]->encode(block, shares[i], shares[i + 1]); });
    for (size_t i = 0; i < n; ++i) {
        if (workers_[i]->invalid != Worker::VALID) return workers_[i]->invalid;
    }
    return Worker::VALID;
}

// Bring what the workers found into order: tokens, and line by line the documents.
void Encoder::arrange(const Block& block, const std::vector<size_t>& shares,
                      const std::vector<size_t>& starts, const std::vector<uint8_t>& hard_wrapped) {
    size_t document = 0, at = 0;
    const auto new_documents = [&] {
        for (; document < starts.size() && starts[document] == at; ++document) {
            layout_.new_document(n_tokens_, hard_wrapped[document]);
        }
    };
    new_documents();
    for (size_t i = 0; i + 1 < shares.size(); ++i) {
        const Worker& worker = *workers_[i];
        const uint64_t before = n_tokens_;
        for (const Mark& mark : worker.marks) {
            add_mark(block.place + mark.place, before + mark.tokens);
        }
        for (const Line& line : worker.lines) {
            size_t end = line.end - 1;
            end -= block.carriage_returns && end > at && block.bytes[end] == '\n' &&
                   block.bytes[end - 1] == '\r';
            layout_.part(block.bytes + at, end - at, line.blank);
            n_tokens_ = before + line.tokens;
            layout_.end_line(n_tokens_, block.place + line.end);
            at = line.end;
            new_documents();
        }
        layout_.part(block.bytes + at, shares[i + 1] - at, !worker.text_follows);
        at = shares[i + 1];
        n_tokens_ = before + worker.tokens.size();
        take_tokens(i);
    }
}

void Encoder::take_tokens(size_t worker) {
    const std::vector<uint32_t>& found = workers_[worker]->tokens;
    tokens.insert(tokens.end(), found.begin(), found.end());
    stretches.push_back({found.size(), worker});
}

void Encoder::add_mark(uint64_t place, uint64_t tokens) {
    if (place / MARK_BYTES == last_mark_ / MARK_BYTES) return;
    marks.push_back({place, tokens});
    last_mark_ = place;
}

// What is left of a block waits for the next. Where it has grown too long for that, it is cut into
// pieces all the same. Returns the place of a byte in it that no next one makes UTF-8.
size_t Encoder::hold() {
    const uint8_t *const begin = held_.data(), *const end = begin + held_.size();
    const uint8_t *at = begin, *start = begin;  // of the piece at hand
    const bool is_long = held_.size() > settings_.piece_characters;
    Worker& worker = *workers_[0];
    worker.tokens.clear();
    std::vector<uint32_t> piece;
    bool text = false;
    const auto encode_up_to = [&](const uint8_t* place) {
        if (!piece.empty()) {
            add_mark(place_ + static_cast<size_t>(start - begin), n_tokens_ + worker.tokens.size());
            worker.encode_piece(piece.data(), piece.size());
        }
        text |= !piece.empty();
        piece.clear();
        start = place;
    };
    while (at < end) {
        const uint8_t* here = at;
        const uint32_t character = decoded(at, end);
        if (character == INVALID) {
            if (may_go_on(at, end)) break;
            return static_cast<size_t>(at - begin);
        }
        if (!is_long) continue;
        if ((settings_.rule.characters.properties[character] & KIND) == SPACE) {
            encode_up_to(at);
        } else {
            if (piece.size() == settings_.piece_characters) encode_up_to(here);
            piece.push_back(character);
        }
    }
    if (start > begin) {
        layout_.part(begin, static_cast<size_t>(start - begin), !text);
        n_tokens_ += worker.tokens.size();
        take_tokens(0);
        place_ += static_cast<size_t>(start - begin);
        held_.erase(held_.begin(), held_.begin() + (start - begin));
    }
    return Worker::VALID;
}

}  // namespace latent
