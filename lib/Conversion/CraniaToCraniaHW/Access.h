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

/// Index of a storage: bytes that a tensor, or several, live in.
using StorageId = unsigned;

/// A tensor as elements of a storage: element (i0, i1, ...) is at offset +
/// sum(stride * (start + i)), or is `padding` where some start + i is outside
/// [0, extent).
struct View {
  struct Dim {
    int64_t size;
    int64_t extent;
    int64_t stride;
    int64_t start = 0;

    bool isPadded() const { return start < 0 || start + size > extent; }
    /// Has one index only, so that its stride does not matter.
    bool isUnit() const { return size == 1 && !isPadded(); }
  };

  StorageId storage = 0;
  int64_t offset = 0;
  SmallVector<Dim, 5> dims;
  double padding = 0;

  /// All of a storage, row-major.
  static View rowMajor(StorageId storage, ArrayRef<int64_t> shape);
  /// One element, read everywhere.
  static View splat(StorageId storage, ArrayRef<int64_t> shape);

  SmallVector<int64_t> shape() const;
  bool isPadded() const;
  bool operator==(const View &other) const;

  // The same elements under other indices. They fail where the result is no
  // such view, and a copy is needed.

  /// With `low` more indices before and `high` behind each dimension, which
  /// read `value`.
  FailureOr<View> padded(ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                         double value) const;
  FailureOr<View> sliced(ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                         ArrayRef<int64_t> strides) const;
  FailureOr<View> collapsed(ArrayRef<mlir::ReassociationIndices> groups) const;
  FailureOr<View> expanded(ArrayRef<mlir::ReassociationIndices> groups,
                           ArrayRef<int64_t> shape) const;
};

/// Iterations [begin, begin + size) of a loop.
struct LoopRange {
  int64_t begin, size;
};

/// The elements of a storage that a loop nest touches: index of a dimension =
/// start + sum(coefficient * loop); outside [0, extent) it is `padding`.
struct Access {
  struct Dim {
    int64_t extent;
    int64_t stride;
    int64_t start;
    SmallVector<int64_t, 6> coefficients; // one per loop

    /// Smallest and largest index.
    std::pair<int64_t, int64_t> indices(ArrayRef<LoopRange> loops) const;
  };

  StorageId storage = 0;
  int64_t offset = 0;
  SmallVector<Dim, 5> dims;
  double padding = 0;

  /// The elements of `view` at the indices `map` of the loops. Fails if an
  /// index is not linear in the loops.
  static FailureOr<Access> create(const View &view, mlir::AffineMap map);

  /// The access of these iterations alone, counted from 0 again. Its extents
  /// are what is touched and no more, so that it can be moved (`relocated`).
  Access restrictedTo(ArrayRef<LoopRange> loops) const;

  /// The same elements after their box has been copied, without gaps and in the
  /// same order, to element `offset` of another storage. Accesses with equal
  /// boxes stay so, however their dimensions are ordered.
  Access relocated(StorageId storage, int64_t offset) const;

  /// Whether both touch the same elements, in loops that are the same.
  bool operator==(const Access &other) const;
  bool dependsOn(unsigned loop) const;
  SmallVector<int64_t> extents() const;
  SmallVector<int64_t> strides() const;
  /// Elements of the box of all extents.
  int64_t boxElements() const;
  /// The most elements that a box of so many iterations of each loop has.
  int64_t mostElements(ArrayRef<int64_t> loopSizes) const;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ACCESS_H
