// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_REPORT_COMPULSORY_H
#define CRANIA_REPORT_COMPULSORY_H

#include "crania/Runtime/Performance.h"

#include <optional>

namespace crania::runtime {

/// Returns the encoded bytes of the weights in the image, one element per
/// cluster.
std::vector<uint64_t> weightBytesByCluster(const simulator::ProgramView &);

/// Returns the bytes of weights, over all inputs, if each input reads each
/// cluster that it needs once: clusters 1 to r for an input with exit round r.
uint64_t compulsoryWeightBytes(const Performance &performance,
                               const simulator::ProgramView &program);

/// Returns the bytes of weights that were read, divided by the compulsory
/// bytes. The ratio is above 1 if the weights of a layer are read again for
/// each band of its rows or in each round. It is below 1 if a store keeps
/// weights from input to input. Returns nothing if no input needs weights.
std::optional<double> weightRefetch(const Performance &performance,
                                    const simulator::ProgramView &program);

/// Returns a lower bound of the energy of the program over all inputs, in pJ:
/// the energy of the multiply-accumulates, and the DRAM energy of the
/// parameters and activations that were moved and of the weights that had to be
/// read. A streamed cluster has to be read once per input that needs it,
/// divided by the inputs of a full sweep. A cluster that the store may keep
/// from input to input (retained, or allocated in a cache) has to be read once
/// in total, as the store starts empty.
double energyBound(const Performance &performance,
                   const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_REPORT_COMPULSORY_H
