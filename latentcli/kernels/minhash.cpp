#include "minhash.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "mixing.hpp"
#include "parallel.hpp"

namespace latent {

namespace {

constexpr uint64_t BASE = 0x9e3779b97f4a7c15;  // odd: of the rolling hash
constexpr uint32_t EMPTY = UINT32_MAX;
constexpr size_t WORTH_A_THREAD = 1 << 14;

uint64_t token_hash(uint32_t token) { return mixed(token + BASE, 0xbf58476d1ce4e5b9); }

// Call take(hash) for each shingle: a polynomial in the hashes of its tokens, that rolls.
template <class Take>
void shingles(const uint32_t* tokens, size_t n, size_t size, uint64_t seed, const Take& take) {
    if (n == 0) return;
    size = std::min(size, n);
    uint64_t power = 1, sum = 0;
    for (size_t i = 0; i < size; ++i) power *= BASE;
    for (size_t i = 0; i < n; ++i) {
        sum = sum * BASE + token_hash(tokens[i]);
        if (i >= size) sum -= power * token_hash(tokens[i - size]);
        if (i + 1 >= size) take(mixed(sum ^ seed, BASE));
    }
}

uint64_t text_hash(const uint32_t* tokens, size_t n) {
    uint64_t hash = mixed(n + BASE, 0xbf58476d1ce4e5b9);
    for (size_t i = 0; i < n; ++i) hash = mixed(hash ^ tokens[i], BASE) + i;
    return hash;
}

// Give each empty bin the value of one that a hash of its number names.
void densify(uint32_t* bins, size_t n_bins, std::vector<uint32_t>& kept, uint64_t seed) {
    if (std::find(bins, bins + n_bins, EMPTY) == bins + n_bins) return;
    kept.assign(bins, bins + n_bins);
    for (size_t bin = 0; bin < n_bins; ++bin) {
        for (uint64_t attempt = 1; bins[bin] == EMPTY; ++attempt) {
            bins[bin] = kept[mixed(seed ^ (bin << 32 | attempt), BASE) & (n_bins - 1)];
        }
    }
}

// Run over parts of 0 to n, so many each that a thread is worth it.
template <class Run>
void in_parts(size_t n, size_t work, unsigned threads, const Run& run) {
    const size_t worth = std::max<size_t>(1, work / WORTH_A_THREAD);
    const size_t n_parts = std::max<size_t>(1, std::min<size_t>(threads, std::min(n, worth)));
    in_parallel(static_cast<unsigned>(n_parts),
                [&](unsigned part) { run(n * part / n_parts, n * (part + 1) / n_parts); });
}

std::vector<uint64_t> shingle_set(const ShingledTexts& texts, int64_t document) {
    std::vector<uint64_t> set;
    const int64_t first = texts.starts[document], last = texts.starts[document + 1];
    set.reserve(static_cast<size_t>(last - first));
    shingles(texts.tokens + first, static_cast<size_t>(last - first), texts.shingle, 0,
             [&](uint64_t hash) { set.push_back(hash); });
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    return set;
}

double jaccard_index(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    size_t both = 0, i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        both += a[i] == b[j];
        const bool first = a[i] <= b[j], second = b[j] <= a[i];
        i += first;
        j += second;
    }
    const size_t either = a.size() + b.size() - both;
    return either ? static_cast<double>(both) / static_cast<double>(either) : 1.0;
}

}  // namespace

void minhash(const ShingledTexts& texts, size_t n_bins, uint64_t seed, uint32_t* signatures,
             uint64_t* hashes, unsigned threads) {
    const unsigned shift = 64 - static_cast<unsigned>(std::countr_zero(n_bins));
    const size_t n_tokens = static_cast<size_t>(texts.starts[texts.n_documents]);
    in_parts(texts.n_documents, n_tokens + texts.n_documents, threads, [&](size_t from, size_t to) {
        std::vector<uint32_t> kept;
        for (size_t document = from; document < to; ++document) {
            const uint32_t* tokens = texts.tokens + texts.starts[document];
            const size_t n =
                static_cast<size_t>(texts.starts[document + 1] - texts.starts[document]);
            uint32_t* bins = signatures + document * n_bins;
            std::fill(bins, bins + n_bins, EMPTY);
            shingles(tokens, n, texts.shingle, seed, [&](uint64_t hash) {
                uint32_t& least = bins[n_bins > 1 ? hash >> shift : 0];
                least = std::min(least, std::min(static_cast<uint32_t>(hash), EMPTY - 1));
            });
            if (n) densify(bins, n_bins, kept, seed);
            hashes[document] = text_hash(tokens, n);
        }
    });
}

void jaccard(const ShingledTexts& texts, const int64_t* pairs, size_t n_pairs, double* indices,
             unsigned threads) {
    in_parts(n_pairs, n_pairs * 1000, threads, [&](size_t from, size_t to) {
        int64_t held = -1;  // pairs of one document often follow each other
        std::vector<uint64_t> first;
        for (size_t i = from; i < to; ++i) {
            if (pairs[2 * i] != held) first = shingle_set(texts, held = pairs[2 * i]);
            indices[i] = jaccard_index(first, shingle_set(texts, pairs[2 * i + 1]));
        }
    });
}

}  // namespace latent
