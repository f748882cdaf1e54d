// NumPy arrays as kernels take them, and the check of what comes from Python.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>

namespace latent {

template <typename Scalar, int dims>
using Array =
    nanobind::ndarray<Scalar, nanobind::ndim<dims>, nanobind::c_contig, nanobind::device::cpu>;

inline void require(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

}  // namespace latent
