// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_ADDRESSES_H
#define CRANIA_DEVICEBINARY_ADDRESSES_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"
#include "crania/Support/Span.h"

#include <array>
#include <optional>
#include <vector>

namespace crania::binary {

/// Wide enough for any sum of products of a 32-bit index and a 64-bit stride.
using Wide = __int128;

/// Numbers low to high, both included: indices, or elements of a buffer.
struct Interval {
  Wide low, high;
};

/// One dimension of a set of elements.
struct Axis {
  Wide low, high; // indices, both included
  Wide stride;
};

/// The elements offset + sum(index * stride) over all indices of the axes, none
/// of which is empty: the smallest and the largest.
Interval elementsOf(uint64_t offset, Span<const Axis> axes);

/// Whether different indices are sure to be different elements: each axis
/// strides over all that the axes of smaller strides reach. True of any
/// permuted or sliced dense box.
bool areDistinct(std::vector<Axis> axes);

/// Channels `channels` of a plane.
std::array<Axis, 3> axesOf(const Plane &plane, Interval channels);
/// All of a plane that is not empty.
std::array<Axis, 3> axesOf(const Plane &plane);
Interval elementsOf(const Plane &plane, Interval channels);
Interval elementsOf(const Plane &plane);

/// A box of a Copy: its extents, none of which is 0, with the strides of one
/// side.
std::vector<Axis> axesOf(const flatbuffers::Vector<uint32_t> &extents,
                         const flatbuffers::Vector<int64_t> &strides);

/// Smallest and largest index of a dimension over the loops of the vector
/// command, in its extent or not.
Interval indicesOf(const AccessDim &dim, const Vector &vector);

/// The elements of an access that are not padding; nothing if all are.
std::optional<Interval> elementsOf(const Access &access, const Vector &vector);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_ADDRESSES_H
