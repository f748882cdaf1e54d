// Rows of floats that are padded to whole vectors of 16 and aligned to them.
#pragma once

#include <cstddef>
#include <vector>

namespace latent {

inline constexpr std::size_t row_lanes = 16;

// Rows of floats at multiples of 64 bytes, all 0.
class AlignedRows {
  public:
    AlignedRows(std::size_t count, std::size_t row)
        : vectors_(count * row / row_lanes), row_(row) {}
    float* operator[](std::size_t i) { return vectors_.data()->lanes + i * row_; }

  private:
    struct alignas(64) Vector {
        float lanes[row_lanes] = {};
    };
    std::vector<Vector> vectors_;
    std::size_t row_;
};

}  // namespace latent
