// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiled for AVX-512 F, BW, DQ and VL.

#include "LaneKernelsImpl.h"

const crania::simulator::LaneKernels crania::simulator::avx512LaneKernels =
    laneKernelsOfThisFile;
