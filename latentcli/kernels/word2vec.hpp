// Word2vec's training: threads over the stretches of a block of text, and the negative samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "instruction_sets.hpp"
#include "word2vec_loops.hpp"

namespace latent {

// Trains on each of the text's n_stretches once, in `threads` contiguous parts. One thread always
// gives the same weights, however a corpus is cut into blocks; several threads race.
void train_word2vec(const Word2Vec& model, const Stretches& text, std::size_t n_stretches,
                    unsigned threads, InstructionSet isa);

// A table (n, 2) from which an item is drawn in proportion to its weight (Walker 1977; Vose 1991):
// draw a slot; the item is the slot in entry[0] of 2^32 cases, and entry[1] in the others.
std::vector<std::uint32_t> alias_table(std::span<const double> weights);

}  // namespace latent
