// The loop of PLSA, over the (column, count) pairs of one row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

struct CountedRow {
    const std::int32_t* columns;
    const float* counts;
    std::size_t n_pairs;
};

#define LATENT_DECLARE_PLSA(isa)                                                          \
    namespace isa {                                                                       \
    /* Writes the row's expected tokens by topic to `next`; returns the sum of c log p */ \
    double em_row(const CountedRow& row, const float* table, std::size_t width,           \
                  const float* weights, float* next);                                     \
    }

LATENT_DECLARE_PLSA(baseline)
LATENT_DECLARE_PLSA(avx2)
LATENT_DECLARE_PLSA(avx512)

#undef LATENT_DECLARE_PLSA

}  // namespace latent
