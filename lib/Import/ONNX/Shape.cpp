// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The importers of Constant and of the operators that move elements without
// computing: Concat, Flatten, Reshape.

#include "Operators.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/STLExtras.h"

using namespace crania::importer;
using namespace mlir;

static FailureOr<Tensor> importIntegers(const Node &node, bool isScalar) {
  SmallVector<int64_t> values(1, 0);
  LogicalResult wasRead = isScalar ? node.read("value_int", values.front())
                                   : node.read("value_ints", values);
  if (failed(wasRead))
    return failure();
  SmallVector<int64_t> shape;
  if (!isScalar)
    shape.push_back(values.size());
  return Tensor(ConstantTensor::fromIntegers(node.outputName().str(), shape,
                                             {values.begin(), values.end()}));
}

static FailureOr<Tensor> importFloats(const Node &node, bool isScalar) {
  std::vector<float> values(1, 0.0f);
  LogicalResult wasRead = isScalar ? node.read("value_float", values.front())
                                   : node.read("value_floats", values);
  if (failed(wasRead))
    return failure();
  if (values.empty())
    return node.emitAttributeError("value_floats") << "has no elements";
  SmallVector<int64_t> shape;
  if (!isScalar)
    shape.push_back(values.size());
  return Tensor(ConstantTensor::fromFloats(node.outputName().str(), shape,
                                           std::move(values)));
}

FailureOr<Tensor> crania::importer::importConstant(const Node &node) {
  if (node.proto.attribute_size() != 1)
    return node.emitError()
           << "has " << node.proto.attribute_size()
           << " attributes; a constant has exactly one, its value";
  StringRef form = node.proto.attribute(0).name();
  if (form == "value_int" || form == "value_ints")
    return importIntegers(node, form == "value_int");
  if (form == "value_float" || form == "value_floats")
    return importFloats(node, form == "value_float");
  FailureOr<const ::onnx::TensorProto *> proto = node.readTensor("value");
  if (failed(proto))
    return failure();
  FailureOr<ConstantTensor> tensor = decodeTensor(
      **proto, node.outputName(), [&] { return node.emitError(); });
  if (failed(tensor))
    return failure();
  return Tensor(std::move(*tensor));
}

FailureOr<Tensor> crania::importer::importFlatten(const Node &node) {
  int64_t axis = 1;
  SmallVector<int64_t> shape = node.shape(0);
  if (failed(node.readAxis("axis", shape.size(), axis, /*inclusive=*/true)))
    return failure();
  int64_t rows = llvm::product_of(ArrayRef<int64_t>(shape).take_front(axis));
  int64_t columns = llvm::product_of(ArrayRef<int64_t>(shape).drop_front(axis));
  return node.emit.reshape(node.input(0), {rows, columns});
}

/// Replaces the zeros and the -1 of the wanted shape by the sizes that they
/// stand for.
static LogicalResult resolveShape(const Node &node, bool zeroCopies,
                                  SmallVectorImpl<int64_t> &wanted) {
  SmallVector<int64_t> source = node.shape(0);
  int64_t *inferred = nullptr;
  int64_t known = 1;
  auto fail = [&](StringRef reason) {
    return node.emitError() << "cannot reshape " << formatShape(source)
                            << " to " << formatShape(wanted) << ": " << reason;
  };
  for (auto [i, dim] : llvm::enumerate(wanted)) {
    if (dim == 0 && zeroCopies) {
      if (i >= source.size())
        return fail("dimension " + std::to_string(i) +
                    " is copied from the input, which does not have it");
      dim = source[i];
    }
    if (dim == -1) {
      if (inferred)
        return fail("more than one dimension is -1");
      inferred = &dim;
      continue;
    }
    if (dim < 0 || llvm::MulOverflow(known, dim, known) || known > kMaxElements)
      return fail("a dimension is out of range");
  }
  int64_t total = llvm::product_of(source);
  if (inferred && known > 0) {
    *inferred = total / known;
    known *= *inferred;
  }
  if (known != total)
    return fail("the sizes differ");
  return success();
}

FailureOr<Tensor> crania::importer::importReshape(const Node &node) {
  int64_t allowZero = 0;
  FailureOr<SmallVector<int64_t>> wanted =
      node.readConstantIntegers(1, "shape");
  if (failed(wanted) || failed(node.read("allowzero", allowZero)) ||
      failed(resolveShape(node, allowZero == 0, *wanted)))
    return failure();
  return node.emit.reshape(node.input(0), *wanted);
}

/// Checks that the inputs agree in everything but the extent of `axis`.
static LogicalResult checkConcatInputs(const Node &node, int64_t axis) {
  SmallVector<int64_t> first = node.shape(0);
  for (unsigned i = 1; i < node.numInputs(); ++i) {
    SmallVector<int64_t> other = node.shape(i);
    if (other.size() == first.size())
      other[axis] = first[axis];
    if (other != first)
      return node.emitError()
             << "input '" << node.proto.input(i) << "' of shape "
             << formatShape(node.shape(i)) << " does not fit input '"
             << node.proto.input(0) << "' of shape " << formatShape(first)
             << " for concatenation along axis " << axis;
  }
  return success();
}

/// Joins constant lists of integers, which are parts of a shape.
static FailureOr<Tensor> concatIntegers(const Node &node) {
  std::vector<int64_t> all;
  for (unsigned i = 0; i < node.numInputs(); ++i) {
    const ConstantTensor *part = node.constant(i);
    if (!part || part->isFloat() || part->shape().size() != 1)
      return node.emitError() << "mixes lists of integers with other tensors, "
                                 "which is not supported";
    if (all.size() + part->integers().size() > kMaxRank)
      return node.emitError() << "joins more than " << kMaxRank
                              << " integers, the largest rank of a shape";
    llvm::append_range(all, part->integers());
  }
  int64_t size = all.size();
  return Tensor(ConstantTensor::fromIntegers(node.outputName().str(), {size},
                                             std::move(all)));
}

FailureOr<Tensor> crania::importer::importConcat(const Node &node) {
  if (!node.hasAttribute("axis"))
    return node.emitError() << "lacks the required attribute 'axis'";
  int64_t axis = 0;
  if (failed(node.readAxis("axis", node.rank(0), axis)) ||
      failed(checkConcatInputs(node, axis)))
    return failure();
  auto isInteger = [&](unsigned i) {
    return node.constant(i) && !node.constant(i)->isFloat();
  };
  if (llvm::any_of(llvm::seq(0u, node.numInputs()), isInteger))
    return concatIntegers(node);
  if (node.numInputs() == 1)
    return node.input(0);
  SmallVector<Value> parts;
  for (unsigned i = 0; i < node.numInputs(); ++i)
    parts.push_back(node.value(i));
  return Tensor(
      Value(tensor::ConcatOp::create(node.emit.getBuilder(), axis, parts)));
}
