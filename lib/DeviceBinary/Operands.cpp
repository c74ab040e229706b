// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"

#include <cmath>

namespace crania::binary {

namespace {

std::string text(Wide value) {
  std::string digits;
  for (Wide rest = value < 0 ? -value : value; rest != 0 || digits.empty();
       rest /= 10)
    digits.insert(digits.begin(), char('0' + int(rest % 10)));
  return (value < 0 ? "-" : "") + digits;
}

} // namespace

std::string_view nameOf(Space space) { return EnumNameSpace(space); }

Status checkStride(int64_t stride, const std::string &role) {
  if (stride >= -maxStride && stride <= maxStride)
    return {};
  return Error{role + " has a stride of " + std::to_string(stride) +
               " elements, beyond any memory"};
}

Result<const Buffer *> bufferOf(uint32_t index, const std::string &role,
                                const ProgramContext &context) {
  const auto &buffers = *context.program.buffers();
  if (index >= buffers.size())
    return Error{role + " is buffer " + std::to_string(index) +
                 ", but there are only " + std::to_string(buffers.size())};
  return buffers.Get(index);
}

Result<const Buffer *> computeBufferOf(uint32_t index, const std::string &role,
                                       const ProgramContext &context) {
  Result<const Buffer *> buffer = bufferOf(index, role, context);
  if (!buffer)
    return buffer;
  const Buffer &b = **buffer;
  if (b.space() != Space::global_buffer)
    return Error{role + " \"" + b.name()->str() + "\" is in " +
                 std::string(nameOf(b.space())) +
                 ", but must be in the global buffer; copy it there first"};
  return buffer;
}

Status checkValue(double value, ElementType type, const std::string &role) {
  if (isFloat(type))
    return {};
  const bool isUnsigned = !traitsOf(type).isSigned;
  const int bits = 8 * int(bytesOf(type));
  const double low = isUnsigned ? 0 : -std::ldexp(1.0, bits - 1);
  const double end = std::ldexp(1.0, isUnsigned ? bits : bits - 1);
  if (value >= low && value < end && value == std::trunc(value))
    return {};
  return Error{role + " is " + std::to_string(value) +
               ", which is not a value of " + std::string(nameOf(type))};
}

Status checkInside(const Interval &elements, const Buffer &buffer,
                   const std::string &role) {
  Wide count = buffer.bytes() / bytesOf(buffer.element());
  if (elements.low >= 0 && elements.high < count)
    return {};
  return Error{role + " reaches elements " + text(elements.low) + " to " +
               text(elements.high) + " of buffer \"" + buffer.name()->str() +
               "\", which has " + text(count)};
}

} // namespace crania::binary
