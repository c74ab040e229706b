// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Quantize.h"
#include "VectorOps.h"

#include <cstring>

using namespace crania;
using namespace crania::simulator;
using binary::ElementType;

/// Clamped before it is rounded: the limits are integers, and so the result is
/// the same, and a NaN falls through both comparisons.
template <typename T>
static void quantize(Span<const float> input, float scale, float low,
                     float high, uint8_t *to) {
  T *result = reinterpret_cast<T *>(to);
  for (size_t i = 0; i < input.size(); ++i) {
    float x = input[i] / scale;
    x = x < low ? low : x > high ? high : x;
    x = x != x ? 0 : x;
    result[i] = T(roundToEven(x));
  }
}

void simulator::writeInput(const binary::Port &port, Span<const float> input,
                           uint8_t *to) {
  const float scale = float(port.scale());
  switch (port.element()) {
  case ElementType::u8:
    return quantize<uint8_t>(input, scale, 0, 255, to);
  case ElementType::i8:
    return quantize<int8_t>(input, scale, -127, 127, to);
  case ElementType::i16:
    return quantize<int16_t>(input, scale, -32767, 32767, to);
  default: // f32: other ports are none of a verified program
    std::memcpy(to, input.data(), input.size() * sizeof(float));
  }
}
