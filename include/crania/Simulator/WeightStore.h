// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_WEIGHTSTORE_H
#define CRANIA_SIMULATOR_WEIGHTSTORE_H

#include "crania/Simulator/ProgramView.h"

#include <map>

namespace crania::simulator {

/// Which encoded blocks the compiler-managed weight store holds. Blocks have
/// fixed places, given by the program; nothing is evicted unless a Release says
/// so. Contents persist over rounds and inputs.
class WeightStore {
public:
  /// Blocks of no bytes take no room: they are always held.
  bool holds(const ProgramView &program, uint32_t block) const;

  /// Puts a block at its place. An error if it exceeds the store or overlaps
  /// another block that is held.
  Status insert(const ProgramView &program, uint32_t block);

  /// Drops all blocks of a cluster.
  void release(const ProgramView &program, uint32_t weights, unsigned cluster);

  uint64_t bytesHeld() const { return held; }

  /// Orders states, so that they can be keys of a memo.
  bool operator<(const WeightStore &other) const {
    return byOffset < other.byOffset;
  }
  bool operator==(const WeightStore &other) const {
    return byOffset == other.byOffset;
  }

private:
  std::map<uint64_t, uint32_t> byOffset; // first byte in the store -> block
  uint64_t held = 0;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_WEIGHTSTORE_H
