// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The table of supported ONNX operators.

#ifndef CRANIA_LIB_IMPORT_ONNX_OPERATORS_H
#define CRANIA_LIB_IMPORT_ONNX_OPERATORS_H

#include "Node.h"

#include <limits>

namespace crania::importer {

/// Emits the IR of one node and returns its first output; the other outputs of
/// the supported operators have no use in inference.
using ImportFunction = mlir::FailureOr<Tensor> (*)(const Node &node);

/// The largest number of inputs of a variadic operator.
inline constexpr unsigned kAnyNumber = ~0u;

/// An attribute that an operator has from opset `since` to opset `last`.
struct Attribute {
  llvm::StringLiteral name;
  int64_t since = 1;
  int64_t last = std::numeric_limits<int64_t>::max();
};

struct Operator {
  llvm::StringLiteral type;
  ImportFunction import;
  unsigned minInputs;
  unsigned maxInputs;
  /// Inputs at these positions and beyond may be integers; the others are f32.
  unsigned numFloatInputs;
  /// The attributes that `import` understands. Any other attribute is an error,
  /// and so is an attribute of another opset.
  llvm::ArrayRef<Attribute> attributes;
};

/// Returns the operator of that type, or null if it is not supported.
const Operator *findOperator(llvm::StringRef type);

/// Returns the names of all supported operators, for messages.
std::string listOperators();

/// Fails unless the attribute `is_test` selects inference. Operators of opset 6
/// train by default.
mlir::LogicalResult requireTestMode(const Node &node);

mlir::FailureOr<Tensor> importAdd(const Node &node);
mlir::FailureOr<Tensor> importAveragePool(const Node &node);
mlir::FailureOr<Tensor> importBatchNormalization(const Node &node);
mlir::FailureOr<Tensor> importClip(const Node &node);
mlir::FailureOr<Tensor> importConcat(const Node &node);
mlir::FailureOr<Tensor> importConstant(const Node &node);
mlir::FailureOr<Tensor> importConv(const Node &node);
mlir::FailureOr<Tensor> importDiv(const Node &node);
mlir::FailureOr<Tensor> importDropout(const Node &node);
mlir::FailureOr<Tensor> importExp(const Node &node);
mlir::FailureOr<Tensor> importFlatten(const Node &node);
mlir::FailureOr<Tensor> importGemm(const Node &node);
mlir::FailureOr<Tensor> importGlobalAveragePool(const Node &node);
mlir::FailureOr<Tensor> importIdentity(const Node &node);
mlir::FailureOr<Tensor> importLog(const Node &node);
mlir::FailureOr<Tensor> importLogSoftmax(const Node &node);
mlir::FailureOr<Tensor> importMatMul(const Node &node);
mlir::FailureOr<Tensor> importMaxPool(const Node &node);
mlir::FailureOr<Tensor> importMul(const Node &node);
mlir::FailureOr<Tensor> importReduceMax(const Node &node);
mlir::FailureOr<Tensor> importReduceSum(const Node &node);
mlir::FailureOr<Tensor> importRelu(const Node &node);
mlir::FailureOr<Tensor> importReshape(const Node &node);
mlir::FailureOr<Tensor> importSoftmax(const Node &node);
mlir::FailureOr<Tensor> importSub(const Node &node);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_OPERATORS_H
