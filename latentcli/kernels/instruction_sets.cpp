#include "instruction_sets.hpp"

#include <stdexcept>
#include <string>

namespace latent {

InstructionSet widest_instruction_set() {
#ifdef LATENT_X86
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        return InstructionSet::avx512;
    }
    if (avx2) return InstructionSet::avx2;
#endif
    return InstructionSet::baseline;
}

InstructionSet instruction_set(std::string_view name) {
    const InstructionSet widest = widest_instruction_set();
    if (name.empty()) return widest;
    if (name == "baseline") return InstructionSet::baseline;
    if (name == "avx2" && widest >= InstructionSet::avx2) return InstructionSet::avx2;
    if (name == "avx512" && widest >= InstructionSet::avx512) return InstructionSet::avx512;
    throw std::invalid_argument("no instruction set '" + std::string(name) + "' on this machine");
}

}  // namespace latent
