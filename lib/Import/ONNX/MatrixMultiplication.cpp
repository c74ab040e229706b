// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of Gemm and MatMul.

#include "Operators.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/STLExtras.h"

using namespace crania::importer;
using namespace mlir;

namespace {
/// The attributes and sizes of Y = alpha * A' * B' + beta * C, where A' is
/// rows x depth and B' depth x columns.
struct GemmShape {
  float alpha = 1.0f;
  float beta = 1.0f;
  int64_t transA = 0;
  int64_t transB = 0;
  int64_t rows = 0;
  int64_t depth = 0;
  int64_t columns = 0;
};
} // namespace

static LogicalResult emitDepthMismatch(const Node &node) {
  return node.emitError() << "shapes " << formatShape(node.shape(0)) << " and "
                          << formatShape(node.shape(1)) << " do not multiply";
}

static LogicalResult readGemm(const Node &node, GemmShape &gemm) {
  if (failed(node.read("alpha", gemm.alpha)) ||
      failed(node.read("beta", gemm.beta)) ||
      failed(node.read("transA", gemm.transA)) ||
      failed(node.read("transB", gemm.transB)) ||
      failed(node.requireRank(0, 2, 2)) || failed(node.requireRank(1, 2, 2)))
    return failure();
  SmallVector<int64_t> a = node.shape(0), b = node.shape(1);
  gemm.rows = a[gemm.transA ? 1 : 0];
  gemm.depth = a[gemm.transA ? 0 : 1];
  gemm.columns = b[gemm.transB ? 0 : 1];
  if (b[gemm.transB ? 1 : 0] != gemm.depth)
    return emitDepthMismatch(node);
  return success();
}

/// Returns the maps of linalg.matmul over (m, n, k) that read the operands as
/// they are stored.
static ArrayAttr matmulMaps(Builder &builder, bool transA, bool transB) {
  AffineExpr m = builder.getAffineDimExpr(0), n = builder.getAffineDimExpr(1),
             k = builder.getAffineDimExpr(2);
  MLIRContext *context = builder.getContext();
  AffineMap a = transA ? AffineMap::get(3, 0, {k, m}, context)
                       : AffineMap::get(3, 0, {m, k}, context);
  AffineMap b = transB ? AffineMap::get(3, 0, {n, k}, context)
                       : AffineMap::get(3, 0, {k, n}, context);
  return builder.getAffineMapArrayAttr(
      {a, b, AffineMap::get(3, 0, {m, n}, context)});
}

/// Returns init + a * b, where either operand may be read transposed.
static Value emitMatmul(Emitter &emit, Value a, Value b, Value init,
                        bool transA = false, bool transB = false) {
  ImplicitLocOpBuilder &builder = emit.getBuilder();
  SmallVector<NamedAttribute> attributes;
  if (transA || transB)
    attributes.push_back(builder.getNamedAttr(
        "indexing_maps", matmulMaps(builder, transA, transB)));
  return linalg::MatmulOp::create(builder, ValueRange{a, b}, ValueRange{init},
                                  attributes)
      .getResult(0);
}

/// Returns operand C of Gemm scaled by beta. A row vector loses its unit
/// dimension, so that biases have the same form whatever their rank.
static Tensor scaledAddend(const Node &node, const GemmShape &gemm) {
  Tensor addend = node.input(2);
  if (ArrayRef<int64_t>(node.shape(2)) == ArrayRef<int64_t>({1, gemm.columns}))
    addend = node.emit.reshape(addend, {gemm.columns});
  if (gemm.beta == 1.0f)
    return addend;
  const auto *known = std::get_if<ConstantTensor>(&addend);
  if (!known)
    return node.emit.scale(std::get<Value>(addend), gemm.beta);
  std::vector<float> floats = known->floats();
  for (float &number : floats)
    number *= gemm.beta;
  return ConstantTensor::fromFloats(known->storage()->name, known->shape(),
                                    std::move(floats));
}

static LogicalResult checkAddend(const Node &node, ArrayRef<int64_t> result) {
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(node.shape(2), result);
  if (succeeded(shape) && ArrayRef<int64_t>(*shape) == result)
    return success();
  return node.emitError() << "input '" << node.proto.input(2) << "' of shape "
                          << formatShape(node.shape(2))
                          << " does not broadcast to " << formatShape(result);
}

FailureOr<Tensor> crania::importer::importGemm(const Node &node) {
  GemmShape gemm;
  if (failed(readGemm(node, gemm)))
    return failure();
  SmallVector<int64_t> shape = {gemm.rows, gemm.columns};
  bool hasAddend = node.hasInput(2) && gemm.beta != 0.0f;
  if (hasAddend && failed(checkAddend(node, shape)))
    return failure();

  Emitter &emit = node.emit;
  // A scaled product cannot accumulate onto C.
  bool accumulates = hasAddend && gemm.alpha == 1.0f;
  Value init = accumulates ? emit.broadcastTo(scaledAddend(node, gemm), shape)
                           : emit.filled(shape, 0.0f);
  Value product = emitMatmul(emit, node.value(0), node.value(1), init,
                             gemm.transA, gemm.transB);
  if (gemm.alpha != 1.0f)
    product = emit.scale(product, gemm.alpha);
  if (hasAddend && !accumulates)
    product = emit.add(product, scaledAddend(node, gemm), shape);
  return Tensor(product);
}

/// Returns the operand as a stack of matrices. A vector becomes a row or a
/// column.
static Tensor asMatrices(const Node &node, unsigned index) {
  SmallVector<int64_t> shape = node.shape(index);
  if (shape.size() == 1)
    shape.insert(index == 0 ? shape.begin() : shape.end(), 1);
  return node.emit.reshape(node.input(index), shape);
}

/// Multiplies stacks of matrices whose leading dimensions `batch` differ or
/// that are both stacked.
static Value emitBatchMatmul(Emitter &emit, const Tensor &a, const Tensor &b,
                             ArrayRef<int64_t> batch) {
  int64_t count = llvm::product_of(batch);
  SmallVector<int64_t> aShape = shapeOf(a), bShape = shapeOf(b);
  auto stack = [&](const Tensor &tensor, ArrayRef<int64_t> matrix) {
    SmallVector<int64_t> full(batch);
    llvm::append_range(full, matrix);
    Value spread = ArrayRef<int64_t>(shapeOf(tensor)) == ArrayRef<int64_t>(full)
                       ? emit.value(tensor)
                       : emit.broadcastTo(tensor, full);
    return emit.reshape(spread, {count, matrix[0], matrix[1]});
  };
  Value lhs = stack(a, ArrayRef<int64_t>(aShape).take_back(2));
  Value rhs = stack(b, ArrayRef<int64_t>(bShape).take_back(2));
  Value init =
      emit.filled({count, aShape[aShape.size() - 2], bShape.back()}, 0.0f);
  return linalg::BatchMatmulOp::create(emit.getBuilder(), ValueRange{lhs, rhs},
                                       ValueRange{init})
      .getResult(0);
}

/// Multiplies a stack of matrices `a` by one matrix `b`, as one product.
static Value emitStackMatmul(Emitter &emit, const Tensor &a, const Tensor &b) {
  SmallVector<int64_t> aShape = shapeOf(a), bShape = shapeOf(b);
  int64_t depth = aShape.pop_back_val();
  int64_t rows = llvm::product_of(aShape);
  int64_t columns = bShape.back();
  Value lhs = emit.value(emit.reshape(a, {rows, depth}));
  Value rhs = emit.value(emit.reshape(b, {depth, columns}));
  return emitMatmul(emit, lhs, rhs, emit.filled({rows, columns}, 0.0f));
}

FailureOr<Tensor> crania::importer::importMatMul(const Node &node) {
  SmallVector<int64_t> result;
  for (unsigned i : {0, 1})
    if (node.rank(i) == 0)
      return node.emitError() << "input '" << node.proto.input(i)
                              << "' is a scalar; expected a vector or matrices";
  Tensor a = asMatrices(node, 0), b = asMatrices(node, 1);
  SmallVector<int64_t> aShape = shapeOf(a), bShape = shapeOf(b);
  if (aShape.back() != bShape[bShape.size() - 2])
    return emitDepthMismatch(node);
  ArrayRef<int64_t> aBatch = ArrayRef<int64_t>(aShape).drop_back(2),
                    bBatch = ArrayRef<int64_t>(bShape).drop_back(2);
  FailureOr<SmallVector<int64_t>> batch = broadcastShapes(aBatch, bBatch);
  if (failed(batch))
    return emitDepthMismatch(node);

  result = *batch;
  if (node.rank(0) > 1)
    result.push_back(aShape[aShape.size() - 2]);
  if (node.rank(1) > 1)
    result.push_back(bShape.back());
  // One matrix on the right serves all matrices on the left at once.
  bool isStack = llvm::product_of(bBatch) == 1;
  Value product = isStack ? emitStackMatmul(node.emit, a, b)
                          : emitBatchMatmul(node.emit, a, b, *batch);
  return Tensor(node.emit.reshape(product, result));
}
