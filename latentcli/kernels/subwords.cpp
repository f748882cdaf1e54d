#include "subwords.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "parallel.hpp"

namespace latent {

namespace {

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

}  // namespace

std::uint32_t subword_hash(std::string_view text) {
    std::uint32_t hash = 2166136261u;
    for (const char byte : text) {
        hash ^= static_cast<std::uint32_t>(static_cast<std::int8_t>(byte));
        hash *= 16777619u;
    }
    return hash;
}

void add_subwords(std::string_view word, unsigned min_n, unsigned max_n,
                  std::vector<std::uint32_t>& hashes) {
    if (word == "</s>") return;  // the end of a line
    std::string text;
    text.reserve(word.size() + 2);
    text.append("<").append(word).append(">");
    for (std::size_t first = 0; first < text.size(); ++first) {
        if (!begins_character(text[first])) continue;
        std::size_t end = first;
        for (unsigned n = 1; n <= max_n && end < text.size(); ++n) {
            do ++end;
            while (end < text.size() && !begins_character(text[end]));
            const bool mark = n == 1 && (first == 0 || end == text.size());
            if (n < min_n || mark) continue;
            hashes.push_back(subword_hash(std::string_view(text).substr(first, end - first)));
        }
    }
}

void compose(const Composition& from, std::size_t n_terms, float* out, unsigned threads) {
    const std::size_t size = from.dim * sizeof(float);
    in_parallel(threads, [&](unsigned part) {
        std::vector<double> sums(from.dim);
        std::vector<float> row(from.dim);
        const auto add = [&](const unsigned char* bytes) {
            std::memcpy(row.data(), bytes, size);
            for (std::size_t d = 0; d < from.dim; ++d) sums[d] += row[d];
        };
        const std::size_t last = n_terms * (part + 1) / threads;
        for (std::size_t i = n_terms * part / threads; i < last; ++i) {
            std::fill(sums.begin(), sums.end(), 0.0);
            add(from.own + i * size);
            for (std::int64_t s = from.starts[i]; s < from.starts[i + 1]; ++s) {
                add(from.table + from.rows[s] * size);
            }
            const double share = 1.0 / static_cast<double>(1 + from.starts[i + 1] - from.starts[i]);
            for (std::size_t d = 0; d < from.dim; ++d) {
                out[i * from.dim + d] = static_cast<float>(sums[d] * share);
            }
        }
    });
}

}  // namespace latent
