// Lines that recur across documents, in bounded memory: lossy counting (Manku and Motwani 2002).
//
// A line is known by a 64-bit hash. Where there are too many, those seen in the fewest documents
// are forgotten, so that a count may be too low, by at most floor().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace latent {

class RepeatedLines {
  public:
    struct Line {
        uint64_t hash = 0;  // 0: the place is free
        uint64_t line = 0;  // where it was seen first
        uint32_t file = 0;
        uint32_t documents = 0;
        uint32_t last_document = 0;
        uint32_t count = 0;
    };

    // Room for so many lines; a power of two.
    explicit RepeatedLines(size_t most) : most_(most), lines_(1 << 10) {}

    // A line of text, in a document (numbered from 1) of a file.
    void add(std::string_view text, uint32_t document, uint32_t file, uint64_t line);

    // Lines in at least so many documents, the most widespread first.
    std::vector<Line> found(uint32_t documents) const;
    // The text of a line that was seen in several documents.
    std::string text(const Line& line) const;
    // By how much a number of documents may be too low.
    uint32_t floor() const { return floor_; }

  private:
    Line& place(uint64_t hash);
    void make_room();
    void rebuild(size_t size, uint32_t least);

    size_t most_;
    std::vector<Line> lines_;
    size_t used_ = 0;
    uint32_t floor_ = 0;
    std::unordered_map<uint64_t, std::string> texts_;
};

}  // namespace latent
