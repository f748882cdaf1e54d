#include "nearest.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "exact.hpp"
#include "parallel.hpp"
#include "scan_loops.hpp"

namespace latent {

namespace {

using Rows = std::vector<std::size_t>;

constexpr float least = -std::numeric_limits<float>::infinity();

// So much of the index is scanned for all targets before going on: it stays in the cache.
constexpr std::size_t chunk_bytes = 256 << 10;

// A thread is started for no less than this much to read.
constexpr std::size_t thread_bytes = 1 << 20;

// Where the index rules out so little of the rows, all are compared, and none are remembered; each
// thread remembers its share of these.
constexpr std::size_t most_candidates = 1 << 16;

// The int32 sum of products with int8 codes must not overflow.
double largest_code(std::size_t dim) {
    return std::min(32767.0, std::floor(2147483647.0 / (128.0 * static_cast<double>(dim))));
}

// The targets as the scan wants them.
class Targets {
  public:
    Targets(const Question& question, std::size_t dim)
        : codes_(question.n_targets * padded_dim(dim)) {
        const double largest = largest_code(padded_dim(dim));
        for (std::size_t t = 0; t < question.n_targets; ++t) {
            const double* target = question.targets + t * dim;
            std::int16_t* codes = codes_.data() + t * padded_dim(dim);
            const double norm = length(target, dim);
            double most = 0;
            for (std::size_t i = 0; i < dim; ++i) most = std::max(most, std::fabs(target[i]));
            const double scale = norm > 0 ? most / norm / largest : 0;
            double left_out = 0, kept = 0;
            for (std::size_t i = 0; i < dim && norm > 0; ++i) {
                const double unit = target[i] / norm;
                codes[i] = static_cast<std::int16_t>(std::lrint(unit / scale));
                const double code = codes[i] * scale;
                left_out += (unit - code) * (unit - code);
                kept += code * code;
            }
            constexpr double rounding = 1e-6;  // of all that follows in float32
            scans_.push_back({codes, static_cast<float>(scale),
                              static_cast<float>(std::sqrt(kept) * (1 + rounding)),
                              static_cast<float>(std::sqrt(left_out) + rounding),
                              static_cast<float>(1 / norm), least});
        }
    }

    const std::vector<ScanTarget>& scans() const { return scans_; }

  private:
    std::vector<std::int16_t> codes_;
    std::vector<ScanTarget> scans_;
};

// The rows that may be among a target's n nearest, as far as one thread has seen.
class Candidates {
  public:
    Candidates(std::size_t n, std::size_t most) : n_(n), most_(most) {}

    // Takes a row; returns the score above which the next are of interest: that which n rows surely
    // reach, or minus infinity.
    float add(std::size_t row, float lower, float upper) {
        if (found_.size() >= limit_) forget();
        if (too_many_) return -least;
        found_.emplace_back(row, upper);
        if (lower > least && (highest_.size() < n_ || lower > highest_.front())) {
            if (highest_.size() == n_) {
                std::pop_heap(highest_.begin(), highest_.end(), std::greater<>());
                highest_.pop_back();
            }
            highest_.push_back(lower);
            std::push_heap(highest_.begin(), highest_.end(), std::greater<>());
        }
        return threshold();
    }

    // Takes what another thread has seen of the other rows.
    void add(const Candidates& other) {
        found_.insert(found_.end(), other.found_.begin(), other.found_.end());
        highest_.insert(highest_.end(), other.highest_.begin(), other.highest_.end());
        if (highest_.size() > n_) {
            const auto nth = highest_.begin() + static_cast<std::ptrdiff_t>(n_);
            std::nth_element(highest_.begin(), nth, highest_.end(), std::greater<>());
            highest_.erase(nth, highest_.end());
        }
        std::make_heap(highest_.begin(), highest_.end(), std::greater<>());
        too_many_ = too_many_ || other.too_many_;
    }

    // Whether they were too many to be remembered.
    bool too_many() const { return too_many_; }

    Rows rows() {
        forget();
        Rows rows;
        rows.reserve(found_.size());
        for (const auto& [row, upper] : found_) rows.push_back(row);
        std::sort(rows.begin(), rows.end());
        return rows;
    }

  private:
    float threshold() const { return highest_.size() == n_ ? highest_.front() : least; }

    // Leaves out what a threshold that has risen since rules out.
    void forget() {
        const float surely = threshold();
        std::erase_if(found_, [surely](const auto& one) { return one.second < surely; });
        limit_ = std::max(limit_, 2 * found_.size());
        too_many_ = too_many_ || found_.size() > most_;
        if (too_many_) found_ = {};
    }

    std::size_t n_;
    std::size_t most_;
    std::size_t limit_ = 4096;
    bool too_many_ = false;
    std::vector<std::pair<std::size_t, float>> found_;
    std::vector<float> highest_;  // a heap: the n highest lower bounds, the lowest of them in front
};

struct Scan {
    std::vector<ScanTarget> targets;
    std::vector<Candidates> candidates;
    std::size_t n_rows;

    static void consider(void* context, std::size_t target, std::size_t row, float lower,
                         float upper) {
        Scan& scan = *static_cast<Scan*>(context);
        if (row >= scan.n_rows) return;
        scan.targets[target].threshold = scan.candidates[target].add(row, lower, upper);
    }
};

ScanBlocks scan_for(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return avx512::scan_blocks;
    if (isa == InstructionSet::avx2) return avx2::scan_blocks;
#endif
    static_cast<void>(isa);
    return baseline::scan_blocks;
}

unsigned useful_threads(unsigned threads, std::size_t bytes) {
    return static_cast<unsigned>(
        std::clamp<std::size_t>(bytes / thread_bytes, 1, std::max(threads, 1U)));
}

// For each target the candidates of all threads.
std::vector<Candidates> scan(Vectors vectors, const std::uint8_t* index, const Question& question) {
    const Targets targets(question, vectors.dim);
    const std::size_t blocks = n_blocks(vectors.n_rows), bytes = block_bytes(vectors.dim);
    const std::size_t chunk = std::max<std::size_t>(1, chunk_bytes / bytes);
    const ScanBlocks scan_blocks = scan_for(question.isa);
    const unsigned threads = useful_threads(question.threads, blocks * bytes * question.n_targets);
    const Scan fresh{targets.scans(),
                     std::vector<Candidates>(question.n_targets,
                                             Candidates(question.n, most_candidates / threads)),
                     vectors.n_rows};
    std::vector<Scan> scans(threads, fresh);
    std::atomic<std::size_t> next{0};
    in_parallel(threads, [&](unsigned worker) {
        Scan& mine = scans[worker];
        for (std::size_t first; (first = next.fetch_add(chunk)) < blocks;) {
            scan_blocks(index + first * bytes, std::min(chunk, blocks - first), first * block_rows,
                        vectors.dim, question.metric == Metric::euclidean, mine.targets.data(),
                        mine.targets.size(), Scan::consider, &mine);
        }
    });
    std::vector<Candidates> all = std::move(scans[0].candidates);
    for (std::size_t t = 0; t < all.size(); ++t) {
        for (unsigned worker = 1; worker < threads; ++worker) {
            all[t].add(std::exchange(scans[worker].candidates[t], Candidates(0, 0)));
        }
    }
    return all;
}

bool nearer(const Near& a, const Near& b, Metric metric) {
    if (a.value != b.value) {
        return metric == Metric::cosine ? a.value > b.value : a.value < b.value;
    }
    return a.row < b.row;
}

// The n nearest of those that it is shown.
class Ranking {
  public:
    Ranking(Vectors vectors, const Question& question, std::size_t target)
        : vectors_(vectors),
          n_(question.n),
          metric_(question.metric),
          target_(question.targets + target * vectors.dim) {}

    void add(std::size_t row) {
        const Near near{row, value(row)};
        if (!std::isfinite(near.value)) return;
        add(near);
    }

    void add(const Near& near) {
        const auto order = [this](const Near& a, const Near& b) { return nearer(a, b, metric_); };
        if (nearest_.size() == n_) {
            if (!order(near, nearest_.front())) return;
            std::pop_heap(nearest_.begin(), nearest_.end(), order);
            nearest_.pop_back();
        }
        nearest_.push_back(near);
        std::push_heap(nearest_.begin(), nearest_.end(), order);
    }

    void add(const Ranking& other) {
        for (const Near& near : other.nearest_) add(near);
    }

    std::vector<Near> in_order() {
        std::sort(nearest_.begin(), nearest_.end(),
                  [this](const Near& a, const Near& b) { return nearer(a, b, metric_); });
        return std::move(nearest_);
    }

  private:
    double value(std::size_t row) const {
        return metric_ == Metric::cosine ? cosine(vectors_.row(row), target_, vectors_.dim)
                                         : distance(vectors_.row(row), target_, vectors_.dim);
    }

    Vectors vectors_;
    std::size_t n_;
    Metric metric_;
    const double* target_;
    std::vector<Near> nearest_;  // a heap, the farthest in front
};

std::vector<Near> nearest_of_all(Vectors vectors, const Question& question, std::size_t target) {
    constexpr std::size_t chunk = 256;
    const std::size_t bytes = vectors.n_rows * vectors.dim * sizeof(float);
    const unsigned threads = useful_threads(question.threads, bytes);
    std::vector<Ranking> rankings(threads, Ranking(vectors, question, target));
    std::atomic<std::size_t> next{0};
    in_parallel(threads, [&](unsigned worker) {
        for (std::size_t first; (first = next.fetch_add(chunk)) < vectors.n_rows;) {
            const std::size_t last = std::min(first + chunk, vectors.n_rows);
            for (std::size_t row = first; row < last; ++row) rankings[worker].add(row);
        }
    });
    for (unsigned worker = 1; worker < threads; ++worker) rankings[0].add(rankings[worker]);
    return rankings[0].in_order();
}

}  // namespace

std::vector<std::vector<std::size_t>> contenders(Vectors vectors, const std::uint8_t* index,
                                                 const Question& question) {
    std::vector<Rows> all;
    for (Candidates& candidates : scan(vectors, index, question)) {
        Rows rows = candidates.rows();
        if (candidates.too_many()) {
            rows.resize(vectors.n_rows);
            std::iota(rows.begin(), rows.end(), std::size_t{0});
        }
        all.push_back(std::move(rows));
    }
    return all;
}

std::vector<std::vector<Near>> nearest(Vectors vectors, const std::uint8_t* index,
                                       const Question& question) {
    std::vector<std::vector<Near>> answers(question.n_targets);
    if (index == nullptr) {
        for (std::size_t t = 0; t < answers.size(); ++t) {
            answers[t] = nearest_of_all(vectors, question, t);
        }
        return answers;
    }
    std::vector<Candidates> found = scan(vectors, index, question);
    std::atomic<std::size_t> next{0};
    in_parallel(useful_threads(question.threads, answers.size() << 18), [&](unsigned) {
        for (std::size_t t; (t = next.fetch_add(1)) < answers.size();) {
            Ranking ranking(vectors, question, t);
            for (const std::size_t row : found[t].rows()) ranking.add(row);
            answers[t] = ranking.in_order();
        }
    });
    for (std::size_t t = 0; t < answers.size(); ++t) {
        if (found[t].too_many()) answers[t] = nearest_of_all(vectors, question, t);
    }
    return answers;
}

}  // namespace latent
