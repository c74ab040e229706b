// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The table of supported ONNX operators.

#ifndef CRANIA_LIB_IMPORT_ONNX_OPERATORS_H
#define CRANIA_LIB_IMPORT_ONNX_OPERATORS_H

#include "Node.h"

namespace crania::importer {

/// Emits the IR of one node and returns its first output; the other outputs of
/// the supported operators have no use in inference.
using ImportFunction = mlir::FailureOr<Tensor> (*)(const Node &node);

/// The largest number of inputs of a variadic operator.
inline constexpr unsigned kAnyNumber = ~0u;

struct Operator {
  llvm::StringLiteral type;
  ImportFunction import;
  unsigned minInputs;
  unsigned maxInputs;
  /// Inputs at these positions and beyond may be integers; the others are f32.
  unsigned numFloatInputs;
  /// The attributes that `import` understands; any other one is an error.
  llvm::ArrayRef<llvm::StringLiteral> attributes;
};

/// Null if the operator is not supported.
const Operator *findOperator(llvm::StringRef type);

/// The names of all supported operators, for messages.
std::string listOperators();

mlir::FailureOr<Tensor> importAdd(const Node &node);
mlir::FailureOr<Tensor> importAveragePool(const Node &node);
mlir::FailureOr<Tensor> importBatchNormalization(const Node &node);
mlir::FailureOr<Tensor> importClip(const Node &node);
mlir::FailureOr<Tensor> importConcat(const Node &node);
mlir::FailureOr<Tensor> importConstant(const Node &node);
mlir::FailureOr<Tensor> importConv(const Node &node);
mlir::FailureOr<Tensor> importDropout(const Node &node);
mlir::FailureOr<Tensor> importFlatten(const Node &node);
mlir::FailureOr<Tensor> importGemm(const Node &node);
mlir::FailureOr<Tensor> importGlobalAveragePool(const Node &node);
mlir::FailureOr<Tensor> importIdentity(const Node &node);
mlir::FailureOr<Tensor> importMatMul(const Node &node);
mlir::FailureOr<Tensor> importMaxPool(const Node &node);
mlir::FailureOr<Tensor> importRelu(const Node &node);
mlir::FailureOr<Tensor> importReshape(const Node &node);
mlir::FailureOr<Tensor> importSoftmax(const Node &node);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_OPERATORS_H
