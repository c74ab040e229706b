// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiled for AVX2 and FMA.

#include "HostKernelsImpl.h"

const crania::simulator::HostKernels crania::simulator::avx2Kernels =
    kernelsOfThisFile;
