// Bins for numbers of tokens: exact up to 255, then 128 to each power of two (within 1 in 256).
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

inline constexpr std::uint32_t exact_bins = 256;

static inline std::size_t bin_of(std::uint32_t n) {
    if (n < exact_bins) return n;
    const int shift = 24 - __builtin_clz(n);  // leaves 8 bits, the first of them set
    return exact_bins + 128u * static_cast<unsigned>(shift - 1) + ((n >> shift) - 128u);
}

}  // namespace latent
