// Tables by topic: rows of floats that are padded to whole vectors of 16 and aligned to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace latent {

inline constexpr std::size_t lda_lanes = 16;

// Rows of floats at multiples of 64 bytes, all 0.
class TopicRows {
  public:
    TopicRows(std::size_t count, std::size_t row) : vectors_(count * row / lda_lanes), row_(row) {}
    float* operator[](std::size_t i) { return vectors_.data()->lanes + i * row_; }

  private:
    struct alignas(64) Vector {
        float lanes[lda_lanes] = {};
    };
    std::vector<Vector> vectors_;
    std::size_t row_;
};

// The worker that keeps a word's counts: spread, since the first words are the most frequent.
inline unsigned owner_of(std::uint32_t word, unsigned workers) {
    const std::uint32_t spread = word * 2654435769u;
    return static_cast<unsigned>((std::uint64_t{spread} * workers) >> 32);
}

}  // namespace latent
