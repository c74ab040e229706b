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

/// An integer that holds any sum of products of a 32-bit index and a 64-bit
/// stride.
using Wide = __int128;

/// The numbers from low to high, both included. They are indices, or elements
/// of a buffer.
struct Interval {
  Wide low, high;
};

/// One dimension of a set of elements.
struct Axis {
  Wide low, high; // indices, both included
  Wide stride;
};

/// Returns the smallest and the largest of the elements offset + sum(index *
/// stride) over all indices of the axes. No axis may be empty.
Interval elementsOf(uint64_t offset, Span<const Axis> axes);

/// Returns true if different indices are sure to be different elements: the
/// stride of each axis exceeds the reach of the axes with smaller strides. This
/// holds for any permuted or sliced dense box.
bool areDistinct(std::vector<Axis> axes);

/// Returns the axes of the given channels of a plane.
std::array<Axis, 3> axesOf(const Plane &plane, Interval channels);
/// Returns the axes of a whole plane, which must not be empty.
std::array<Axis, 3> axesOf(const Plane &plane);
Interval elementsOf(const Plane &plane, Interval channels);
Interval elementsOf(const Plane &plane);

/// Returns the axes of a box of a Copy, from its extents, none of which is 0,
/// and the strides of one side.
std::vector<Axis> axesOf(const flatbuffers::Vector<uint32_t> &extents,
                         const flatbuffers::Vector<int64_t> &strides);

/// Returns the smallest and the largest index of a dimension over the loops of
/// the vector command. They may be outside the extent of the dimension.
Interval indicesOf(const AccessDim &dim, const Vector &vector);

/// Returns the indices between those that the loops reach and that are inside
/// of the extent. If there are none, the low end is above the high one.
Interval insideOf(const AccessDim &dim, const Vector &vector);

/// Returns the elements of an access that are not padding, or nullopt if all
/// are.
std::optional<Interval> elementsOf(const Access &access, const Vector &vector);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_ADDRESSES_H
