// Cosines and distances in float64: the figures that answers are ranked by and that are printed.
#pragma once

#include <cstddef>

namespace latent {

// The cosine of the angle between a and b, from -1 to 1; 0 where one is all zero.
double cosine(const float* a, const double* b, std::size_t dim);

// The Euclidean distance between a and b.
double distance(const float* a, const double* b, std::size_t dim);

// The Euclidean length of b.
double length(const double* b, std::size_t dim);

}  // namespace latent
