// Each kernel's bindings stand in a file of their own, bind_NAME.cpp; module.cpp calls them all.
#pragma once

#include <nanobind/nanobind.h>

namespace latent {

void bind_encode(nanobind::module_& m);
void bind_word2vec(nanobind::module_& m);
void bind_subwords(nanobind::module_& m);
void bind_nearest(nanobind::module_& m);
void bind_lda(nanobind::module_& m);
void bind_sparse(nanobind::module_& m);
void bind_windows(nanobind::module_& m);
void bind_plsa(nanobind::module_& m);
void bind_nnls(nanobind::module_& m);
void bind_parse_vectors(nanobind::module_& m);
void bind_check(nanobind::module_& m);

}  // namespace latent
