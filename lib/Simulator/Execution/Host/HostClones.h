// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCLONES_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCLONES_H

/// Compiles a function of integers or moves for wider vectors, too. The loader
/// takes the version that suits the CPU; the results are the same.
#if defined(__x86_64__)
#define CRANIA_HOST_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CRANIA_HOST_CLONES
#endif

/// Marks a function that such a function calls, so that it is compiled as part
/// of each version.
#define CRANIA_INTO_CLONES __attribute__((always_inline)) inline

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCLONES_H
