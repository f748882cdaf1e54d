#include "sparse.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "parallel.hpp"

namespace latent {

namespace {

MultiplyRows multiply_rows(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return avx512::multiply_rows;
    if (isa == InstructionSet::avx2) return avx2::multiply_rows;
#endif
    (void)isa;
    return baseline::multiply_rows;
}

}  // namespace

void check(const SparseRows& matrix, std::size_t n_pairs) {
    if (matrix.starts[0] != 0 ||
        matrix.starts[matrix.n_rows] != static_cast<std::int64_t>(n_pairs) ||
        !std::is_sorted(matrix.starts, matrix.starts + matrix.n_rows + 1)) {
        throw std::invalid_argument("starts do not rise from 0 to the number of pairs");
    }
    const bool in_range =
        std::all_of(matrix.columns, matrix.columns + n_pairs, [&](std::int32_t column) {
            return column >= 0 && static_cast<std::size_t>(column) < matrix.n_columns;
        });
    if (!in_range) throw std::invalid_argument("a column is out of range");
}

void multiply(const SparseRows& matrix, const float* dense, std::size_t width, std::size_t first,
              std::size_t last, float* out, unsigned threads, InstructionSet isa) {
    const MultiplyRows rows = multiply_rows(isa);
    const std::int64_t from = matrix.starts[first], pairs = matrix.starts[last] - from;
    // Threads share the pairs, not the rows, which differ in length.
    const auto border = [&](unsigned worker) -> std::size_t {
        if (worker == threads) return last;
        const std::int64_t* start = std::lower_bound(matrix.starts + first, matrix.starts + last,
                                                     from + pairs / threads * worker);
        return worker == 0 ? first : static_cast<std::size_t>(start - matrix.starts);
    };
    in_parallel(threads, [&](unsigned part) {
        const std::size_t begin = border(part);
        rows(matrix, dense, width, begin, border(part + 1), out + (begin - first) * width);
    });
}

void transpose(const SparseRows& matrix, std::int64_t* starts, std::int32_t* columns,
               float* values) {
    const std::size_t n_pairs = static_cast<std::size_t>(matrix.starts[matrix.n_rows]);
    std::fill(starts, starts + matrix.n_columns + 1, 0);
    for (std::size_t pair = 0; pair < n_pairs; ++pair) ++starts[matrix.columns[pair] + 1];
    for (std::size_t column = 0; column < matrix.n_columns; ++column) {
        starts[column + 1] += starts[column];
    }
    std::vector<std::int64_t> next(starts, starts + matrix.n_columns);
    for (std::size_t row = 0; row < matrix.n_rows; ++row) {
        for (std::int64_t pair = matrix.starts[row]; pair < matrix.starts[row + 1]; ++pair) {
            const std::int64_t place = next[matrix.columns[pair]]++;
            columns[place] = static_cast<std::int32_t>(row);
            values[place] = matrix.values[pair];
        }
    }
}

}  // namespace latent
