// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_HAZARDTRACKER_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_HAZARDTRACKER_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>
#include <optional>

namespace crania::lowering {

using mlir::SmallVector;

/// Finds the earlier commands of a round that a command must wait for: those
/// that write what it reads, and those that read or write what it writes. It
/// compares bytes in memory, so it covers the reuse of memory.
class HazardTracker {
public:
  using Command = unsigned;
  enum Memory { globalBuffer, dram, memories };

  /// Records that `command` reads or writes the bytes [begin, end) of a memory.
  /// Commands come in order.
  void access(Command command, Memory memory, uint64_t begin, uint64_t end,
              bool isWrite);

  /// Returns the commands that `command` must wait for: its hazards, without
  /// those that are done whenever the others are. All accesses of `command` and
  /// of the commands before it must be known.
  SmallVector<Command> dependenciesOf(Command command) const;

  /// Records that `command` follows `other` and needs no token for it.
  void follow(Command command, Command other) { followed[command] = other; }

private:
  /// A range of bytes that were last touched by the same commands.
  struct Range {
    uint64_t end;
    std::optional<Command> writer;
    SmallVector<Command, 2> readers; // since the last write
  };

  using Ranges = std::map<uint64_t, Range>; // by first byte

  void touch(Command command, Ranges &ranges, uint64_t begin, uint64_t end,
             bool isWrite);
  /// Splits the range that covers `at`, if there is one, so that a range begins
  /// there.
  static void split(Ranges &ranges, uint64_t at);
  /// Returns the commands for which `command` waits directly: its hazards, and
  /// the command that it follows.
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
