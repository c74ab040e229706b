// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
#define CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H

#include "FusedVector.h"
#include "HostContraction.h"
#include "MemoryMap.h"
#include "crania/Simulator/WeightDecoder.h"

namespace crania::simulator {

/// The contraction that a Contract command is.
ContractionShape shapeOf(const ProgramView &program,
                         const binary::Contract &contract);

/// A Contract command, resolved: a contraction and the places of its planes.
class ContractKernel {
public:
  static ContractKernel plan(const ProgramView &program,
                             const binary::Contract &contract,
                             const DecodedWeights &weights,
                             ContractionPlanner &planner);

  /// `scratch` has scratchBytes() and the alignment of AlignedBytes.
  void run(const Memories &memories, uint8_t *scratch) const {
    contraction->run(memories.read(input), memories.write(output), scratch);
  }

  /// Takes on what the Vector command right behind this one does, if that is to
  /// add a bias to just this output. `shape` is this contraction's.
  bool takeOn(const FusedVector &vector, const ContractionShape &shape);
  /// Both commands, or this one if it took on none.
  void runAll(const Memories &memories, uint8_t *scratch) const;

  size_t scratchBytes() const { return contraction->scratchBytes(); }

private:
  std::shared_ptr<const HostContraction> contraction;
  Location input, output;
  struct Bias {
    Location offsets;
    float low;
  };
  std::optional<Bias> bias;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
