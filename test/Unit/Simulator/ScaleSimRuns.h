// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_SIMULATOR_SCALESIMRUNS_H
#define CRANIA_TEST_UNIT_SIMULATOR_SCALESIMRUNS_H

#include "crania/Support/Result.h"

#include <string>
#include <vector>

namespace crania::test {

/// A layer on which SCALE-Sim was run: 32 x 32 PEs, weight-stationary, serial
/// loading. Its figure is the index of the last cycle, counted from 0; on these
/// layers it equals ceil(K/R) * ceil(M/C) * (T + 2R + C - 2) - 1.
struct ScaleSimLayer {
  std::string name;
  uint32_t depth, outputs, pixels;
  uint64_t cycles;
};

std::vector<ScaleSimLayer> scaleSimLayers();

/// Returns the cycles of the array for a layer whose weights are in the weight
/// store, on SCALE-Sim's machine. They are counted from 0, like its figure.
Result<uint64_t> simulate(const ScaleSimLayer &layer);

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_SIMULATOR_SCALESIMRUNS_H
