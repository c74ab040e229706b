// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"

#include <algorithm>

namespace crania::binary {

namespace {

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

std::string text(Wide value) {
  std::string digits;
  for (Wide rest = magnitude(value); rest != 0 || digits.empty(); rest /= 10)
    digits.insert(digits.begin(), char('0' + int(rest % 10)));
  return (value < 0 ? "-" : "") + digits;
}

} // namespace

ElementRange rangeOf(uint64_t offset, Span<const Axis> axes) {
  ElementRange range{Wide(offset), Wide(offset)};
  for (const Axis &axis : axes) {
    Wide first = axis.low * axis.stride, last = axis.high * axis.stride;
    range.low += std::min(first, last);
    range.high += std::max(first, last);
  }
  return range;
}

bool areDistinct(std::vector<Axis> axes) {
  std::sort(axes.begin(), axes.end(), [](const Axis &a, const Axis &b) {
    return magnitude(a.stride) < magnitude(b.stride);
  });
  Wide reach = 0;
  for (const Axis &axis : axes) {
    if (axis.low == axis.high)
      continue;
    if (magnitude(axis.stride) <= reach)
      return false;
    reach += (axis.high - axis.low) * magnitude(axis.stride);
  }
  return true;
}

unsigned bytesOf(ElementType type) {
  switch (type) {
  case ElementType::f32:
  case ElementType::i32:
    return 4;
  case ElementType::i16:
    return 2;
  case ElementType::i8:
    return 1;
  case ElementType::i64:
    return 8;
  }
  __builtin_unreachable();
}

std::string_view nameOf(ElementType type) { return EnumNameElementType(type); }

std::string_view nameOf(Space space) { return EnumNameSpace(space); }

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
  if (b.element() != context.program.precision())
    return Error{role + " \"" + b.name()->str() + "\" holds " +
                 std::string(nameOf(b.element())) +
                 ", but the program computes in " +
                 std::string(nameOf(context.program.precision()))};
  return buffer;
}

Status checkInside(const ElementRange &range, const Buffer &buffer,
                   const std::string &role) {
  Wide elements = buffer.bytes() / bytesOf(buffer.element());
  if (range.low >= 0 && range.high < elements)
    return {};
  return Error{role + " reaches elements " + text(range.low) + " to " +
               text(range.high) + " of buffer \"" + buffer.name()->str() +
               "\", which has " + text(elements)};
}

} // namespace crania::binary
