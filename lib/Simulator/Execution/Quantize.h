// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_QUANTIZE_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_QUANTIZE_H

#include "crania/DeviceBinary/DeviceBinary.h"

namespace crania::simulator {

/// Writes the host's input in the type of the port: unchanged for f32, or
/// quantized as DeviceBinary.fbs defines for Port.
void writeInput(const binary::Port &port, Span<const float> input, uint8_t *to);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_QUANTIZE_H
