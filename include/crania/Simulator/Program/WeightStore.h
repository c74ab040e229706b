// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAM_WEIGHTSTORE_H
#define CRANIA_SIMULATOR_PROGRAM_WEIGHTSTORE_H

#include "crania/Simulator/Program/ProgramView.h"

#include <map>
#include <tuple>

namespace crania::simulator {

/// Contents of the weight store, which persist over rounds and inputs.
///
/// A compiler-managed store holds encoded blocks at fixed places, which the
/// program defines. A block stays until a Release evicts it. A cache holds
/// lines of the program's image.
class WeightStore {
public:
  /// Returns true if the store holds a block. A block of no bytes takes no room
  /// and is always held.
  bool holds(const ProgramView &program, uint32_t block) const;

  /// Puts a block at its place. Fails if the block exceeds the store or
  /// overlaps another block that is held.
  Status insert(const ProgramView &program, uint32_t block);

  /// Drops all blocks of a cluster.
  void release(const ProgramView &program, uint32_t weights, unsigned cluster);

  /// Looks up a line in a cache, and returns true if the line is there. `line`
  /// is the address of its first byte divided by the line size. If the line is
  /// absent and `allocates` is true, it replaces the line of its set that was
  /// used (lru) or filled (fifo) longest ago.
  bool lookUp(const target::TargetModel::WeightStore &cache, uint64_t line,
              bool allocates);

  uint64_t bytesHeld() const { return held; }

  /// Orders states, so that they can be keys of a map.
  bool operator<(const WeightStore &other) const {
    return std::tie(byOffset, sets) < std::tie(other.byOffset, other.sets);
  }
  bool operator==(const WeightStore &other) const {
    return byOffset == other.byOffset && sets == other.sets;
  }

private:
  std::map<uint64_t, uint32_t> byOffset; // first byte in the store -> block
  /// Lines of each set of a cache; the next one to be evicted comes first.
  std::vector<std::vector<uint64_t>> sets;
  uint64_t held = 0;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAM_WEIGHTSTORE_H
