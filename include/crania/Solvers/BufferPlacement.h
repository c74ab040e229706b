// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SOLVERS_BUFFERPLACEMENT_H
#define CRANIA_SOLVERS_BUFFERPLACEMENT_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace crania::solvers {

/// The problem of placing tensors in an on-chip memory while a list of steps
/// runs in order. Tensors without a place are spilled: they live in DRAM, and a
/// step that uses one moves it piece by piece through a window on chip.
struct BufferProblem {
  struct Use {
    size_t step;
    /// Bytes on chip that the step needs for this buffer if it is spilled.
    uint64_t windowBytes;
  };

  struct Buffer {
    uint64_t bytes = 0;
    /// The uses by ascending step, at least one. The buffer lives from the
    /// first to the last step of these, both included.
    std::vector<Use> uses;
    bool maySpill = true;
    /// True if the contents come from DRAM. Even a buffer kept on chip is then
    /// read from DRAM once.
    bool startsInDram = false;
    /// True if only one step uses the buffer, and both computes and consumes
    /// its contents piece by piece. If it is spilled, its windows cause no DRAM
    /// traffic.
    bool isScratch = false;
  };

  std::vector<Buffer> buffers;
  size_t steps = 0;
  /// The size of the memory in bytes.
  uint64_t capacity = 0;
  /// The alignment of offsets in bytes, a power of two.
  uint64_t alignment = 1;

  /// Returns success, or an error that names the invalid number.
  Status check() const;
  /// Returns the most bytes that are alive in one step if nothing is spilled.
  /// With a smaller memory, some buffers must be spilled.
  uint64_t peakLiveBytes() const;
};

struct BufferPlacement {
  /// For each buffer, the offset of its first byte, or nothing if it is
  /// spilled.
  std::vector<std::optional<uint64_t>> offsets;

  /// For each step, the largest range that no buffer takes. It holds the
  /// windows of spilled buffers.
  struct Range {
    uint64_t offset = 0, bytes = 0;
  };
  std::vector<Range> freeRanges;

  /// Returns success, or an error that names the buffers that overlap, leave
  /// the memory or may not be spilled, or the step without room for its
  /// windows.
  Status verify(const BufferProblem &problem) const;
  /// Returns the offset after the last byte of any placed buffer.
  uint64_t usedBytes(const BufferProblem &problem) const;
};

/// A step whose buffers do not fit even if all that may be spilled are spilled.
struct PlacementFailure {
  size_t step;
  uint64_t neededBytes;
};

/// Places the buffers. While a step needs more bytes than the memory has, the
/// placement spills a buffer in the most overfull step. Among the buffers that
/// alone free enough bytes, it spills the one with the least DRAM traffic
/// (bytes times uses). If there is none, it spills the one that frees the most
/// bytes. It places the others first fit: the largest, the longest-lived or the
/// earliest first, whichever works. If none works because of fragmentation, it
/// spills one more buffer. This is a heuristic, because spilling the least is
/// NP-hard. `problem.check()` must succeed.
std::variant<BufferPlacement, PlacementFailure>
placeBuffers(const BufferProblem &problem);

} // namespace crania::solvers

#endif // CRANIA_SOLVERS_BUFFERPLACEMENT_H
