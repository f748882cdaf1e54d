#include "repeated_lines.hpp"

#include <algorithm>

#include "mixing.hpp"

namespace latent {

namespace {

constexpr size_t KEPT_BYTES = 200;      // of a line's text
constexpr uint32_t WORTH_A_TEXT = 3;    // documents
constexpr size_t MOST_TEXTS = 1 << 18;  // some tens of megabytes

}  // namespace

void RepeatedLines::add(std::string_view text, uint32_t document, uint32_t file, uint64_t line) {
    const uint64_t hash = hash_of(reinterpret_cast<const uint8_t*>(text.data()), text.size(), 0);
    Line* found = &place(hash);
    if (found->hash == 0) {
        if ((used_ + 1) * 3 > lines_.size() * 2) {
            make_room();
            found = &place(hash);
        }
        ++used_;
        *found = {hash, line, file, 0, 0, 0};
    }
    ++found->count;
    if (found->last_document == document) return;
    found->last_document = document;
    if (++found->documents == WORTH_A_TEXT && texts_.size() < MOST_TEXTS) {
        texts_.emplace(hash, text.substr(0, KEPT_BYTES));
    }
}

std::vector<RepeatedLines::Line> RepeatedLines::found(uint32_t documents) const {
    std::vector<Line> result;
    for (const Line& line : lines_) {
        if (line.hash && line.documents >= documents) result.push_back(line);
    }
    std::sort(result.begin(), result.end(), [](const Line& a, const Line& b) {
        if (a.documents != b.documents) return a.documents > b.documents;
        return a.file != b.file ? a.file < b.file : a.line < b.line;
    });
    return result;
}

std::string RepeatedLines::text(const Line& line) const {
    const auto found = texts_.find(line.hash);
    return found == texts_.end() ? std::string() : found->second;
}

RepeatedLines::Line& RepeatedLines::place(uint64_t hash) {
    const size_t last = lines_.size() - 1;
    size_t i = hash & last;
    while (lines_[i].hash && lines_[i].hash != hash) i = (i + 1) & last;
    return lines_[i];
}

// Double the table, or, where it must not grow, forget the lines of the fewest documents.
void RepeatedLines::make_room() {
    if (lines_.size() < most_) return rebuild(lines_.size() * 2, 0);
    do {
        ++floor_;
        rebuild(lines_.size(), floor_ + 1);
    } while (used_ * 3 > lines_.size());
}

// Lay the table out anew, without lines of fewer documents than `least`.
void RepeatedLines::rebuild(size_t size, uint32_t least) {
    std::vector<Line> old(size);
    old.swap(lines_);
    used_ = 0;
    for (const Line& line : old) {
        if (line.hash == 0 || line.documents < least) continue;
        place(line.hash) = line;
        ++used_;
    }
    if (least <= WORTH_A_TEXT) return;
    std::erase_if(texts_, [&](const auto& text) { return place(text.first).hash == 0; });
}

}  // namespace latent
