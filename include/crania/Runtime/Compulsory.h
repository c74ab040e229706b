// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_COMPULSORY_H
#define CRANIA_RUNTIME_COMPULSORY_H

#include "crania/Runtime/Performance.h"

#include <optional>

namespace crania::runtime {

/// Encoded bytes of the weights in the image, one element per cluster.
std::vector<uint64_t> weightBytesByCluster(const simulator::ProgramView &);

/// Bytes of weights, over all inputs, if each input reads each cluster that it
/// needs once: clusters 1 to r for an input with exit round r.
uint64_t compulsoryWeightBytes(const Performance &performance,
                               const simulator::ProgramView &program);

/// Bytes of weights that were read over the compulsory ones: above 1 where a
/// layer's weights are read again for each band of its rows, or in each round;
/// below 1 where a store keeps weights from input to input. Nothing if no input
/// needs any.
std::optional<double> weightRefetch(const Performance &performance,
                                    const simulator::ProgramView &program);

/// Energy, over all inputs, that the program cannot run below, in pJ: DRAM
/// energy of the parameters and activations that were moved and of the weights
/// that had to be read, and energy of the multiply-accumulates. Had to be read:
/// streamed clusters once per input that needs them, divided by the inputs of a
/// full sweep, those that the store may
/// keep from input to input (retained, or allocated in a cache) once in all, as
/// it starts empty.
double energyBound(const Performance &performance,
                   const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_COMPULSORY_H
