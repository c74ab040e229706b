// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PlaneView.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

/// Merges the dimensions `channels` of the view into one, and adds the offset
/// that this takes to `offset`.
static FailureOr<View::Dim>
mergeChannels(const View &view, ArrayRef<int64_t> channels, int64_t &offset) {
  assert(!channels.empty() && "nothing to merge");
  View part;
  ReassociationIndices all;
  for (int64_t channel : channels) {
    all.push_back(part.dims.size());
    part.dims.push_back(view.dims[channel]);
  }
  FailureOr<View> merged = part.collapsed(ArrayRef<ReassociationIndices>(all));
  if (failed(merged) || merged->isPadded())
    return failure();
  offset += merged->offset;
  return merged->dims.front();
}

FailureOr<View> crania::lowering::viewAsPlane(const View &view,
                                              const Contraction::Plane &plane) {
  enum { channelDim, rowDim, columnDim, planeDims };
  View result = view;
  result.dims.assign(planeDims, View::Dim{1, 1, 1});
  SmallVector<int64_t> shape = view.shape(), channels;
  // Dimensions are recognized by their strides in the row-major tensor. The
  // strides differ, unless a dimension has one index only.
  int64_t tensorStride = 1;
  for (int64_t i = int64_t(shape.size()) - 1; i >= 0; --i) {
    const View::Dim &dim = view.dims[i];
    if (dim.isUnit())
      result.offset += dim.start * dim.stride;
    else if (plane.height > 1 && tensorStride == plane.rowStride)
      result.dims[rowDim] = dim;
    else if (plane.width > 1 && tensorStride == plane.columnStride)
      result.dims[columnDim] = dim;
    else
      channels.insert(channels.begin(), i);
    tensorStride *= shape[i];
  }
  if (channels.empty())
    return result;
  FailureOr<View::Dim> merged = mergeChannels(view, channels, result.offset);
  if (failed(merged))
    return failure();
  result.dims[channelDim] = *merged;
  return result;
}
