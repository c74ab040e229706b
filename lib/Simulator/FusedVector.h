// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_FUSEDVECTOR_H
#define CRANIA_LIB_SIMULATOR_FUSEDVECTOR_H

#include "HostIsa.h"
#include "LaneKernels.h"
#include "MemoryMap.h"

#include <optional>
#include <vector>

namespace crania::simulator {

class VectorKernel;

/// Those that the host has for an instruction set.
const LaneKernels &laneKernelsFor(HostIsa isa);

/// A Vector command whose instructions are all done on some lanes at a time, in
/// the host's registers. Gives the bits that VectorKernel's own way gives; only
/// which one of several NaN comes out of an addition is the compiler's choice
/// in both.
class FusedVector {
public:
  /// Nothing for what is rare: padding, reads of what other lanes write, and
  /// instructions that networks do not consist of.
  static std::optional<FusedVector> plan(const VectorKernel &kernel);

  /// x + offset of the channel, bounded below, in place on a plane of f32 whose
  /// pixels are neighbours: what a contraction can do on its way.
  struct PlaneBias {
    Location plane, offsets; // the latter neighbours
    uint32_t channels, pixels;
    int64_t channelBytes;
    float low;
  };
  /// Nothing if it is not that.
  std::optional<PlaneBias> planeBias() const;

  /// Reads LaneKernels::maximumOverread bytes behind the operands, too.
  void run(const Memories &memories, const LaneKernels &kernels) const;

private:
  friend class FusedVectorPlanner;

  /// The lanes of a row are neighbours in the output.
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
  LaneJob job = {}; // but for pointers
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_FUSEDVECTOR_H
