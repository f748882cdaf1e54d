// Rows of floats as vectors of 16, for loops that are compiled once for each instruction set.
#pragma once

#include <cstddef>

namespace latent::LATENT_ISA {

namespace {

constexpr std::size_t lanes = 16;
// Of 64 bytes, or in halves where registers are of 32: sums are in one order.
typedef float Floats __attribute__((vector_size(64), may_alias));

inline float sum_of(const Floats& x) {
    float sums[lanes];
    for (std::size_t i = 0; i < lanes; ++i) sums[i] = x[i];
    for (std::size_t half = lanes / 2; half; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    return sums[0];
}

inline const Floats* vectors_of(const float* row) { return reinterpret_cast<const Floats*>(row); }

}  // namespace

}  // namespace latent::LATENT_ISA
