// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiled for any CPU.

#include "LaneKernelsImpl.h"

const crania::simulator::LaneKernels crania::simulator::portableLaneKernels =
    laneKernelsOfThisFile;
