#include "nnls.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "parallel.hpp"

namespace latent {

namespace {

// Sets each coordinate in turn to its best; returns the largest fall of |A w - b|^2 by one.
// `gradient` is A'(A w - b).
double sweep_over(const LeastSquares& problems, double* w, double* gradient) {
    double largest = 0;
    for (std::size_t k = 0; k < problems.n; ++k) {
        const double* column = problems.gram + k * problems.n;
        if (column[k] <= 0) continue;
        const double step = std::max(-w[k], -gradient[k] / column[k]);
        if (step == 0) continue;
        w[k] += step;
        for (std::size_t j = 0; j < problems.n; ++j) gradient[j] += step * column[j];
        largest = std::max(largest, step * step * column[k]);
    }
    return largest;
}

// Sets the gradient to A'(A w - b).
void begin_at(const LeastSquares& problems, const double* products, const double* w,
              double* gradient) {
    const std::size_t n = problems.n;
    for (std::size_t k = 0; k < n; ++k) gradient[k] = -products[k];
    for (std::size_t k = 0; k < n; ++k) {
        if (w[k] == 0) continue;
        const double* column = problems.gram + k * n;
        for (std::size_t j = 0; j < n; ++j) gradient[j] += w[k] * column[j];
    }
}

double dot(const double* a, const double* b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

}  // namespace

void nonnegative(const LeastSquares& problems, double tolerance, std::int32_t max_sweeps,
                 double* weights, std::int32_t* sweeps, unsigned threads, bool go_on) {
    const std::size_t n = problems.n;
    std::atomic<std::size_t> next_row{0};
    in_parallel(threads, [&](unsigned) {
        std::vector<double> gradient(n);
        for (std::size_t r = next_row++; r < problems.n_rows; r = next_row++) {
            const double* products = problems.products + r * n;
            double* w = weights + r * n;
            if (!go_on) std::fill(w, w + n, 0.0);
            begin_at(problems, products, w, gradient.data());
            std::int32_t sweep = 0;
            bool moving = true;
            while (moving && sweep < max_sweeps) {
                ++sweep;
                const double fall = sweep_over(problems, w, gradient.data());
                moving = fall > tolerance * tolerance * dot(w, products, n);
            }
            sweeps[r] = sweep + moving;
        }
    });
}

}  // namespace latent
