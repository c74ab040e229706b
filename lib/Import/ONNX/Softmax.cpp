// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Softmax.

#include "Operators.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/STLExtras.h"

using namespace crania::importer;
using namespace mlir;

/// Before this opset, Softmax views its input as a matrix whose rows begin at
/// `axis` (1 by default); since then it works along `axis` (the last one).
static constexpr int64_t kSoftmaxAlongAxisOpset = 13;

static Value softmaxAlongLastAxis(Emitter &emit, Value input) {
  ArrayRef<int64_t> shape = shapeOf(input);
  return linalg::SoftmaxOp::create(emit.getBuilder(), input.getType(), input,
                                   emit.empty(shape), shape.size() - 1)
      .getResult()
      .front();
}

static Value softmaxOfRows(const Node &node, int64_t axis) {
  SmallVector<int64_t> shape = node.shape(0);
  int64_t rows = llvm::product_of(ArrayRef<int64_t>(shape).take_front(axis));
  int64_t columns = llvm::product_of(ArrayRef<int64_t>(shape).drop_front(axis));
  Value matrix = node.emit.reshape(node.value(0), {rows, columns});
  return node.emit.reshape(softmaxAlongLastAxis(node.emit, matrix), shape);
}

static Value softmaxAlong(const Node &node, int64_t axis) {
  int64_t last = node.rank(0) - 1;
  if (axis == last)
    return softmaxAlongLastAxis(node.emit, node.value(0));
  auto swapped = llvm::to_vector(llvm::seq<int64_t>(0, last + 1));
  std::swap(swapped[axis], swapped[last]);
  Value moved = node.emit.transpose(node.value(0), swapped);
  return node.emit.transpose(softmaxAlongLastAxis(node.emit, moved), swapped);
}

FailureOr<Tensor> crania::importer::importSoftmax(const Node &node) {
  bool alongAxis = node.opset() >= kSoftmaxAlongAxisOpset;
  int64_t axis = alongAxis ? -1 : 1;
  if (failed(
          node.readAxis("axis", node.rank(0), axis, /*inclusive=*/!alongAxis)))
    return failure();
  return Tensor(alongAxis ? softmaxAlong(node, axis)
                          : softmaxOfRows(node, axis));
}
