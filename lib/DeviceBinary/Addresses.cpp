// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Addresses.h"

#include <algorithm>
#include <cassert>

namespace crania::binary {

namespace {

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

} // namespace

Interval elementsOf(uint64_t offset, Span<const Axis> axes) {
  Interval range{Wide(offset), Wide(offset)};
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

std::array<Axis, 3> axesOf(const Plane &plane, Interval channels) {
  return {{{channels.low, channels.high, plane.channel_stride()},
           {0, Wide(plane.height()) - 1, plane.row_stride()},
           {0, Wide(plane.width()) - 1, plane.column_stride()}}};
}

std::array<Axis, 3> axesOf(const Plane &plane) {
  return axesOf(plane, {0, Wide(plane.channels()) - 1});
}

Interval elementsOf(const Plane &plane, Interval channels) {
  std::array<Axis, 3> axes = axesOf(plane, channels);
  return elementsOf(plane.offset(), Span<const Axis>(axes.data(), axes.size()));
}

Interval elementsOf(const Plane &plane) {
  return elementsOf(plane, {0, Wide(plane.channels()) - 1});
}

std::vector<Axis> axesOf(const flatbuffers::Vector<uint32_t> &extents,
                         const flatbuffers::Vector<int64_t> &strides) {
  assert(extents.size() == strides.size() && "a stride per extent");
  std::vector<Axis> axes;
  for (size_t i = 0; i < extents.size(); ++i)
    axes.push_back({0, Wide(extents.Get(i)) - 1, strides.Get(i)});
  return axes;
}

Interval indicesOf(const AccessDim &dim, const Vector &vector) {
  assert(dim.coefficients()->size() == vector.extents()->size() &&
         "a coefficient per loop");
  Interval range{dim.start(), dim.start()};
  for (size_t i = 0; i < vector.extents()->size(); ++i) {
    Wide last =
        Wide(dim.coefficients()->Get(i)) * (Wide(vector.extents()->Get(i)) - 1);
    (last < 0 ? range.low : range.high) += last;
  }
  return range;
}

Interval insideOf(const AccessDim &dim, const Vector &vector) {
  Interval indices = indicesOf(dim, vector);
  return {std::max(indices.low, Wide(0)),
          std::min(indices.high, Wide(dim.extent()) - 1)};
}

std::optional<Interval> elementsOf(const Access &access, const Vector &vector) {
  std::vector<Axis> axes;
  for (const AccessDim *dim : *access.dims()) {
    Interval inside = insideOf(*dim, vector);
    if (inside.low > inside.high)
      return std::nullopt;
    axes.push_back({inside.low, inside.high, dim->stride()});
  }
  return elementsOf(access.offset(), axes);
}

} // namespace crania::binary
