// The Python module: each kernel's bindings, and the instruction sets of this machine.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "instruction_sets.hpp"

namespace nb = nanobind;

namespace {

std::vector<std::string> instruction_sets() {
    const latent::InstructionSet widest = latent::widest_instruction_set();
    std::vector<std::string> names{"baseline"};
    if (widest >= latent::InstructionSet::avx2) names.emplace_back("avx2");
    if (widest >= latent::InstructionSet::avx512) names.emplace_back("avx512");
    return names;
}

}  // namespace

NB_MODULE(_core, m) {
    // Objects that an error left alive at the end are no news for whoever ran a command.
    nb::set_leak_warnings(false);
    m.def("instruction_sets", &instruction_sets);
    latent::bind_encode(m);
    latent::bind_word2vec(m);
    latent::bind_subwords(m);
    latent::bind_nearest(m);
    latent::bind_lda(m);
    latent::bind_sparse(m);
    latent::bind_windows(m);
    latent::bind_plsa(m);
    latent::bind_nnls(m);
    latent::bind_parse_vectors(m);
    latent::bind_check(m);
}
