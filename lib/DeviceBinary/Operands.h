// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_OPERANDS_H
#define CRANIA_DEVICEBINARY_OPERANDS_H

#include "Addresses.h"
#include "Verify.h"

namespace crania::binary {

std::string_view nameOf(Space space);

/// Returns the product of the extents, or nullopt if one of them is 0 or the
/// product is above `limit`.
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

// Bounds far above any real layer. They keep the work of a command finite. They
// also keep the index arithmetic of those who execute it within 64 bits, even
// for indices that turn out to be padding.

/// The largest number of elements that a vector or copy command may touch.
constexpr uint64_t maxLoopIterations = uint64_t(1) << 32;
/// The largest number of multiplications of a contraction.
constexpr uint64_t maxMultiplications = uint64_t(1) << 40;
/// The largest number of loops of a vector or copy command, and of dimensions
/// of an access.
constexpr size_t maxRank = 8;
/// The largest magnitude of an index of an access, inside its extent or not.
constexpr Wide maxIndex = Wide(1) << 32;
/// The largest magnitude of a stride, in elements. No memory has more elements.
constexpr int64_t maxStride = int64_t(1) << 27;

Status checkStride(int64_t stride, const std::string &role);

/// Returns the buffer of an operand. Fails if there is none; the error calls
/// the operand `role`.
Result<const Buffer *> bufferOf(uint32_t index, const std::string &role,
                                const ProgramContext &context);

/// Returns the buffer of an operand of a computation. Fails unless it is in the
/// global buffer.
Result<const Buffer *> computeBufferOf(uint32_t index, const std::string &role,
                                       const ProgramContext &context);

/// Checks that a number of the metadata is a value of an element type. Every
/// number is a value of f32; integer types accept the integers in their range.
Status checkValue(double value, ElementType type, const std::string &role);

Status checkInside(const Interval &elements, const Buffer &buffer,
                   const std::string &role);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_OPERANDS_H
