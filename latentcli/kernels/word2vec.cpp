#include "word2vec.hpp"

#include <algorithm>
#include <numeric>

#include "aligned_rows.hpp"
#include "parallel.hpp"

namespace latent {

namespace {

TrainStretches loops_for(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return avx512::train_stretches;
    if (isa == InstructionSet::avx2) return avx2::train_stretches;
#endif
    (void)isa;
    return baseline::train_stretches;
}

// Where the parts begin that have about equally many tokens.
std::vector<std::size_t> cut(const Stretches& text, std::size_t n_stretches, unsigned parts) {
    const std::int64_t* starts = text.starts;
    const std::int64_t n_tokens = starts[n_stretches] - starts[0];
    std::vector<std::size_t> cuts{0};
    for (unsigned part = 1; part < parts; ++part) {
        const std::int64_t wanted = starts[0] + n_tokens * part / parts;
        const auto place = std::lower_bound(starts, starts + n_stretches, wanted) - starts;
        cuts.push_back(std::max(cuts.back(), static_cast<std::size_t>(place)));
    }
    cuts.push_back(n_stretches);
    return cuts;
}

std::size_t longest(const std::int64_t* starts, std::size_t first, std::size_t last) {
    std::int64_t most = 0;
    for (std::size_t s = first; s < last; ++s) most = std::max(most, starts[s + 1] - starts[s]);
    return static_cast<std::size_t>(most);
}

}  // namespace

void train_word2vec(const Word2Vec& model, const Stretches& text, std::size_t n_stretches,
                    unsigned threads, InstructionSet isa) {
    const TrainStretches train = loops_for(isa);
    const std::vector<std::size_t> cuts = cut(text, n_stretches, threads);
    in_parallel(threads, [&](unsigned part) {
        const std::size_t first = cuts[part], last = cuts[part + 1];
        std::vector<std::uint32_t> kept(longest(text.starts, first, last) + 1);
        std::vector<std::uint32_t> samples(sampled_windows * model.negative);
        AlignedRows floats(1, window_floats(model.row));
        const std::size_t reach = std::min<std::size_t>(2 * model.window + 1, kept.size());
        const std::size_t n_composed = model.subwords.starts ? reach : 0;
        AlignedRows composed(2 * n_composed + 1, model.row);
        train(model, text, first, last,
              {kept.data(), samples.data(), floats[0], composed[0], n_composed});
    });
}

std::vector<std::uint32_t> alias_table(std::span<const double> weights) {
    const std::size_t n = weights.size();
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / double(n);
    std::vector<double> share(n);
    std::vector<std::uint32_t> small, large;
    for (std::size_t i = 0; i < n; ++i) {
        share[i] = weights[i] / mean;
        (share[i] < 1 ? small : large).push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<std::uint32_t> table(2 * n);
    const auto set = [&](std::uint32_t slot, double own, std::uint32_t other) {
        table[2 * slot] = static_cast<std::uint32_t>(std::min(own * 4294967296.0, 4294967295.0));
        table[2 * slot + 1] = other;
    };
    while (!small.empty() && !large.empty()) {
        const std::uint32_t poor = small.back(), rich = large.back();
        small.pop_back();
        set(poor, share[poor], rich);
        share[rich] -= 1 - share[poor];
        if (share[rich] < 1) {
            large.pop_back();
            small.push_back(rich);
        }
    }
    for (const std::uint32_t i : small) set(i, 1, i);
    for (const std::uint32_t i : large) set(i, 1, i);
    return table;
}

}  // namespace latent
