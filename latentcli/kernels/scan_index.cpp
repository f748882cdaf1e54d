#include "scan_index.hpp"

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "parallel.hpp"

namespace latent {

namespace {

constexpr std::size_t lanes = 16;
constexpr float largest_code = 127;

// Rounding in float32: of the unit vector and its difference from the codes, relative to its
// length, and of the sum of squares, in 16 lanes, for any dimension that fits in memory.
constexpr float rounding = 1e-6F;
constexpr float sum_rounding = 1.001F;

struct Quantized {
    float scale, residual, norm;
};

double length(const float* row, std::size_t dim) {
    double squares[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= dim; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            squares[j] += static_cast<double>(row[i + j]) * row[i + j];
        }
    }
    for (; i < dim; ++i) squares[0] += static_cast<double>(row[i]) * row[i];
    double sum = 0;
    for (const double square : squares) sum += square;
    return std::sqrt(sum);
}

// `unit` and `codes` have room for padded zeros up to a multiple of 16.
Quantized quantize_row(const float* row, std::size_t dim, float* unit, std::int8_t* codes) {
    const std::size_t padded = (dim + lanes - 1) / lanes * lanes;
    const double norm = length(row, dim);
    std::memset(codes, 0, padded);
    if (norm == 0) return {0, 0, 0};
    if (!std::isfinite(norm)) return {std::numeric_limits<float>::quiet_NaN(), 0, 0};
    for (std::size_t i = 0; i < dim; ++i) unit[i] = static_cast<float>(row[i] / norm);
    for (std::size_t i = dim; i < padded; ++i) unit[i] = 0;
    float largest[lanes] = {};
    for (std::size_t i = 0; i < padded; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const float size = std::fabs(unit[i + j]);
            largest[j] = size > largest[j] ? size : largest[j];
        }
    }
    float most = 0;
    for (const float size : largest) most = size > most ? size : most;
    const float scale = most / largest_code;
    const float inverse = largest_code / most;
    float squares[lanes] = {};
    for (std::size_t i = 0; i < padded; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const float x = unit[i + j] * inverse;
            const auto code = static_cast<std::int32_t>(x + (x < 0 ? -0.5F : 0.5F));
            const float left_out = unit[i + j] - scale * static_cast<float>(code);
            squares[j] += left_out * left_out;
            codes[i + j] = static_cast<std::int8_t>(code);
        }
    }
    float sum = 0;
    for (const float square : squares) sum += square;
    return {scale, std::sqrt(sum) * sum_rounding + rounding, static_cast<float>(norm)};
}

void quantize_block(Vectors vectors, std::size_t first_row, std::uint8_t* block,
                    std::vector<float>& unit, std::vector<std::int8_t>& codes) {
    const std::size_t pairs = padded_dim(vectors.dim) / 2;
    BlockFigures figures;
    for (std::size_t r = 0; r < block_rows; ++r) {
        const std::size_t row = first_row + r;
        Quantized made{std::numeric_limits<float>::quiet_NaN(), 0, 0};
        if (row < vectors.n_rows) {
            made = quantize_row(vectors.row(row), vectors.dim, unit.data(), codes.data());
        } else {
            std::memset(codes.data(), 0, codes.size());
        }
        figures.scale[r] = made.scale;
        figures.residual[r] = made.residual;
        figures.norm[r] = made.norm;
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            std::memcpy(block + (pair * block_rows + r) * 2, codes.data() + 2 * pair, 2);
        }
    }
    std::memcpy(block + block_rows * padded_dim(vectors.dim), &figures, sizeof figures);
}

}  // namespace

void quantize(Vectors vectors, std::size_t first, std::size_t count, std::uint8_t* blocks,
              unsigned threads) {
    constexpr std::size_t chunk = 64;
    std::atomic<std::size_t> next{0};
    in_parallel(threads, [&](unsigned) {
        std::vector<float> unit(vectors.dim + lanes);
        std::vector<std::int8_t> codes(vectors.dim + lanes);
        for (std::size_t start; (start = next.fetch_add(chunk)) < count;) {
            for (std::size_t i = start; i < start + chunk && i < count; ++i) {
                quantize_block(vectors, (first + i) * block_rows,
                               blocks + i * block_bytes(vectors.dim), unit, codes);
            }
        }
    });
}

}  // namespace latent
