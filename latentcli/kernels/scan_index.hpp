// The scan index: the directions of vectors in one byte a dimension, for a search that reads a
// quarter of the memory, with a bound on what the bytes leave out.
//
// Rows go in blocks of 16. A block holds, for each pair of dimensions in turn, the two codes of
// each row (so that one vector instruction multiplies the pair of 16 rows), then three float32 for
// each row: scale, residual, norm. With u the unit vector of the row and c its codes,
//     |u - scale * c| <= residual,
// and norm is the length of the row, rounded to float32. A row of zeros has the scale 0; a row that
// is not finite, and what fills up the last block, has the scale NaN.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

constexpr std::size_t block_rows = 16;

// What stands behind the codes of a block.
struct BlockFigures {
    float scale[block_rows];
    float residual[block_rows];
    float norm[block_rows];
};

// The dimensions of a block: a multiple of 4, so that each block begins on a cache line.
static constexpr std::size_t padded_dim(std::size_t dim) { return (dim + 3) / 4 * 4; }

static constexpr std::size_t block_bytes(std::size_t dim) {
    return block_rows * padded_dim(dim) + sizeof(BlockFigures);
}

static constexpr std::size_t n_blocks(std::size_t n_rows) {
    return (n_rows + block_rows - 1) / block_rows;
}

// A matrix of float32, one vector a row.
struct Vectors {
    const float* data;
    std::size_t n_rows;
    std::size_t dim;

    const float* row(std::size_t i) const { return data + i * dim; }
};

// Writes `count` blocks from row 16 * first on to `blocks`.
void quantize(Vectors vectors, std::size_t first, std::size_t count, std::uint8_t* blocks,
              unsigned threads);

}  // namespace latent
