// The loop of the search: codes of rows times codes of targets, and what that says of their scores.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scan_index.hpp"

namespace latent {

// A target of the search. With q its unit vector, |q - scale * codes| is part of `error`.
struct ScanTarget {
    const std::int16_t* codes;  // padded_dim of them
    float scale;
    float reach;         // the length of scale * codes: times a row's residual, its error
    float error;         // the error that it has with every row
    float inverse_norm;  // 1 / the target's length, where distances are wanted
    float threshold;     // rows whose score is surely below are not of interest
};

// Told of a row that may score above the threshold, and of bounds on its score. It may raise the
// threshold.
using Consider = void (*)(void* context, std::size_t target, std::size_t row, float lower,
                          float upper);

// Scans `count` blocks, of which the first has the rows from `first_row` on, for all targets.
//
// The score of a row u at length b for a target q at length a is its cosine, u q, or, for
// distances, u q b/a - (b/a)^2 / 2, which falls as the distance rises.
using ScanBlocks = void (*)(const std::uint8_t* blocks, std::size_t count, std::size_t first_row,
                            std::size_t dim, bool distances, ScanTarget* targets,
                            std::size_t n_targets, Consider consider, void* context);

#define LATENT_DECLARE_SCAN(isa)                                                                  \
    namespace isa {                                                                               \
    void scan_blocks(const std::uint8_t* blocks, std::size_t count, std::size_t first_row,        \
                     std::size_t dim, bool distances, ScanTarget* targets, std::size_t n_targets, \
                     Consider consider, void* context);                                           \
    }

LATENT_DECLARE_SCAN(baseline)
LATENT_DECLARE_SCAN(avx2)
LATENT_DECLARE_SCAN(avx512)

#undef LATENT_DECLARE_SCAN

}  // namespace latent
