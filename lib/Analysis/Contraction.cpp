// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/STLExtras.h"

#include <cassert>

using namespace mlir;
using namespace crania;

namespace {

/// Returns the row-major strides, in elements, of a static shape.
SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = int64_t(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

/// An operand as a function of the loops.
class OperandView {
public:
  OperandView(linalg::LinalgOp op, OpOperand *operand)
      : shape(cast<ShapedType>(operand->get().getType()).getShape()),
        strides(rowMajorStrides(shape)),
        map(op.getMatchingIndexingMap(operand)) {}

  /// Returns the dimension of the operand that a loop indexes, if any.
  std::optional<unsigned> dimensionOf(unsigned loop) const {
    assert(loop < map.getNumDims() && "no such loop");
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (expr.isFunctionOfDim(loop))
        return i;
    return std::nullopt;
  }

  /// Returns the elements between neighbors along the dimension that a loop
  /// indexes.
  int64_t strideOf(std::optional<unsigned> loop) const {
    std::optional<unsigned> dim = loop ? dimensionOf(*loop) : std::nullopt;
    return dim ? strides[*dim] : 0;
  }

  int64_t sizeOf(std::optional<unsigned> loop) const {
    std::optional<unsigned> dim = loop ? dimensionOf(*loop) : std::nullopt;
    return dim ? shape[*dim] : 1;
  }

private:
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> strides;
  AffineMap map;
};

/// The loops of a contraction by role. A missing loop stands for one iteration.
struct LoopRoles {
  std::optional<unsigned> group, output, channel;
  std::optional<unsigned> outRow, outColumn, kernelRow, kernelColumn;
};

class Analyzer {
public:
  Analyzer(linalg::LinalgOp op, Value weights)
      : op(op), loopSizes(op.getStaticLoopRanges()) {
    for (OpOperand *operand : op.getDpsInputOperands())
      (operand->get() == weights && !result.weights ? result.weights
                                                    : result.input) = operand;
    result.op = op;
  }

  Result<Contraction> run() {
    if (!result.weights || !result.input)
      return fail("weights must be one of its two inputs");
    if (op.hasDynamicShape())
      return fail("shapes must be static");
    if (!isContractionLike(op))
      return fail("it does not multiply and add");
    Result<LoopRoles> roles = linalg::isaConvolutionOpInterface(op)
                                  ? rolesOfConvolution()
                                  : rolesOfProduct();
    if (!roles)
      return roles.error();
    if (Status status = checkLoops(*roles); !status)
      return status.error();
    fill(*roles);
    if (Status status = checkGroups(*roles); !status)
      return status.error();
    return result;
  }

private:
  static Error fail(const Twine &reason) { return Error{reason.str()}; }

  static Status assign(std::optional<unsigned> &role, ArrayRef<unsigned> loops,
                       StringRef name) {
    if (loops.size() > 1)
      return fail("it has more than one loop over " + name);
    if (!loops.empty())
      role = loops.front();
    return {};
  }

  Status checkBatch(ArrayRef<unsigned> batch) {
    for (unsigned loop : batch)
      if (loopSizes[loop] != 1)
        return fail("the batch is " + Twine(loopSizes[loop]) +
                    "; one input at a time is supported");
    return {};
  }

  /// Checks that every loop has a role. The array does not iterate over others,
  /// such as one that strides over the rows of a matrix.
  Status checkLoops(const LoopRoles &roles) {
    const std::optional<unsigned> known[] = {
        roles.group,     roles.output,    roles.channel,     roles.outRow,
        roles.outColumn, roles.kernelRow, roles.kernelColumn};
    for (auto [loop, size] : llvm::enumerate(loopSizes))
      if (size != 1 && !llvm::is_contained(known, unsigned(loop)))
        return fail("its loop " + Twine(loop) +
                    " has no part in a convolution or matrix product");
    return {};
  }

  /// Checks that groups follow one another channel by channel, as the array
  /// addresses them. This holds for NGCHW and NHWGC.
  Status checkGroups(const LoopRoles &roles) {
    auto contiguous = [&](OpOperand *operand, int64_t channelsPerGroup,
                          const Contraction::Plane &plane) {
      return OperandView(op, operand).strideOf(roles.group) ==
             channelsPerGroup * plane.channelStride;
    };
    if (result.groups == 1 ||
        (contiguous(result.input, result.channels, result.inputPlane) &&
         contiguous(op.getDpsInitOperand(0), result.outputs,
                    result.outputPlane)))
      return {};
    return fail("its groups are not contiguous in memory");
  }

  Result<LoopRoles> rolesOfConvolution() {
    if (result.weights->getOperandNumber() != 1)
      return fail("weights must be the filter");
    FailureOr<linalg::ConvolutionDimensions> dims =
        linalg::inferConvolutionDims(op);
    if (failed(dims))
      return fail("its form of convolution is not supported");
    LoopRoles roles;
    for (const Status &status :
         {checkBatch(dims->batch), assign(roles.group, dims->depth, "groups"),
          assign(roles.output, dims->outputChannel, "output channels"),
          assign(roles.channel, dims->inputChannel, "input channels")})
      if (!status)
        return status.error();
    size_t rank = dims->outputImage.size();
    if (rank > 2 || dims->filterLoop.size() != rank)
      return fail("it convolves over " + Twine(rank) +
                  " dimensions; up to 2 are supported");
    OperandView input(op, result.input);
    for (unsigned i = 0; i < rank; ++i) {
      bool isColumn = i + 1 == rank;
      unsigned image = dims->outputImage[i];
      // The filter loop that indexes the same input dimension.
      const auto *same = llvm::find_if(dims->filterLoop, [&](unsigned loop) {
        return input.dimensionOf(loop) == input.dimensionOf(image);
      });
      assert(same != dims->filterLoop.end() && "no loop slides the filter");
      unsigned filter = *same;
      unsigned position =
          llvm::find(dims->filterLoop, filter) - dims->filterLoop.begin();
      (isColumn ? roles.outColumn : roles.outRow) = image;
      (isColumn ? roles.kernelColumn : roles.kernelRow) = filter;
      (isColumn ? result.strideW : result.strideH) = dims->strides[i];
      (isColumn ? result.dilationW : result.dilationH) =
          dims->dilations[position];
    }
    return roles;
  }

  Result<LoopRoles> rolesOfProduct() {
    FailureOr<linalg::ContractionDimensions> dims =
        linalg::inferContractionDims(op);
    if (failed(dims))
      return fail("its form of matrix product is not supported");
    bool weightsAreLhs = result.weights->getOperandNumber() == 0;
    ArrayRef<unsigned> rows = weightsAreLhs ? dims->n : dims->m;
    ArrayRef<unsigned> outputs = weightsAreLhs ? dims->m : dims->n;
    LoopRoles roles;
    for (const Status &status :
         {checkBatch(dims->batch), assign(roles.outColumn, rows, "rows"),
          assign(roles.output, outputs, "output channels"),
          assign(roles.channel, dims->k, "input channels")})
      if (!status)
        return status.error();
    return roles;
  }

  int64_t sizeOf(std::optional<unsigned> loop) const {
    return loop ? loopSizes[*loop] : 1;
  }

  void fill(const LoopRoles &roles) {
    result.groups = sizeOf(roles.group);
    result.outputs = sizeOf(roles.output);
    result.channels = sizeOf(roles.channel);
    result.kernelH = sizeOf(roles.kernelRow);
    result.kernelW = sizeOf(roles.kernelColumn);

    OperandView weights(op, result.weights);
    result.weightStrides = {
        weights.strideOf(roles.group), weights.strideOf(roles.output),
        weights.strideOf(roles.channel), weights.strideOf(roles.kernelRow),
        weights.strideOf(roles.kernelColumn)};
    result.inputPlane =
        planeOf(result.input, roles, roles.channel, result.channels);
    result.outputPlane =
        planeOf(op.getDpsInitOperand(0), roles, roles.output, result.outputs);
  }

  Contraction::Plane planeOf(OpOperand *operand, const LoopRoles &roles,
                             std::optional<unsigned> channelLoop,
                             int64_t channelsPerGroup) {
    OperandView view(op, operand);
    Contraction::Plane plane;
    plane.channels = result.groups * channelsPerGroup;
    plane.height = view.sizeOf(roles.outRow);
    plane.width = view.sizeOf(roles.outColumn);
    // With one channel per group, the group loop indexes the channels.
    plane.channelStride = channelsPerGroup > 1 || !roles.group
                              ? view.strideOf(channelLoop)
                              : view.strideOf(roles.group);
    plane.rowStride = view.strideOf(roles.outRow);
    plane.columnStride = view.strideOf(roles.outColumn);
    return plane;
  }

  linalg::LinalgOp op;
  SmallVector<int64_t> loopSizes;
  Contraction result;
};

} // namespace

bool crania::isContractionLike(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() == 0)
    return false;
  return linalg::detail::isContractionBody(
      *op.getBlock(),
      [](Operation *multiply, Operation *add) {
        return (isa<arith::MulFOp>(multiply) && isa<arith::AddFOp>(add)) ||
               (isa<arith::MulIOp>(multiply) && isa<arith::AddIOp>(add));
      },
      llvm::nulls());
}

Result<Contraction> crania::analyzeContraction(linalg::LinalgOp op,
                                               Value weights) {
  assert(weights && "the weights are an operand");
  return Analyzer(op, weights).run();
}

encoding::Tiling Contraction::tiling(const target::TargetModel &target) const {
  encoding::Tiling tiling;
  tiling.groups = groups;
  tiling.outputs = outputs;
  tiling.depth = depth();
  tiling.tileOutputs = std::min<uint64_t>(target.tileOutputs(), outputs);
  tiling.tileDepth = std::min<uint64_t>(target.tileDepth(), depth());
  return tiling;
}

SmallVector<int64_t> Contraction::depthOffsets() const {
  SmallVector<int64_t> offsets;
  offsets.reserve(depth());
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t i = 0; i < kernelH; ++i)
      for (int64_t j = 0; j < kernelW; ++j)
        offsets.push_back(c * weightStrides.channel + i * weightStrides.row +
                          j * weightStrides.column);
  return offsets;
}
