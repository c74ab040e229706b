// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TIMING_WEIGHTWORK_H
#define CRANIA_SIMULATOR_TIMING_WEIGHTWORK_H

#include "crania/Simulator/Program/WeightDecoder.h"

#include <map>
#include <vector>

namespace crania::simulator {

/// Numbers of present weights (non-zero in D_r) of a tile, by which the PE
/// array takes its time.
struct TileCounts {
  uint32_t present = 0;
  /// Number of present weights in the fullest PE. PE (i, j) of an array with R
  /// rows holds, for output j of the tile, the inputs i, i+R, i+2R, ...
  uint32_t fullest = 0;
  /// Number of present weights of the output that has the most.
  uint32_t fullestOutput = 0;
};

/// Work of the decoder for one codec block.
struct BlockWork {
  uint32_t values = 0; ///< value words of the block
  uint64_t cycles = 0; ///< on the target's decoder
  /// Energy of decoding the block, in 10^-3 pJ, if the encoding defines one.
  uint64_t femtojoules = 0;
  /// True if bits of the block tell which positions hold values, so that the
  /// plain decoder scans all positions. A block of encoding `raw` has no such
  /// bits.
  bool scansPositions = false;
};

/// Work that the weights of a program make for the decoder and for the PE
/// array of its machine. It is counted once per program.
class WeightWork {
public:
  WeightWork(const ProgramView &program, const WeightDecoder &weights);

  /// Returns the counts of the weights D_r of a tensor for r = `clusters`, one
  /// element per tile. Tiles that no Contract uses have no weights. Some
  /// Contract must use the tensor with that many clusters.
  Span<const TileCounts> tiles(uint32_t weights, unsigned clusters) const {
    return tileCounts.find({weights, clusters})->second;
  }

  /// Returns the work for a block (an id of ProgramView::block) that some
  /// Contract uses.
  const BlockWork &block(uint32_t id) const { return blockWork[id]; }

private:
  std::map<std::pair<uint32_t, unsigned>, std::vector<TileCounts>> tileCounts;
  std::vector<BlockWork> blockWork;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TIMING_WEIGHTWORK_H
