// A sparse matrix times a dense one, and its transpose: what a truncated SVD is made of.
#pragma once

#include "instruction_sets.hpp"
#include "sparse_loops.hpp"

namespace latent {

// Throws std::invalid_argument unless the matrix is sound: starts rise from 0 to n_pairs, and
// columns are in range.
void check(const SparseRows& matrix, std::size_t n_pairs);

// Writes rows first ... last - 1 of matrix * dense to `out`, (last - first) x width. The result
// does not depend on the number of threads.
void multiply(const SparseRows& matrix, const float* dense, std::size_t width, std::size_t first,
              std::size_t last, float* out, unsigned threads, InstructionSet isa);

// Writes the transpose, its rows' columns ascending: starts has n_columns + 1 places, columns and
// values as many as the matrix.
void transpose(const SparseRows& matrix, std::int64_t* starts, std::int32_t* columns,
               float* values);

}  // namespace latent
