#include "vocabulary.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace latent {

namespace {

using Slot = StringTable::Slot;

// A word with what decides its place. The first bytes are compared as one number.
struct Entry {
    uint64_t count, beginning;
    std::string_view word;
    uint32_t part, number;
};

uint64_t beginning_of(std::string_view word) {
    uint64_t beginning = 0;
    for (size_t i = 0; i < 8; ++i) {
        beginning = beginning << 8 | (i < word.size() ? static_cast<uint8_t>(word[i]) : 0);
    }
    return beginning;
}

// UTF-8 goes by bytes as it does by code points.
bool before(const Entry& a, const Entry& b) {
    if (a.count != b.count) return a.count > b.count;
    if (a.beginning != b.beginning) return a.beginning < b.beginning;
    return a.word < b.word;
}

struct Found {  // by one worker
    std::vector<const Slot*> words;
    std::vector<uint64_t> counts;
};

Found found_by(const Worker& worker) {
    Found found{std::vector<const Slot*>(worker.words().size()), worker.counts()};
    for (const Slot& slot : worker.words().slots()) {
        if (slot.length) found.words[slot.number] = &slot;
    }
    return found;
}

void write(Vocabulary& vocabulary, const std::vector<Entry>& entries) {
    vocabulary.offsets.reserve(entries.size() + 1);
    vocabulary.counts.reserve(entries.size());
    vocabulary.offsets.push_back(0);
    for (const Entry& entry : entries) {
        for (const char byte : entry.word) {
            if (byte == '\\') vocabulary.text.push_back('\\');
            vocabulary.text.push_back(static_cast<uint8_t>(byte));
        }
        vocabulary.text.push_back('\n');
        vocabulary.offsets.push_back(vocabulary.text.size());
        vocabulary.counts.push_back(entry.count);
    }
}

}  // namespace

Vocabulary vocabulary_of(const std::vector<std::unique_ptr<Worker>>& workers) {
    // Words are parted by their hash, which all workers share; each thread joins those of one part.
    const size_t n = workers.size();
    const auto part_of = [&](const StringTable& table, const Slot& slot) {
        return (table.hash(slot) >> 32) % n;
    };
    std::vector<Found> found(n);
    in_parallel(n, [&](size_t i) { found[i] = found_by(*workers[i]); });
    Vocabulary vocabulary;
    vocabulary.rows.resize(n);
    for (size_t i = 0; i < n; ++i) vocabulary.rows[i].resize(found[i].words.size());
    std::vector<std::vector<Entry>> parts(n);
    in_parallel(n, [&](size_t part) {
        StringTable joined(workers[0]->words().seed());
        std::vector<Entry>& entries = parts[part];
        for (size_t i = 0; i < n; ++i) {
            const StringTable& table = workers[i]->words();
            for (size_t number = 0; number < found[i].words.size(); ++number) {
                const Slot& slot = *found[i].words[number];
                if (part_of(table, slot) != part) continue;
                const std::string_view word = table.text(slot);
                uint32_t& row = vocabulary.rows[i][number];
                row = static_cast<uint32_t>(entries.size());
                if (n > 1) {
                    Slot& same = joined.at(StringTable::key(table, slot));
                    if (same.number == StringTable::NONE) same.number = row;
                    row = same.number;
                }
                if (row == entries.size()) {
                    entries.push_back(
                        {0, beginning_of(word), word, static_cast<uint32_t>(part), row});
                }
                entries[row].count += found[i].counts[number];
            }
        }
        std::sort(entries.begin(), entries.end(), before);
    });
    std::vector<Entry> all;
    for (const std::vector<Entry>& entries : parts) {
        const auto middle = static_cast<ptrdiff_t>(all.size());
        all.insert(all.end(), entries.begin(), entries.end());
        std::inplace_merge(all.begin(), all.begin() + middle, all.end(), before);
    }
    std::vector<std::vector<uint32_t>> places(n);
    for (size_t part = 0; part < n; ++part) places[part].resize(parts[part].size());
    for (size_t row = 0; row < all.size(); ++row) {
        places[all[row].part][all[row].number] = static_cast<uint32_t>(row);
    }
    in_parallel(n, [&](size_t i) {
        for (size_t number = 0; number < found[i].words.size(); ++number) {
            const size_t part = part_of(workers[i]->words(), *found[i].words[number]);
            uint32_t& row = vocabulary.rows[i][number];
            row = places[part][row];
        }
    });
    write(vocabulary, all);
    return vocabulary;
}

Renumbering::Renumbering(std::vector<std::vector<uint32_t>> rows, size_t n_terms)
    : rows_(std::move(rows)), seen_(rows_.size(), std::vector<Seen>(n_terms)) {}

void Renumbering::renumber(uint32_t* tokens, size_t size, uint64_t first,
                           const std::vector<Encoder::Stretch>& stretches, const uint64_t* starts,
                           size_t n_documents) {
    // The document that a token belongs to: the last that begins at it or before.
    const auto document_of = [&](uint64_t token) {
        return static_cast<size_t>(std::upper_bound(starts, starts + n_documents, token) - starts) -
               1;
    };
    // Every thread takes whole documents; one that goes on from the last call stays with its
    // thread.
    std::vector<size_t> shares{0};
    for (size_t i = 1; i < seen_.size() && size; ++i) {
        const uint64_t begun = starts[document_of(first + size / seen_.size() * i)];
        if (begun > first + shares.back()) shares.push_back(static_cast<size_t>(begun - first));
    }
    shares.push_back(size);
    const size_t n = shares.size() - 1;
    in_parallel(n, [&](size_t i) {
        size_t at = shares[i], stretch = 0,
               stretch_end = stretches.empty() ? 0 : stretches[0].n_tokens;
        std::vector<Seen>& seen = seen_[(turn_ + i) % seen_.size()];
        size_t document = at < shares[i + 1] ? document_of(first + at) : 0;
        while (at < shares[i + 1]) {
            while (at >= stretch_end) stretch_end += stretches[++stretch].n_tokens;
            while (document + 1 < n_documents && starts[document + 1] <= first + at) ++document;
            const uint64_t next =
                document + 1 < n_documents ? starts[document + 1] - first : UINT64_MAX;
            const size_t end = std::min({shares[i + 1], stretch_end, static_cast<size_t>(next)});
            const uint32_t* rows = rows_[stretches[stretch].worker].data();
            for (; at < end; ++at) {
                const uint32_t row = tokens[at] = rows[tokens[at]];
                if (seen[row].document != document) {
                    seen[row].document = static_cast<uint32_t>(document);
                    ++seen[row].count;
                }
            }
        }
    });
    turn_ = (turn_ + n - 1) % seen_.size();
}

std::vector<uint64_t> Renumbering::document_counts() const {
    std::vector<uint64_t> counts(seen_[0].size());
    for (const std::vector<Seen>& seen : seen_) {
        for (size_t row = 0; row < counts.size(); ++row) counts[row] += seen[row].count;
    }
    return counts;
}

}  // namespace latent
