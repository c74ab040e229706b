// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_HAZARDTRACKER_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_HAZARDTRACKER_H

#include "Access.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>

namespace crania::lowering {

/// Finds which earlier commands of a round a command has to wait for: those
/// that write what it reads, and those that read or write what it writes. Bytes
/// are compared as they lie in memory, so reuse of memory is covered.
class HazardTracker {
public:
  using Command = unsigned;
  enum Memory { globalBuffer, dram, memories };

  /// Command `command`, which is not before the ones seen so far, touches the
  /// elements of all extents of `access`; element 0 is at byte `base`.
  void access(Command command, Memory memory, uint64_t base,
              uint64_t elementBytes, const Access &access, bool isWrite);

  /// What `command` waits for: its hazards, without those that are done
  /// whenever the others are. All accesses of it and of those before are known.
  SmallVector<Command> dependenciesOf(Command command) const;

  /// `command` runs behind `other` by itself and needs no token for it.
  void follow(Command command, Command other) { followed[command] = other; }

private:
  /// A range of bytes that were last touched alike.
  struct Range {
    uint64_t end;
    std::optional<Command> writer;
    SmallVector<Command, 2> readers; // since it was written
  };

  using Ranges = std::map<uint64_t, Range>; // by first byte

  void touch(Command command, Ranges &ranges, uint64_t begin, uint64_t end,
             bool isWrite);
  /// Makes a range begin at `at`, if one covers it.
  static void split(Ranges &ranges, uint64_t at);
  /// What `command` waits for directly: its hazards, and what it follows.
  SmallVector<Command> before(Command command) const;
  /// Brings `done` up to the commands before `end`.
  void extendDone(Command end) const;
  void addDependency(Command command, Command other) {
    if (command != other)
      direct[command].insert(other);
  }

  Ranges ranges[memories];
  std::map<Command, llvm::SmallSetVector<Command, 4>> direct;
  std::map<Command, Command> followed;
  /// By command, all that is done when it is; a cache.
  mutable std::vector<llvm::BitVector> done;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_HAZARDTRACKER_H
