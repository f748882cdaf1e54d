// Non-negative least squares of many right-hand sides, by coordinate descent (Franc et al. 2005).
//
// For each row the w >= 0 that makes |A w - b| least, given A'A and A'b alone. Coordinates are
// taken in turn, from w = 0 or from what is given, so that a row's answer depends on nothing but
// the row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace latent {

struct LeastSquares {
    const double* gram;      // (n, n): A'A
    const double* products;  // (n_rows, n): A'b
    std::size_t n;
    std::size_t n_rows;
};

// Writes each row's w to `weights` (n_rows, n), and to `sweeps` (n_rows,) how many sweeps it took
// until no coordinate lowered |A w - b|^2 by more than tolerance^2 of what w explains, or
// max_sweeps + 1 where that never was. Where `go_on`, `weights` hold what to begin at.
void nonnegative(const LeastSquares& problems, double tolerance, std::int32_t max_sweeps,
                 double* weights, std::int32_t* sweeps, unsigned threads, bool go_on);

}  // namespace latent
