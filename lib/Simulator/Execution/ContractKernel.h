// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_CONTRACTKERNEL_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_CONTRACTKERNEL_H

#include "FusedVector.h"
#include "Host/HostContraction.h"
#include "crania/Simulator/Program/MemoryMap.h"
#include "crania/Simulator/Program/WeightDecoder.h"

namespace crania::simulator {

/// Returns the contraction that a Contract command computes.
ContractionShape shapeOf(const ProgramView &program,
                         const binary::Contract &contract);

/// A Contract command, resolved: a contraction and the places of its planes.
class ContractKernel {
public:
  static ContractKernel plan(const ProgramView &program,
                             const binary::Contract &contract,
                             const DecodedWeights &weights,
                             ContractionPlanner &planner);

  /// Runs the command. `scratch` has scratchBytes() and the alignment of
  /// AlignedBytes.
  void run(const Memories &memories, uint8_t *scratch) const {
    contraction->run(memories.read(input), memories.write(output), scratch);
  }

  /// Takes over the work of the Vector command directly after this one, if it
  /// adds a bias to exactly this output. Returns true if so. `shape` is that of
  /// this contraction.
  bool takeOn(const FusedVector &vector, const ContractionShape &shape);
  /// Runs both commands, or only this one if it took over none.
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

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_CONTRACTKERNEL_H
