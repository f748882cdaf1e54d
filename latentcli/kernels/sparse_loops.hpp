// The loop of a sparse matrix times a dense one: rows of the product, each summed in one order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

// A sparse matrix in compressed rows: row r has the columns starts[r] ... starts[r + 1] - 1.
struct SparseRows {
    const std::int64_t* starts;   // n_rows + 1
    const std::int32_t* columns;  // below n_columns
    const float* values;
    std::size_t n_rows, n_columns;
};

// Writes rows first ... last - 1 of matrix * dense to `out`, whose row 0 is row `first`. `dense`
// has n_columns rows of `width` numbers.
using MultiplyRows = void (*)(const SparseRows& matrix, const float* dense, std::size_t width,
                              std::size_t first, std::size_t last, float* out);

#define LATENT_DECLARE_SPARSE(isa)                                                      \
    namespace isa {                                                                     \
    void multiply_rows(const SparseRows& matrix, const float* dense, std::size_t width, \
                       std::size_t first, std::size_t last, float* out);                \
    }

LATENT_DECLARE_SPARSE(baseline)
LATENT_DECLARE_SPARSE(avx2)
LATENT_DECLARE_SPARSE(avx512)

#undef LATENT_DECLARE_SPARSE

}  // namespace latent
