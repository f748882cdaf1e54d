// Which vector instructions a loop is compiled for, and which this processor has.
//
// A loop that gains from wide vectors is compiled once for each set, each copy in a namespace of
// its own (LATENT_ISA, given by CMakeLists.txt), and one copy is chosen when the program runs.
#pragma once

#include <string_view>

namespace latent {

enum class InstructionSet { baseline, avx2, avx512 };

// The widest set that this processor has and the kernels were compiled for.
InstructionSet widest_instruction_set();

// The set of that name; throws std::invalid_argument where this machine cannot run it.
InstructionSet instruction_set(std::string_view name);

}  // namespace latent
