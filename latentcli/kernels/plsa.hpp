// Probabilistic latent semantic analysis (Hofmann 1999): a step of expectation and maximisation.
//
// Counts c_rj are explained by p_rj = sum over topics k of weights_rk table_jk. A step replaces the
// weights of a row by weights_rk sum over j of c_rj table_jk / p_rj, the tokens of the row that are
// expected in each topic. Rows are documents, and columns words: the new weights, normalised, are
// p(topic | document). Or the other way about: then they are p(word | topic). Rows know nothing of
// each other, so that what is found does not depend on the number of threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "instruction_sets.hpp"

namespace latent {

// Row r has the pairs starts[r] .. starts[r + 1] - 1 of a column and a count.
struct CountedRows {
    const std::int64_t* starts;  // (n_rows + 1,)
    const std::int32_t* columns;
    const float* counts;
    std::size_t n_rows;
};

// Topics in rows of `row` floats, padded with zeros to a multiple of 16; they begin at 64 bytes.
struct TopicRows {
    const float* table;    // (n_columns, row)
    const float* weights;  // (n_rows, row)
    std::size_t row;
};

// Writes the expected tokens of each row by topic to `next` (n_rows, row), and the sum of
// c log p over each row, as it was before the step, to `log_likelihood` (n_rows,).
void plsa_step(const CountedRows& rows, const TopicRows& topics, float* next,
               double* log_likelihood, unsigned threads, InstructionSet isa);

}  // namespace latent
