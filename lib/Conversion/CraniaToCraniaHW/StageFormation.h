// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H

#include "Network.h"

namespace crania::lowering {

/// Forms stages from nodes. It drops nodes whose output is never read. It joins
/// each contraction with the vector node that consumes its output, if some
/// piece of both fits on chip. It finds the loops by which stages may be cut,
/// and marks storages that become scratch.
std::vector<Stage> formStages(std::vector<Node> nodes, Network &network,
                              const target::TargetModel &target);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_STAGEFORMATION_H
