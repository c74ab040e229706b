// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of arithmetic, Clip, Relu, and the operators without effect in
// inference.

#include "Operators.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <optional>

using namespace crania::importer;
using namespace mlir;

/// The first opset with NumPy's broadcasting. Before it, `broadcast` = 1 aligns
/// the second operand with the axis `axis` of the first, by default at the end.
static constexpr int64_t kNumpyBroadcastOpset = 7;

static FailureOr<Tensor> alignLegacyOperand(const Node &node) {
  int64_t broadcast = 1;
  if (node.opset() < kNumpyBroadcastOpset) {
    broadcast = 0;
    if (failed(node.read("broadcast", broadcast)))
      return failure();
  }
  if (broadcast == 0 && node.shape(0) != node.shape(1))
    return node.emitError()
           << "shapes " << formatShape(node.shape(0)) << " and "
           << formatShape(node.shape(1)) << " differ, which needs attribute "
           << "'broadcast' = 1 in opset " << node.opset();
  if (!node.hasAttribute("axis"))
    return node.input(1);
  int64_t axis = 0;
  if (failed(node.readAxis("axis", node.rank(0), axis)))
    return failure();
  SmallVector<int64_t> aligned = node.shape(1);
  if (axis + aligned.size() > node.rank(0))
    return node.emitAttributeError("axis")
           << "does not leave room for input '" << node.proto.input(1)
           << "' of shape " << formatShape(aligned);
  aligned.append(node.rank(0) - axis - aligned.size(), 1);
  return node.emit.reshape(node.input(1), aligned);
}

/// An element-wise op of two operands that broadcast.
template <typename Op>
static FailureOr<Tensor> importBinary(const Node &node) {
  FailureOr<Tensor> rhs = alignLegacyOperand(node);
  if (failed(rhs))
    return failure();
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(node.shape(0), shapeOf(*rhs));
  if (failed(shape))
    return node.emitError()
           << "shapes " << formatShape(node.shape(0)) << " and "
           << formatShape(shapeOf(*rhs)) << " do not broadcast";
  return Tensor(node.emit.broadcasting(
      node.input(0), *rhs, *shape,
      [](OpBuilder &builder, Location loc, ValueRange x) -> Value {
        return Op::create(builder, loc, x[0], x[1]);
      }));
}

FailureOr<Tensor> crania::importer::importAdd(const Node &node) {
  return importBinary<arith::AddFOp>(node);
}

FailureOr<Tensor> crania::importer::importSub(const Node &node) {
  return importBinary<arith::SubFOp>(node);
}

FailureOr<Tensor> crania::importer::importMul(const Node &node) {
  return importBinary<arith::MulFOp>(node);
}

FailureOr<Tensor> crania::importer::importDiv(const Node &node) {
  return importBinary<arith::DivFOp>(node);
}

FailureOr<Tensor> crania::importer::importExp(const Node &node) {
  return Tensor(node.emit.unary<math::ExpOp>(node.value(0)));
}

FailureOr<Tensor> crania::importer::importLog(const Node &node) {
  return Tensor(node.emit.unary<math::LogOp>(node.value(0)));
}

FailureOr<Tensor> crania::importer::importRelu(const Node &node) {
  SmallVector<int64_t> shape = node.shape(0);
  AffineMap identity =
      node.emit.getBuilder().getMultiDimIdentityMap(shape.size());
  return Tensor(node.emit.elementwise(
      node.value(0), identity, shape,
      [](OpBuilder &builder, Location loc, ValueRange x) -> Value {
        Value zero =
            arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0));
        return arith::MaximumFOp::create(builder, loc, x[0], zero);
      }));
}

/// Bounds are attributes up to opset 10, and optional inputs from 11 on.
static constexpr int64_t kBoundsAreInputsOpset = 11;

/// Reads a bound of Clip if it is given.
static LogicalResult readBound(const Node &node, StringRef name, unsigned index,
                               std::optional<float> &bound) {
  if (node.opset() < kBoundsAreInputsOpset) {
    float value = 0;
    if (!node.hasAttribute(name))
      return success();
    if (failed(node.read(name, value)))
      return failure();
    bound = value;
    return success();
  }
  if (!node.hasInput(index))
    return success();
  const ConstantTensor *constant = node.constant(index);
  if (!constant || constant->numElements() != 1)
    return node.emitError() << "input '" << node.proto.input(index) << "' ("
                            << name << ") must be a constant of one element";
  bound = constant->floats().front();
  return success();
}

FailureOr<Tensor> crania::importer::importClip(const Node &node) {
  std::optional<float> low, high;
  if (failed(readBound(node, "min", 1, low)) ||
      failed(readBound(node, "max", 2, high)))
    return failure();
  if (node.opset() < kBoundsAreInputsOpset && node.numInputs() > 1)
    return node.emitError()
           << "has " << node.numInputs()
           << " inputs; its bounds are attributes in opset " << node.opset();
  if (!low && !high)
    return node.input(0);
  SmallVector<int64_t> shape = node.shape(0);
  AffineMap identity =
      node.emit.getBuilder().getMultiDimIdentityMap(shape.size());
  return Tensor(node.emit.elementwise(
      node.value(0), identity, shape,
      [&](OpBuilder &builder, Location loc, ValueRange x) -> Value {
        auto constant = [&](float value) {
          return arith::ConstantOp::create(builder, loc,
                                           builder.getF32FloatAttr(value));
        };
        Value clipped = x[0];
        if (low)
          clipped =
              arith::MaximumFOp::create(builder, loc, clipped, constant(*low));
        if (high)
          clipped =
              arith::MinimumFOp::create(builder, loc, clipped, constant(*high));
        return clipped;
      }));
}

FailureOr<Tensor> crania::importer::importIdentity(const Node &node) {
  return node.input(0);
}

LogicalResult crania::importer::requireTestMode(const Node &node) {
  constexpr int64_t kLastOpsetWithTestMode = 6;
  int64_t isTest = node.opset() <= kLastOpsetWithTestMode ? 0 : 1;
  if (failed(node.read("is_test", isTest)))
    return failure();
  if (isTest != 0)
    return success();
  return node.emitError() << "trains, as its attribute 'is_test' is 0, the "
                             "default of opset "
                          << node.opset() << "; export the model for inference";
}

FailureOr<Tensor> crania::importer::importDropout(const Node &node) {
  if (failed(requireTestMode(node)))
    return failure();
  // From opset 12 on, a third operand can ask for training.
  constexpr unsigned kTrainingMode = 2;
  if (!node.hasInput(kTrainingMode))
    return node.input(0);
  const ConstantTensor *training = node.constant(kTrainingMode);
  if (!training || training->isFloat() ||
      training->integers() != ArrayRef<int64_t>(0))
    return node.emitError() << "input '" << node.proto.input(kTrainingMode)
                            << "' (training_mode) must be the constant false; "
                               "export the model for inference";
  return node.input(0);
}
