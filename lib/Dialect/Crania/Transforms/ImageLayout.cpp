// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ImageLayout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>
#include <optional>
#include <set>

using namespace mlir;
using namespace crania;

namespace {

/// For each axis of a tensor the axis of the image that it walks along, if any.
using Axes = SmallVector<std::optional<int64_t>>;

class LayoutFinder {
public:
  void follow(Value tensor, const Axes &axes) {
    if (!seen.insert(tensor).second)
      return;
    for (OpOperand &use : tensor.getUses())
      followUse(use, axes);
  }

  StringRef layout() const {
    return found.size() == 1 ? *found.begin() : StringRef("unknown");
  }

private:
  void followUse(OpOperand &use, const Axes &axes) {
    Operation *op = use.getOwner();
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      return followStructured(linalgOp, use, axes);
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
      return followCollapse(collapse, axes);
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return followExpand(expand, axes);
    // Paddings, slices, casts: axis by axis.
    if (op->getNumResults() != 1 || use.getOperandNumber() != 0)
      return;
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    const bool keepsAxes = isa<tensor::PadOp, tensor::ExtractSliceOp>(op) ||
                           op->getNumOperands() == 1;
    if (keepsAxes && type && type.getRank() == int64_t(axes.size()))
      follow(op->getResult(0), axes);
  }

  void followStructured(linalg::LinalgOp op, OpOperand &use, const Axes &axes) {
    AffineMap map = op.getMatchingIndexingMap(&use);
    std::set<int64_t> windows;
    for (auto [i, result] : llvm::enumerate(map.getResults()))
      if (isa<AffineBinaryOpExpr>(result) && axes[i])
        windows.insert(*axes[i]);
    if (windows.size() == 2)
      return addWindows(windows);
    if (!map.isProjectedPermutation() || op.getNumDpsInits() != 1 ||
        op->getNumResults() != 1 || op.getNumReductionLoops() != 0)
      return;
    AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    Axes results;
    for (AffineExpr result : output.getResults()) {
      std::optional<unsigned> position = map.getResultPosition(result);
      results.push_back(position ? axes[*position] : std::nullopt);
    }
    follow(op->getResult(0), results);
  }

  void followCollapse(tensor::CollapseShapeOp op, const Axes &axes) {
    Axes results;
    for (const ReassociationIndices &group : op.getReassociationIndices())
      results.push_back(axisOf(op.getSrcType(), group, axes));
    follow(op.getResult(), results);
  }

  void followExpand(tensor::ExpandShapeOp op, const Axes &axes) {
    Axes results(op.getResultType().getRank());
    for (auto [i, group] : llvm::enumerate(op.getReassociationIndices()))
      for (int64_t axis : group)
        if (op.getResultType().getDimSize(axis) ==
            op.getSrcType().getDimSize(int64_t(i)))
          results[axis] = axes[i];
    follow(op.getResult(), results);
  }

  /// The only axis of a group that is not of extent 1.
  static std::optional<int64_t>
  axisOf(RankedTensorType type, ArrayRef<int64_t> group, const Axes &axes) {
    std::optional<int64_t> only;
    for (int64_t axis : group) {
      if (type.getDimSize(axis) == 1 && group.size() > 1)
        continue;
      if (only)
        return std::nullopt;
      only = axis;
    }
    return only ? axes[*only] : std::nullopt;
  }

  void addWindows(const std::set<int64_t> &windows) {
    if (windows == std::set<int64_t>{2, 3})
      found.insert("nchw");
    else if (windows == std::set<int64_t>{1, 2})
      found.insert("nhwc");
    else
      found.insert("unknown");
  }

  llvm::DenseSet<Value> seen;
  std::set<StringRef> found;
};

} // namespace

StringRef crania::findImageLayout(Value image) {
  constexpr int64_t imageRank = 4;
  Axes axes;
  for (int64_t axis = 0; axis < imageRank; ++axis)
    axes.push_back(axis);
  LayoutFinder finder;
  finder.follow(image, axes);
  return finder.layout();
}
