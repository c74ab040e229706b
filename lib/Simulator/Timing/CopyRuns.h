// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_COPYRUNS_H
#define CRANIA_LIB_SIMULATOR_TIMING_COPYRUNS_H

#include "Scoreboard.h"

#include "crania/DeviceBinary/Accesses.h"

namespace crania::simulator {

/// The DRAM side of a Copy: runs of contiguous bytes.
class CopyRuns {
public:
  CopyRuns(const Scoreboard &board, uint32_t command);

  /// Returns true if the Copy reads from DRAM, false if it writes to DRAM.
  bool reads() const { return binary::reads(side.use); }
  /// Returns the space in which its DRAM buffer lies.
  binary::Space space() const { return buffer->space(); }
  /// Returns the number of inputs of a sweep for which it runs: parameters are
  /// read once.
  uint32_t inputs() const { return count; }

  /// Calls f(offset in the space, bytes) for each run.
  template <typename F>
  void forEach(F f) const {
    walk(0, buffer->offset() + side.offset * elementBytes, f);
  }

private:
  /// Calls f for the runs of dimensions `dim` and inner ones; the innermost
  /// `runDims` dimensions form one run.
  template <typename F>
  void walk(size_t dim, uint64_t at, F &f) const {
    if (dim + runDims == side.axes.size())
      return f(at, runElements * elementBytes);
    for (uint64_t i = 0; i < extentOf(dim); ++i)
      walk(dim + 1,
           at + uint64_t(int64_t(i) * side.axes[dim].stride) * elementBytes, f);
  }

  uint64_t extentOf(size_t dim) const {
    return uint64_t(side.axes[dim].high) + 1;
  }

  const binary::Buffer *buffer = nullptr;
  binary::OperandAccess side; // in DRAM
  uint64_t elementBytes, runElements = 1;
  size_t runDims = 0;
  uint32_t count;
};

/// Counts the bytes that a command moves from or to DRAM, except for bursts.
/// The command is a Copy, or saves or restores buffers for a sweep. Parameters
/// are written on chip for each input.
void countCopy(const Scoreboard &board, uint32_t command, bool reads,
               uint64_t bytes, Counts &counts);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_COPYRUNS_H
