// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H

#include "Network.h"

namespace crania::lowering {

/// Drops nodes whose output nothing reads, joins each contraction with the
/// vector node that uses up its output if some piece of both fits on chip, and
/// finds the loops by which stages may be cut. Marks the storages that so
/// become scratch.
std::vector<Stage> formStages(std::vector<Node> nodes, Network &network,
                              const target::TargetModel &target);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H
