#include "plsa.hpp"

#include <atomic>

#include "parallel.hpp"
#include "plsa_loops.hpp"

namespace latent {

namespace {

decltype(&baseline::em_row) em_row_of(InstructionSet isa) {
#ifdef LATENT_X86
    if (isa == InstructionSet::avx512) return avx512::em_row;
    if (isa == InstructionSet::avx2) return avx2::em_row;
#endif
    (void)isa;
    return baseline::em_row;
}

}  // namespace

void plsa_step(const CountedRows& rows, const TopicRows& topics, float* next,
               double* log_likelihood, unsigned threads, InstructionSet isa) {
    const auto em_row = em_row_of(isa);
    std::atomic<std::size_t> next_row{0};
    in_parallel(threads, [&](unsigned) {
        for (std::size_t r = next_row++; r < rows.n_rows; r = next_row++) {
            const std::int64_t start = rows.starts[r];
            const CountedRow row{rows.columns + start, rows.counts + start,
                                 static_cast<std::size_t>(rows.starts[r + 1] - start)};
            log_likelihood[r] = em_row(row, topics.table, topics.row,
                                       topics.weights + r * topics.row, next + r * topics.row);
        }
    });
}

}  // namespace latent
