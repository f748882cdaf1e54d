#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnls.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

bool finite(const Array<const double, 2>& table) {
    return std::all_of(table.data(), table.data() + table.size(),
                       [](double x) { return std::isfinite(x); });
}

bool not_negative(const Array<double, 2>& table) {
    return std::all_of(table.data(), table.data() + table.size(),
                       [](double x) { return std::isfinite(x) && x >= 0; });
}

void solve(const Array<const double, 2>& gram, const Array<const double, 2>& products,
           double tolerance, std::int32_t max_sweeps, const Array<double, 2>& weights,
           const Array<std::int32_t, 1>& sweeps, unsigned threads, bool go_on) {
    const std::size_t n = gram.shape(0);
    const std::size_t n_rows = products.shape(0);
    require(gram.shape(1) == n && products.shape(1) == n, "gram must be square, and fit products");
    require(finite(gram) && finite(products), "gram and products must be finite");
    require(weights.shape(0) == n_rows && weights.shape(1) == n && sweeps.shape(0) == n_rows,
            "weights and sweeps must have a row for each of products");
    require(!go_on || not_negative(weights), "weights to go on from must not be negative");
    require(std::isfinite(tolerance) && tolerance >= 0, "tolerance must not be negative");
    require(max_sweeps >= 0 && threads >= 1, "max_sweeps and threads must not be negative or 0");
    const nb::gil_scoped_release release;
    nonnegative({gram.data(), products.data(), n, n_rows}, tolerance, max_sweeps, weights.data(),
                sweeps.data(), threads, go_on);
}

}  // namespace

void bind_nnls(nb::module_& m) {
    m.def("nonnegative", &solve, "gram"_a, "products"_a, "tolerance"_a, "max_sweeps"_a,
          "weights"_a.noconvert(), "sweeps"_a.noconvert(), "threads"_a = 1, "go_on"_a = false);
}

}  // namespace latent
