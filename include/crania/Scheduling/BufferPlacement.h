// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SCHEDULING_BUFFERPLACEMENT_H
#define CRANIA_SCHEDULING_BUFFERPLACEMENT_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace crania::scheduling {

/// Which tensors live in an on-chip memory, and where in it, while a list of
/// steps runs one after the other. The others are spilled: they live in DRAM,
/// and a step that uses one moves it through a window on chip, piece by piece.
struct BufferProblem {
  struct Use {
    size_t step;
    /// Bytes on chip that the step needs for this buffer when it is spilled.
    uint64_t windowBytes;
  };

  struct Buffer {
    uint64_t bytes = 0;
    /// By ascending step, at least one. The buffer lives from the first to the
    /// last, both included.
    std::vector<Use> uses;
    bool maySpill = true;
    /// Its contents come from DRAM: kept on chip it is read once all the same.
    bool startsInDram = false;
    /// Is of one step only, which computes and uses up its contents piece by
    /// piece: as windows it moves nothing.
    bool isScratch = false;
  };

  std::vector<Buffer> buffers;
  size_t steps = 0;
  /// Bytes of the memory.
  uint64_t capacity = 0;
  /// Offsets are multiples of this many bytes, a power of two.
  uint64_t alignment = 1;

  /// Success, or which number makes no sense.
  Status check() const;
  /// The most bytes that are alive in one step if nothing is spilled: a memory
  /// smaller than that must spill.
  uint64_t peakLiveBytes() const;
};

struct BufferPlacement {
  /// Per buffer, its first byte, or nothing if it is spilled.
  std::vector<std::optional<uint64_t>> offsets;

  /// Per step, the largest range that no buffer takes: room for the windows of
  /// spilled buffers.
  struct Range {
    uint64_t offset = 0, bytes = 0;
  };
  std::vector<Range> freeRanges;

  /// Success, or which buffers overlap, leave the memory or may not be spilled,
  /// or which step lacks room for its windows.
  Status verify(const BufferProblem &problem) const;
  /// The first byte that nothing placed reaches.
  uint64_t usedBytes(const BufferProblem &problem) const;
};

/// A step whose buffers do not fit however much is spilled.
struct PlacementFailure {
  size_t step;
  uint64_t neededBytes;
};

/// Spills as long as a step needs more than there is: in the most overfull
/// step, of the buffers that alone make enough room the one with the least DRAM
/// traffic (bytes times uses), or, if none does, the one that makes most room.
/// What is left is placed first fit, the largest, the longest-lived or the
/// earliest first, whichever works; if fragmentation defeats all three, one
/// more buffer is spilled. A heuristic: spilling the least is NP-hard.
/// `problem.check()` holds.
std::variant<BufferPlacement, PlacementFailure>
placeBuffers(const BufferProblem &problem);

} // namespace crania::scheduling

#endif // CRANIA_SCHEDULING_BUFFERPLACEMENT_H
