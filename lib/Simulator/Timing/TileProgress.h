// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_TILEPROGRESS_H
#define CRANIA_LIB_SIMULATOR_TIMING_TILEPROGRESS_H

#include "Scoreboard.h"

namespace crania::simulator {

/// A tile of a Contract, in the order in which decoder and array take them.
struct TileStep {
  uint32_t command;
  uint32_t tile;
};
std::vector<TileStep> tileSteps(const Scoreboard &board);

/// Progress of the decoder and the array on the tiles.
struct TileProgress {
  struct Loaded {
    uint64_t time;     ///< when the weights are in the PEs' registers
    uint64_t byteWait; ///< cycles that the decoder waited for bytes
    uint64_t dmaWait;  ///< part of byteWait by which the DMA was late
  };
  std::vector<Loaded> loaded;
  size_t started = 0;     ///< tiles that the array has begun
  uint64_t arrayFree = 0; ///< time at which it is done with them
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_TILEPROGRESS_H
