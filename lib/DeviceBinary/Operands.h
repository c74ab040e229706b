// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_OPERANDS_H
#define CRANIA_DEVICEBINARY_OPERANDS_H

#include "Verify.h"

#include "crania/Support/Span.h"

#include <optional>
#include <vector>

namespace crania::binary {

/// Wide enough for any sum of products of a 32-bit index and a 64-bit stride.
using Wide = __int128;

/// One dimension of a set of elements: indices low to high, both included.
struct Axis {
  Wide low, high;
  Wide stride;
};

/// Elements low to high of a buffer, both included.
struct ElementRange {
  Wide low, high;
};

/// The elements offset + sum(index * stride) over all indices of the axes, none
/// of which is empty.
ElementRange rangeOf(uint64_t offset, Span<const Axis> axes);

/// Whether different indices are sure to be different elements: each axis
/// strides over all that the axes of smaller strides reach. True of any
/// permuted or sliced dense box.
bool areDistinct(std::vector<Axis> axes);

unsigned bytesOf(ElementType type);
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

/// Elements that one vector or copy command may touch, and multiplications of a
/// contraction: far above any real layer, and what keeps the arithmetic of
/// those who run it within 64 bits.
constexpr uint64_t maxLoopIterations = uint64_t(1) << 32;
constexpr uint64_t maxMultiplications = uint64_t(1) << 40;

/// Loops of a vector or copy command, and dimensions of an access.
constexpr size_t maxRank = 8;

/// The buffer of an operand, which `role` names in errors.
Result<const Buffer *> bufferOf(uint32_t index, const std::string &role,
                                const ProgramContext &context);

/// The buffer of an operand that computes: in the global buffer, of the
/// program's precision.
Result<const Buffer *> computeBufferOf(uint32_t index, const std::string &role,
                                       const ProgramContext &context);

Status checkInside(const ElementRange &range, const Buffer &buffer,
                   const std::string &role);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_OPERANDS_H
