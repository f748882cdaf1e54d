#include "sparse_loops.hpp"

namespace latent::LATENT_ISA {

namespace {

// A vector wider than the registers would be kept in memory.
#ifdef __AVX__
using Vector = float __attribute__((vector_size(32)));
#else
using Vector = float __attribute__((vector_size(16)));
#endif
constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);

// `count` vectors of a row of the product, from the column `offset` of `dense` on: they stay in
// registers while the row's pairs pass, and each pair's part of `dense` lies in a cache line or
// two.
template <int count>
void multiply_strip(const SparseRows& matrix, const float* dense, std::size_t width,
                    std::size_t row, std::size_t offset, float* out) {
    Vector sums[count] = {};
    for (std::int64_t pair = matrix.starts[row]; pair < matrix.starts[row + 1]; ++pair) {
        const float value = matrix.values[pair];
        const float* from = dense + static_cast<std::size_t>(matrix.columns[pair]) * width + offset;
        for (int i = 0; i < count; ++i) {
            Vector part;
            __builtin_memcpy(&part, from + i * lanes, sizeof part);
            sums[i] += value * part;
        }
    }
    __builtin_memcpy(out + offset, sums, sizeof sums);
}

}  // namespace

void multiply_rows(const SparseRows& matrix, const float* dense, std::size_t width,
                   std::size_t first, std::size_t last, float* out) {
    for (std::size_t row = first; row < last; ++row, out += width) {
        std::size_t offset = 0;
        for (; offset + 8 * lanes <= width; offset += 8 * lanes) {
            multiply_strip<8>(matrix, dense, width, row, offset, out);
        }
        for (; offset + 4 * lanes <= width; offset += 4 * lanes) {
            multiply_strip<4>(matrix, dense, width, row, offset, out);
        }
        for (; offset + 2 * lanes <= width; offset += 2 * lanes) {
            multiply_strip<2>(matrix, dense, width, row, offset, out);
        }
        for (; offset + lanes <= width; offset += lanes) {
            multiply_strip<1>(matrix, dense, width, row, offset, out);
        }
        for (; offset < width; ++offset) {
            float sum = 0;
            for (std::int64_t pair = matrix.starts[row]; pair < matrix.starts[row + 1]; ++pair) {
                sum += matrix.values[pair] *
                       dense[static_cast<std::size_t>(matrix.columns[pair]) * width + offset];
            }
            out[offset] = sum;
        }
    }
}

}  // namespace latent::LATENT_ISA
