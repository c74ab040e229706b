// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTISA_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTISA_H

#include <cstdint>

namespace crania::simulator {

/// Instruction sets that the host's contractions are written for; each includes
/// those before it.
enum class HostIsa : uint8_t { portable, avx2, avx512, avx512Vnni };

/// Returns the best instruction set that the CPU has and that the environment
/// variable DNNL_MAX_CPU_ISA allows. The variable has oneDNN's names; where
/// oneDNN is linked, it decides.
HostIsa hostIsa();

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTISA_H
