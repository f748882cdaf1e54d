#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "bindings.hpp"
#include "sparse.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

using Starts = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Columns = nb::ndarray<const std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Values = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Dense = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using DenseOut = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using StartsOut = nb::ndarray<std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using ColumnsOut = nb::ndarray<std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using ValuesOut = nb::ndarray<float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Checked once, for it is multiplied many times; the arrays must not be changed meanwhile.
class SparseMatrix {
  public:
    SparseMatrix(Starts starts, Columns columns, Values values, std::size_t n_columns)
        : starts_(starts), columns_(columns), values_(values) {
        const std::size_t most = std::numeric_limits<std::int32_t>::max();
        if (starts.shape(0) == 0 || columns.shape(0) != values.shape(0)) {
            throw std::invalid_argument("starts, columns and values do not fit together");
        }
        if (starts.shape(0) - 1 > most || n_columns > most) {
            throw std::invalid_argument("a matrix has at most 2147483647 rows and columns");
        }
        rows_ = {starts.data(), columns.data(), values.data(), starts.shape(0) - 1, n_columns};
        check(rows_, columns.shape(0));
    }

    void multiply(const Dense& dense, std::size_t first, const DenseOut& out, unsigned threads,
                  const std::string& isa) const {
        if (dense.shape(0) != rows_.n_columns || dense.shape(1) != out.shape(1)) {
            throw std::invalid_argument("matrix, dense and out do not fit together");
        }
        if (first > rows_.n_rows || out.shape(0) > rows_.n_rows - first) {
            throw std::invalid_argument("out has more rows than the matrix has left");
        }
        if (threads < 1 || threads > 1024) throw std::invalid_argument("1 to 1024 threads");
        const InstructionSet set = instruction_set(isa);
        const nb::gil_scoped_release unlocked;
        latent::multiply(rows_, dense.data(), dense.shape(1), first, first + out.shape(0),
                         out.data(), threads, set);
    }

    void transpose(const StartsOut& starts, const ColumnsOut& columns,
                   const ValuesOut& values) const {
        if (starts.shape(0) != rows_.n_columns + 1 || columns.shape(0) != columns_.shape(0) ||
            values.shape(0) != columns_.shape(0)) {
            throw std::invalid_argument("the transpose's arrays are of another size");
        }
        const nb::gil_scoped_release unlocked;
        latent::transpose(rows_, starts.data(), columns.data(), values.data());
    }

    std::size_t n_rows() const { return rows_.n_rows; }
    std::size_t n_columns() const { return rows_.n_columns; }
    std::size_t n_pairs() const { return columns_.shape(0); }

  private:
    Starts starts_;
    Columns columns_;
    Values values_;
    SparseRows rows_;
};

}  // namespace

void bind_sparse(nb::module_& m) {
    // An array of another type is refused: a converted copy would be written to in vain.
    nb::class_<SparseMatrix>(m, "SparseMatrix")
        .def(nb::init<Starts, Columns, Values, std::size_t>(), "starts"_a.noconvert(),
             "columns"_a.noconvert(), "values"_a.noconvert(), "n_columns"_a)
        .def("multiply", &SparseMatrix::multiply, "dense"_a.noconvert(), "first_row"_a,
             "out"_a.noconvert(), "threads"_a = 1, "isa"_a = "")
        .def("transpose", &SparseMatrix::transpose, "starts"_a.noconvert(), "columns"_a.noconvert(),
             "values"_a.noconvert())
        .def_prop_ro("n_rows", &SparseMatrix::n_rows)
        .def_prop_ro("n_columns", &SparseMatrix::n_columns)
        .def_prop_ro("n_pairs", &SparseMatrix::n_pairs);
}

}  // namespace latent
