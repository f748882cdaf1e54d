// Topics of documents under fixed topics, by expectation and maximisation.
//
// For a document with counts c_w and topics phi, g_k = alpha_k + sum over w of c_w theta_k phi_wk /
// sum over j of theta_j phi_wj with theta proportional to g is a step of EM towards the greatest
// p(words | theta) times a Dirichlet density with parameters alpha + 1 (which is MacKay's prior
// in the softmax basis, 1998). Its logarithm is concave: there is one answer, wherever it begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "instruction_sets.hpp"

namespace latent {

// Documents as rows of (term, count) pairs, under topics. p(term w | topic k) is, unnormalised,
// scales[k] (word_topic[w][k] + smoothing).
struct CountedDocuments {
    const std::int64_t* starts;  // (n_docs + 1,)
    const std::int32_t* terms;
    const std::int32_t* counts;
    std::size_t n_docs;
};

// Rows are padded with zeros to a multiple of 16 topics, and begin at multiples of 64 bytes.
struct Topics {
    float* word_topic;  // (n_terms, row)
    float smoothing;
    const double* scales;  // (n_topics,)
    std::size_t n_topics;
    std::size_t row;
};

// Writes g of each document to `weights` (n_docs, row), and to `sweeps` (n_docs,) how many steps it
// took until their mean change by topic was below the tolerance, which is in tokens, and of a
// hundredth of a document's length where that is more than one; or max_sweeps + 1 where it never
// was. Documents without words get alpha, in 0 steps.
void infer_topics(const CountedDocuments& documents, const Topics& topics, const double* alpha,
                  double tolerance, std::int32_t max_sweeps, float* weights, std::int32_t* sweeps,
                  unsigned threads, InstructionSet isa);

// Adds to word_topic, `factor` times, how many tokens of each term are expected in each topic,
// given the documents' weights; document after document, so that the later see what the earlier
// added.
void learn_topics(const CountedDocuments& documents, const Topics& topics, const float* weights,
                  float factor, unsigned threads, InstructionSet isa);

}  // namespace latent
