// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Access.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>

using namespace mlir;
using namespace crania::lowering;

//===----------------------------------------------------------------------===//
// View
//===----------------------------------------------------------------------===//

View View::rowMajor(StorageId storage, ArrayRef<int64_t> shape) {
  View view = splat(storage, shape);
  int64_t stride = 1;
  for (Dim &dim : llvm::reverse(view.dims)) {
    dim.stride = stride;
    stride *= dim.size;
  }
  return view;
}

View View::splat(StorageId storage, ArrayRef<int64_t> shape) {
  View view;
  view.storage = storage;
  for (int64_t size : shape)
    view.dims.push_back({size, size, 0});
  return view;
}

SmallVector<int64_t> View::shape() const {
  return llvm::map_to_vector(dims, [](const Dim &dim) { return dim.size; });
}

bool View::isPadded() const {
  return llvm::any_of(dims, [](const Dim &dim) { return dim.isPadded(); });
}

bool View::operator==(const View &other) const {
  auto isSame = [](const Dim &a, const Dim &b) {
    return a.size == b.size && a.extent == b.extent && a.start == b.start &&
           (a.stride == b.stride || a.isUnit());
  };
  return storage == other.storage && offset == other.offset &&
         dims.size() == other.dims.size() &&
         std::equal(dims.begin(), dims.end(), other.dims.begin(), isSame) &&
         (!isPadded() || padding == other.padding);
}

FailureOr<View> View::padded(ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                             double value) const {
  if (isPadded() && padding != value)
    return failure();
  View result = *this;
  result.padding = value;
  for (auto [dim, before, after] : llvm::zip_equal(result.dims, low, high)) {
    if (before < 0 || after < 0)
      return failure();
    dim.start -= before;
    dim.size += before + after;
  }
  return result;
}

FailureOr<View> View::sliced(ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                             ArrayRef<int64_t> strides) const {
  View result = *this;
  for (auto [dim, begin, size, step] :
       llvm::zip_equal(result.dims, offsets, sizes, strides)) {
    if (dim.isPadded()) {
      if (step != 1)
        return failure();
      dim.start += begin;
      dim.size = size;
      continue;
    }
    result.offset += (dim.start + begin) * dim.stride;
    dim = {size, size, dim.stride * step};
  }
  return result;
}

FailureOr<View> View::collapsed(ArrayRef<ReassociationIndices> groups) const {
  View result = *this;
  result.dims.clear();
  for (const ReassociationIndices &group : groups) {
    Dim merged{1, 1, 1};
    for (int64_t index : group) {
      assert(index >= 0 && index < int64_t(dims.size()) && "no such dimension");
      const Dim &inner = dims[index];
      if (inner.isUnit()) {
        result.offset += inner.start * inner.stride;
        continue;
      }
      if (merged.isUnit()) {
        merged = inner;
        continue;
      }
      if (merged.isPadded() || inner.isPadded() || merged.start != 0 ||
          inner.start != 0 || merged.stride != inner.stride * inner.size)
        return failure();
      int64_t size = merged.size * inner.size;
      merged = {size, size, inner.stride};
    }
    result.dims.push_back(merged);
  }
  return result;
}

FailureOr<View> View::expanded(ArrayRef<ReassociationIndices> groups,
                               ArrayRef<int64_t> shape) const {
  View result = *this;
  result.dims.assign(shape.size(), Dim{1, 1, 1});
  assert(groups.size() == dims.size() && "one group per dimension");
  for (auto [dim, group] : llvm::zip_equal(dims, groups)) {
    int64_t parts =
        llvm::count_if(group, [&](int64_t index) { return shape[index] != 1; });
    if (parts > 1 && (dim.isPadded() || dim.start != 0))
      return failure();
    if (parts == 0)
      result.offset += dim.start * dim.stride;
    int64_t stride = dim.stride;
    for (int64_t index : llvm::reverse(group)) {
      if (shape[index] == 1)
        continue;
      result.dims[index] =
          parts == 1 ? dim : Dim{shape[index], shape[index], stride};
      stride *= shape[index];
    }
    // A padded dimension of size one must be kept.
    if (parts == 0 && dim.isPadded())
      return failure();
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Access
//===----------------------------------------------------------------------===//

std::pair<int64_t, int64_t>
Access::Dim::indices(ArrayRef<LoopRange> loops) const {
  int64_t low = start, high = start;
  for (auto [coefficient, loop] : llvm::zip_equal(coefficients, loops)) {
    int64_t first = coefficient * loop.begin;
    int64_t last = coefficient * (loop.begin + loop.size - 1);
    low += std::min(first, last);
    high += std::max(first, last);
  }
  return {low, high};
}

FailureOr<Access> Access::create(const View &view, AffineMap map) {
  assert(map.getNumSymbols() == 0 && "indices depend on loops only");
  assert(map.getNumResults() == view.dims.size() && "one index per dimension");
  Access access;
  access.storage = view.storage;
  access.offset = view.offset;
  access.padding = view.padding;
  unsigned loops = map.getNumDims();
  for (auto [dim, expr] : llvm::zip_equal(view.dims, map.getResults())) {
    SmallVector<int64_t> flat;
    // The result has coefficients of the loops, then of non-linear terms, then
    // a constant.
    if (failed(getFlattenedAffineExpr(expr, loops, 0, &flat)) ||
        flat.size() != loops + 1)
      return failure();
    Dim indexed{dim.extent, dim.stride, dim.start + flat.back(), {}};
    indexed.coefficients.assign(flat.begin(), flat.end() - 1);
    access.dims.push_back(std::move(indexed));
  }
  return access;
}

bool Access::operator==(const Access &other) const {
  auto isSameDim = [](const Access::Dim &x, const Access::Dim &y) {
    return x.extent == y.extent && x.stride == y.stride && x.start == y.start &&
           x.coefficients == y.coefficients;
  };
  return storage == other.storage && offset == other.offset &&
         dims.size() == other.dims.size() &&
         std::equal(dims.begin(), dims.end(), other.dims.begin(), isSameDim);
}

Access Access::restrictedTo(ArrayRef<LoopRange> loops) const {
  Access result = *this;
  for (Dim &dim : result.dims) {
    auto [low, high] = dim.indices(loops);
    // A box is never empty, even if only padding is read.
    int64_t first = std::clamp<int64_t>(low, 0, dim.extent - 1);
    int64_t last = std::clamp<int64_t>(high, first, dim.extent - 1);
    for (auto [coefficient, loop] : llvm::zip_equal(dim.coefficients, loops))
      dim.start += coefficient * loop.begin;
    dim.start -= first;
    dim.extent = last - first + 1;
    result.offset += first * dim.stride;
  }
  return result;
}

Access Access::relocated(StorageId storage, int64_t offset) const {
  assert(offset >= 0 && "a place in the storage");
  Access result = *this;
  result.storage = storage;
  result.offset = offset;
  // The smallest stride comes first. Among equal strides, which only splats
  // have, the last dimension comes first.
  SmallVector<unsigned> order =
      llvm::to_vector(llvm::seq<unsigned>(0, dims.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(dims[a].stride, b) < std::pair(dims[b].stride, a);
  });
  int64_t stride = 1;
  for (unsigned index : order) {
    result.dims[index].stride = stride;
    stride *= dims[index].extent;
  }
  return result;
}

bool Access::dependsOn(unsigned loop) const {
  return llvm::any_of(dims, [&](const Dim &dim) {
    assert(loop < dim.coefficients.size() && "no such loop");
    return dim.coefficients[loop] != 0;
  });
}

SmallVector<int64_t> Access::extents() const {
  return llvm::map_to_vector(dims, [](const Dim &dim) { return dim.extent; });
}

SmallVector<int64_t> Access::strides() const {
  return llvm::map_to_vector(dims, [](const Dim &dim) { return dim.stride; });
}

int64_t Access::boxElements() const {
  int64_t elements = 1;
  for (const Dim &dim : dims)
    elements *= dim.extent;
  return elements;
}

int64_t Access::mostElements(ArrayRef<int64_t> loopSizes) const {
  int64_t elements = 1;
  for (const Dim &dim : dims) {
    int64_t span = 1;
    for (auto [coefficient, size] :
         llvm::zip_equal(dim.coefficients, loopSizes))
      span += std::abs(coefficient) * (size - 1);
    elements *= std::min(span, dim.extent);
  }
  return elements;
}
