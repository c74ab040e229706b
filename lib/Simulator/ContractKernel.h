// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
#define CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H

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

  size_t scratchBytes() const { return contraction->scratchBytes(); }

private:
  std::shared_ptr<const HostContraction> contraction;
  Location input, output;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
