// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_REPORT_TRAFFICBOUNDS_H
#define CRANIA_REPORT_TRAFFICBOUNDS_H

#include "crania/Runtime/Performance.h"

#include <optional>

namespace crania::runtime {

/// Returns the encoded bytes of the weights, one element per cluster. Bytes of
/// the image that tensors share count for each of them.
std::vector<uint64_t> weightBytesByCluster(const simulator::ProgramView &);

/// Returns the bytes of weights, over all inputs, if each input reads each
/// cluster that it needs once: clusters 1 to r for an input with exit round r.
/// Bytes that tensors share count for each of them.
uint64_t compulsoryWeightBytes(const Performance &performance,
                               const simulator::ProgramView &program);

/// Returns the bytes of weights that were read, divided by the compulsory
/// bytes. The ratio is above 1 if the weights of a layer are read again for
/// each band of its rows or in each round. It is below 1 if a store keeps
/// weights from input to input, or a cache for several tensors. Returns nothing
/// if no input needs weights.
std::optional<double> weightRefetch(const Performance &performance,
                                    const simulator::ProgramView &program);

/// Returns a lower bound of the energy of the program over all inputs, in pJ:
/// the energy of the multiply-accumulates, and the DRAM energy of the
/// parameters and activations that were moved and of the weights that had to be
/// read. A streamed cluster has to be read once per input that needs it,
/// divided by the inputs of a full sweep. A cluster that the store may keep
/// from input to input (retained, or allocated in a cache) has to be read once
/// in total, as the store starts empty. Bytes that clusters share in the image
/// count once if a cache may keep them, and otherwise for each cluster: a place
/// in a managed store serves one cluster only.
double energyBound(const Performance &performance,
                   const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_REPORT_TRAFFICBOUNDS_H
