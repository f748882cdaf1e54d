// Character n-grams of words, as the fastText program hashes them (Bojanowski et al. 2017), and the
// mean of the rows that they name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace latent {

// The 32-bit FNV-1a hash, each byte sign-extended before it is mixed in: so did the first fastText,
// and so do all models since.
std::uint32_t subword_hash(std::string_view text);

// Adds the hash of each n-gram of <word> of min_n to max_n UTF-8 characters, in the order of where
// they begin and then of their length; a lone < or > is none,
// and the fastText program's word for the end of a line has none.
void add_subwords(std::string_view word, unsigned min_n, unsigned max_n,
                  std::vector<std::uint32_t>& hashes);

// Writes the mean of each term's rows, which are own[i] and table[rows[starts[i] ... starts[i +
// 1]]], to out[i]. Rows are `dim` floats, which in `own` and `table` may lie at any byte: in a
// file.
struct Composition {
    const unsigned char* own;
    const unsigned char* table;
    const std::int64_t* starts;
    const std::uint32_t* rows;
    std::size_t dim;
};
void compose(const Composition& from, std::size_t n_terms, float* out, unsigned threads);

}  // namespace latent
