// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_FUSEDVECTOR_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_FUSEDVECTOR_H

#include "Host/HostIsa.h"
#include "Host/LaneKernels.h"
#include "VectorCommand.h"

#include <optional>
#include <vector>

namespace crania::simulator {

/// Returns the kernels of the host for an instruction set.
const LaneKernels &laneKernelsFor(HostIsa isa);

/// A Vector command that runs all instructions on some lanes at a time, in the
/// registers of the host. It gives the same bits as VectorKernel does by
/// itself. An exception is an addition of several NaNs: in both, the compiler
/// chooses which of them is the result.
class FusedVector {
public:
  /// Plans a command. Returns nothing for rare commands: with padding, with
  /// reads of what other lanes write, or with instructions that are unusual in
  /// networks.
  static std::optional<FusedVector> plan(const VectorCommand &command);

  /// A bias that a contraction can apply by itself: x + offset of the channel,
  /// bounded below, in place on a plane of f32 whose pixels are contiguous.
  struct PlaneBias {
    Location plane, offsets; // the offsets are contiguous
    uint32_t channels, pixels;
    int64_t channelBytes;
    float low;
  };
  /// Returns the bias that the command computes, or nothing if it computes
  /// something else.
  std::optional<PlaneBias> planeBias() const;

  /// Runs the command. Also reads LaneKernels::maximumOverread bytes after the
  /// operands.
  void run(const Memories &memories, const LaneKernels &kernels) const;

private:
  friend class FusedVectorPlanner;

  /// An operand of the command. The lanes of a row are contiguous in the
  /// output.
  struct Operand {
    Location first;
    std::vector<int64_t> outerBytes; // by outer loop
    int64_t rowBytes = 0, laneStride = 0;
    std::vector<int64_t> points;
  };
  static constexpr size_t maximumInputs = 8;

  const uint8_t *addressOf(const Operand &operand, const Memories &memories,
                           const std::vector<uint32_t> &index) const;
  bool advance(std::vector<uint32_t> &index) const;

  void (*LaneKernels::*kernel)(const LaneJob &) = nullptr;
  std::vector<LaneStep> steps;
  std::vector<Operand> inputs;
  Operand output;
  std::vector<uint32_t> outerExtents;
  LaneJob job = {}; // without its pointers
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_FUSEDVECTOR_H
