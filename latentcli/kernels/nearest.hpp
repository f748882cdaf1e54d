// The rows of a matrix that are nearest to a target, by cosine or distance: exactly, by scan.
//
// Where there is an index of the rows (scan_index.hpp), it is scanned first: every row whose score
// may be among the n highest, given the bound on what the index leaves out, is a contender, and
// contenders alone are compared in float64. So the answer is that of comparing all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "instruction_sets.hpp"
#include "scan_index.hpp"

namespace latent {

enum class Metric { cosine, euclidean };

struct Near {
    std::size_t row;
    double value;  // a cosine or a distance
};

// What is asked: the n nearest rows to each of n_targets vectors, float64, one after the other.
struct Question {
    const double* targets;
    std::size_t n_targets;
    std::size_t n;
    Metric metric;
    unsigned threads;
    InstructionSet isa;
};

// For each target its n nearest rows (fewer where there are not as many), nearest first, ties in
// row order. Rows that are not finite are near to nothing. `index` may be null.
std::vector<std::vector<Near>> nearest(Vectors vectors, const std::uint8_t* index,
                                       const Question& question);

// For each target the rows that the index leaves to be compared exactly, rising.
std::vector<std::vector<std::size_t>> contenders(Vectors vectors, const std::uint8_t* index,
                                                 const Question& question);

}  // namespace latent
