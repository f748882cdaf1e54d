#include "stop_word_votes.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "parallel.hpp"

namespace latent {

void count_votes(const uint32_t* tokens, const int64_t* starts, size_t n_documents,
                 const uint64_t* lists, unsigned usual, const Votes& votes, unsigned threads) {
    const size_t n_parts = std::max<size_t>(1, std::min<size_t>(threads, n_documents / 64));
    in_parallel(static_cast<unsigned>(n_parts), [&](unsigned part) {
        const size_t last = n_documents * (part + 1) / n_parts;
        for (size_t document = n_documents * part / n_parts; document < last; ++document) {
            std::array<uint32_t, 64> counts{};
            for (int64_t i = starts[document]; i < starts[document + 1]; ++i) {
                for (uint64_t in = lists[tokens[i]]; in; in &= in - 1) {
                    ++counts[static_cast<size_t>(std::countr_zero(in))];
                }
            }
            size_t best = usual;
            for (size_t language = 0; language < 64; ++language) {
                if (counts[language] > counts[best]) best = language;
            }
            votes.language[document] = counts[best] ? static_cast<uint8_t>(best) : NO_LANGUAGE;
            votes.votes[document] = counts[best];
            votes.usual[document] = counts[usual];
        }
    });
}

}  // namespace latent
