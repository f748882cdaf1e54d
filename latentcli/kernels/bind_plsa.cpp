#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "aligned_rows.hpp"
#include "arrays.hpp"
#include "bindings.hpp"
#include "plsa.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

bool aligned(const void* data) { return reinterpret_cast<std::uintptr_t>(data) % 64 == 0; }

void step(const Array<const std::int64_t, 1>& starts, const Array<const std::int32_t, 1>& columns,
          const Array<const float, 1>& counts, const Array<const float, 2>& table,
          const Array<const float, 2>& weights, const Array<float, 2>& next,
          const Array<double, 1>& log_likelihood, unsigned threads, const std::string& isa) {
    require(starts.shape(0) >= 1, "starts must have an entry for each row and one more");
    const std::size_t n_rows = starts.shape(0) - 1;
    const std::size_t n_pairs = columns.shape(0);
    const std::int64_t* first = starts.data();
    require(*first == 0 && first[n_rows] == static_cast<std::int64_t>(n_pairs) &&
                std::is_sorted(first, first + n_rows + 1),
            "starts must go from 0 to the number of pairs, and not fall");
    require(counts.shape(0) == n_pairs, "columns and counts differ in length");
    require(std::all_of(columns.data(), columns.data() + n_pairs,
                        [&](std::int32_t column) {
                            return column >= 0 && static_cast<std::size_t>(column) < table.shape(0);
                        }),
            "a column is out of range");
    require(std::all_of(counts.data(), counts.data() + n_pairs,
                        [](float count) { return std::isfinite(count) && count >= 0; }),
            "counts must be finite and not negative");
    const std::size_t row = table.shape(1);
    require(row >= row_lanes && row % row_lanes == 0,
            "rows of table must be padded to a multiple of 16 topics");
    require(weights.shape(0) == n_rows && next.shape(0) == n_rows && weights.shape(1) == row &&
                next.shape(1) == row,
            "weights and next must have a padded row for each row of counts");
    require(aligned(table.data()) && aligned(weights.data()) && aligned(next.data()),
            "tables must begin at a multiple of 64 bytes");
    require(weights.data() != next.data() || n_rows == 0, "next must not be weights");
    require(log_likelihood.shape(0) == n_rows, "log_likelihood: one a row");
    require(threads >= 1, "threads must be at least 1");
    const InstructionSet set = instruction_set(isa);
    const nb::gil_scoped_release release;
    plsa_step({starts.data(), columns.data(), counts.data(), n_rows},
              {table.data(), weights.data(), row}, next.data(), log_likelihood.data(), threads,
              set);
}

}  // namespace

void bind_plsa(nb::module_& m) {
    m.def("plsa_step", &step, "starts"_a, "columns"_a, "counts"_a, "table"_a.noconvert(),
          "weights"_a.noconvert(), "next"_a.noconvert(), "log_likelihood"_a.noconvert(),
          "threads"_a = 1, "isa"_a = "");
}

}  // namespace latent
