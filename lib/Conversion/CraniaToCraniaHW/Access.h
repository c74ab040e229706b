// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ACCESS_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ACCESS_H

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/AffineMap.h"

namespace crania::lowering {

using mlir::ArrayRef;
using mlir::FailureOr;
using mlir::SmallVector;

/// The index of a storage, which is a range of bytes that holds one tensor or
/// several.
using StorageId = unsigned;

/// A tensor as elements of a storage. Element (i0, i1, ...) is at offset +
/// sum(stride * (start + i)). It is `padding` if some start + i is outside [0,
/// extent).
struct View {
  struct Dim {
    int64_t size;
    int64_t extent;
    int64_t stride;
    int64_t start = 0;

    bool isPadded() const { return start < 0 || start + size > extent; }
    /// Returns true if there is one index only, so that the stride does not
    /// matter.
    bool isUnit() const { return size == 1 && !isPadded(); }
  };

  StorageId storage = 0;
  int64_t offset = 0;
  SmallVector<Dim, 5> dims;
  double padding = 0;

  /// Returns a view of a whole storage, row-major.
  static View rowMajor(StorageId storage, ArrayRef<int64_t> shape);
  /// Returns a view that reads one element everywhere.
  static View splat(StorageId storage, ArrayRef<int64_t> shape);

  SmallVector<int64_t> shape() const;
  bool isPadded() const;
  bool operator==(const View &other) const;

  // Views of the same elements under other indices. They fail if no view can
  // express the result, so that a copy is needed.

  /// Returns the view with `low` more indices before each dimension and `high`
  /// behind it, which read `value`.
  FailureOr<View> padded(ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                         double value) const;
  FailureOr<View> sliced(ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                         ArrayRef<int64_t> strides) const;
  FailureOr<View> collapsed(ArrayRef<mlir::ReassociationIndices> groups) const;
  FailureOr<View> expanded(ArrayRef<mlir::ReassociationIndices> groups,
                           ArrayRef<int64_t> shape) const;
};

/// The iterations [begin, begin + size) of a loop.
struct LoopRange {
  int64_t begin, size;
};

/// The elements of a storage that a loop nest touches. The index of a dimension
/// is start + sum(coefficient * loop). The element is `padding` if an index is
/// outside [0, extent).
struct Access {
  struct Dim {
    int64_t extent;
    int64_t stride;
    int64_t start;
    SmallVector<int64_t, 6> coefficients; // one per loop

    /// Returns the smallest and the largest index.
    std::pair<int64_t, int64_t> indices(ArrayRef<LoopRange> loops) const;
  };

  StorageId storage = 0;
  int64_t offset = 0;
  SmallVector<Dim, 5> dims;
  double padding = 0;

  /// Returns an access to the elements of `view` at the indices that `map`
  /// computes from the loops. Fails if an index is not linear in the loops.
  static FailureOr<Access> create(const View &view, mlir::AffineMap map);

  /// Returns the access of these iterations alone, with loops counted from 0.
  /// Its extents cover exactly the touched elements, so that they can be moved
  /// (`relocated`).
  Access restrictedTo(ArrayRef<LoopRange> loops) const;

  /// Returns an access to the same elements after their box has been copied,
  /// without gaps and in the same order, to element `offset` of another
  /// storage. Accesses with equal boxes remain equal, for any order of their
  /// dimensions.
  Access relocated(StorageId storage, int64_t offset) const;

  /// Returns true if both touch the same elements, for the same loops.
  bool operator==(const Access &other) const;
  bool dependsOn(unsigned loop) const;
  SmallVector<int64_t> extents() const;
  SmallVector<int64_t> strides() const;
  /// Returns the number of elements in the box of all extents.
  int64_t boxElements() const;
  /// Returns the largest number of elements in a box of `loopSizes` iterations
  /// of each loop.
  int64_t mostElements(ArrayRef<int64_t> loopSizes) const;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ACCESS_H
