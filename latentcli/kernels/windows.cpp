#include "windows.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "parallel.hpp"

namespace latent {

namespace {

constexpr std::int64_t absent = -1;

// The words of interest that stand in a window while it slides over a document, with the first
// of the windows, one after the other, in which each of them has stood.
class Present {
  public:
    Present(std::size_t n_words, std::int64_t* together)
        : n_words_(n_words), together_(together), since_(n_words, absent) {}

    void enter(std::size_t word, std::int64_t window) {
        if (since_[word] != absent) return;
        since_[word] = window;
        words_.push_back(word);
    }

    // A pair is counted when the first of the two leaves: by the windows that both were in.
    void leave(std::size_t word, std::int64_t window) {
        const std::int64_t since = since_[word];
        if (since == absent) return;
        since_[word] = absent;
        *std::find(words_.begin(), words_.end(), word) = words_.back();
        words_.pop_back();
        together_[word * n_words_ + word] += window - since;
        for (const std::size_t other : words_) {
            const auto [low, high] = std::minmax(word, other);
            together_[low * n_words_ + high] += window - std::max(since, since_[other]);
        }
    }

    void all_leave(std::int64_t window) {
        while (!words_.empty()) leave(words_.back(), window);
    }

  private:
    std::size_t n_words_;
    std::int64_t* together_;
    std::vector<std::int64_t> since_;
    std::vector<std::size_t> words_;
};

void slide(const WindowedTokens& text, std::size_t doc, std::size_t window, Present& present) {
    const std::uint32_t* const tokens = text.tokens + text.starts[doc];
    const std::size_t n_tokens = static_cast<std::size_t>(text.starts[doc + 1] - text.starts[doc]);
    const auto place = [&](std::size_t i) {
        if (tokens[i] >= text.n_terms) throw std::invalid_argument("a token is no term");
        return text.places[tokens[i]];
    };
    const std::size_t first = std::min(window, n_tokens);
    for (std::size_t i = 0; i < first; ++i) {
        if (const std::int32_t word = place(i); word >= 0) present.enter(word, 0);
    }
    std::int64_t number = 1;
    for (std::size_t i = first; i < n_tokens; ++i, ++number) {
        if (const std::int32_t word = place(i - window); word >= 0) present.leave(word, number);
        if (const std::int32_t word = place(i); word >= 0) present.enter(word, number);
    }
    present.all_leave(number);
}

}  // namespace

void count_windows(const WindowedTokens& text, std::size_t window, std::int64_t* together,
                   unsigned threads) {
    const std::int64_t begin = text.starts[0], n_tokens = text.starts[text.n_docs] - begin;
    // Threads share the tokens, not the documents, which differ in length.
    const auto border = [&](unsigned worker) -> std::size_t {
        if (worker == 0) return 0;
        if (worker == threads) return text.n_docs;
        const std::int64_t wanted = begin + n_tokens / threads * worker;
        return std::lower_bound(text.starts, text.starts + text.n_docs, wanted) - text.starts;
    };
    const std::size_t size = text.n_words * text.n_words;
    std::vector<std::vector<std::int64_t>> sums(threads);
    in_parallel(threads, [&](unsigned worker) {
        if (worker) sums[worker].resize(size);
        Present present(text.n_words, worker ? sums[worker].data() : together);
        for (std::size_t doc = border(worker); doc < border(worker + 1); ++doc) {
            slide(text, doc, window, present);
        }
    });
    for (unsigned worker = 1; worker < threads; ++worker) {
        for (std::size_t i = 0; i < size; ++i) together[i] += sums[worker][i];
    }
}

}  // namespace latent
