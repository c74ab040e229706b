// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_DRAMPLACEMENT_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_DRAMPLACEMENT_H

#include "crania/Simulator/Program/MemoryMap.h"

namespace crania::simulator {

/// Places of the buffers of scratch DRAM in the memory of the host. A program
/// has separate room for each buffer. On the host, buffers that are not in use
/// together may share memory, so that they stay in the caches.
class DramPlacement {
public:
  /// Plans the places. `mayShare` allows buffers to share memory; it requires
  /// that every round writes each byte before it reads the byte.
  DramPlacement(const ProgramView &program, bool mayShare);

  /// Returns the place in the host's memory of a place in a buffer.
  Location operator()(const Location &at) const;
  size_t bytes() const { return size; }

private:
  /// The commands of a round, in numbers from 1, that use a group.
  struct Use {
    uint64_t first = UINT64_MAX, last = 0;
    void add(uint64_t command);
    bool meets(const Use &other) const {
      return first <= other.last && other.first <= last;
    }
  };
  /// Buffers that have bytes in common, as one.
  struct Group {
    uint64_t begin, end;
    std::vector<Use> uses; // by round
    uint64_t place;
    uint64_t bytes() const { return end - begin; }
    bool meets(const Group &other) const;
  };

  void addGroups(const ProgramView &program);
  void addUses(const ProgramView &program, unsigned round);
  void shareMemory();
  uint64_t freePlace(const Group &group,
                     const std::vector<const Group *> &placed) const;
  size_t groupOf(uint64_t byte) const;
  void use(const Location &at, unsigned round, uint64_t command);

  std::vector<Group> groups; // by their first byte
  size_t size = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_DRAMPLACEMENT_H
