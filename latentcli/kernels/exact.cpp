#include "exact.hpp"

#include <algorithm>
#include <cmath>

// Always compiled for the baseline: one order of adding, no fused multiplication, so that a figure
// does not depend on the instruction set. Few rows come here, or memory is what they wait for.

namespace latent {

namespace {

constexpr std::size_t lanes = 8;

struct Lanes {
    double sum[lanes] = {};

    double total() const {
        return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    }
};

}  // namespace

double cosine(const float* a, const double* b, std::size_t dim) {
    Lanes ab, aa, bb;
    std::size_t i = 0;
    for (; i + lanes <= dim; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const double x = a[i + j], y = b[i + j];
            ab.sum[j] += x * y;
            aa.sum[j] += x * x;
            bb.sum[j] += y * y;
        }
    }
    for (std::size_t j = 0; i < dim; ++i, ++j) {
        const double x = a[i], y = b[i];
        ab.sum[j] += x * y;
        aa.sum[j] += x * x;
        bb.sum[j] += y * y;
    }
    const double scale = std::sqrt(aa.total()) * std::sqrt(bb.total());
    if (scale == 0) return 0;
    return std::clamp(ab.total() / scale, -1.0, 1.0);
}

double distance(const float* a, const double* b, std::size_t dim) {
    Lanes squares;
    std::size_t i = 0;
    for (; i + lanes <= dim; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const double gap = a[i + j] - b[i + j];
            squares.sum[j] += gap * gap;
        }
    }
    for (std::size_t j = 0; i < dim; ++i, ++j) {
        const double gap = a[i] - b[i];
        squares.sum[j] += gap * gap;
    }
    return std::sqrt(squares.total());
}

double length(const double* b, std::size_t dim) {
    Lanes squares;
    for (std::size_t i = 0; i < dim; ++i) squares.sum[i % lanes] += b[i] * b[i];
    return std::sqrt(squares.total());
}

}  // namespace latent
