// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_OPERANDS_H
#define CRANIA_DEVICEBINARY_OPERANDS_H

#include "Addresses.h"
#include "Verify.h"

namespace crania::binary {

std::string_view nameOf(ElementType type);
std::string_view nameOf(Space space);

/// Product of the extents, or nothing if one is 0 or the product is above
/// `limit`.
template <typename Extents>
std::optional<uint64_t> boundedProduct(const Extents &extents, uint64_t limit) {
  uint64_t product = 1;
  for (uint64_t extent : extents) {
    if (extent == 0 || extent > limit / product)
      return std::nullopt;
    product *= extent;
  }
  return product;
}

// Bounds far above any real layer. They keep the work of a command finite and
// the index arithmetic of those who execute it, also of indices that turn out
// to be padding, within 64 bits.

/// Elements that a vector or copy command may touch.
constexpr uint64_t maxLoopIterations = uint64_t(1) << 32;
/// Multiplications of a contraction.
constexpr uint64_t maxMultiplications = uint64_t(1) << 40;
/// Loops of a vector or copy command, and dimensions of an access.
constexpr size_t maxRank = 8;
/// Magnitude of an index of an access, in its extent or not.
constexpr Wide maxIndex = Wide(1) << 32;
/// Magnitude of a stride, in elements: no memory has more.
constexpr int64_t maxStride = int64_t(1) << 27;

Status checkStride(int64_t stride, const std::string &role);

/// The buffer of an operand, which `role` names in errors.
Result<const Buffer *> bufferOf(uint32_t index, const std::string &role,
                                const ProgramContext &context);

/// The buffer of an operand that computes: in the global buffer.
Result<const Buffer *> computeBufferOf(uint32_t index, const std::string &role,
                                       const ProgramContext &context);

/// That a number of the metadata is a value of an element type: any of f32, and
/// of the integers those in range.
Status checkValue(double value, ElementType type, const std::string &role);

Status checkInside(const Interval &elements, const Buffer &buffer,
                   const std::string &role);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_OPERANDS_H
