// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_WEIGHTSTORE_H
#define CRANIA_SIMULATOR_WEIGHTSTORE_H

#include "crania/Simulator/ProgramView.h"

#include <map>
#include <tuple>

namespace crania::simulator {

/// What the weight store holds; it persists over rounds and inputs.
///
/// A compiler-managed store holds encoded blocks at fixed places, given by the
/// program; nothing is evicted unless a Release says so. A cache holds lines of
/// the program's image.
class WeightStore {
public:
  /// Blocks of no bytes take no room: they are always held.
  bool holds(const ProgramView &program, uint32_t block) const;

  /// Puts a block at its place. An error if it exceeds the store or overlaps
  /// another block that is held.
  Status insert(const ProgramView &program, uint32_t block);

  /// Drops all blocks of a cluster.
  void release(const ProgramView &program, uint32_t weights, unsigned cluster);

  /// Looks a line up (the address of its first byte over its size) in a cache;
  /// true if it is there. If not and `allocates`, it takes the place of the
  /// line of its set that was used (lru) or filled (fifo) longest ago.
  bool lookUp(const target::TargetModel::WeightStore &cache, uint64_t line,
              bool allocates);

  uint64_t bytesHeld() const { return held; }

  /// Orders states, so that they can be keys of a memo.
  bool operator<(const WeightStore &other) const {
    return std::tie(byOffset, sets) < std::tie(other.byOffset, other.sets);
  }
  bool operator==(const WeightStore &other) const {
    return byOffset == other.byOffset && sets == other.sets;
  }

private:
  std::map<uint64_t, uint32_t> byOffset; // first byte in the store -> block
  /// Of a cache: the lines of each set, the first to be evicted first.
  std::vector<std::vector<uint64_t>> sets;
  uint64_t held = 0;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_WEIGHTSTORE_H
