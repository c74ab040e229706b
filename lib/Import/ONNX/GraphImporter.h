// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The class that walks an ONNX graph and emits its function.

#ifndef CRANIA_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
#define CRANIA_LIB_IMPORT_ONNX_GRAPHIMPORTER_H

#include "Emitter.h"
#include "Normalization.h"
#include "Operators.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace crania::importer {

class GraphImporter {
public:
  /// Creates an importer of `graph`. `fileLoc` locates the file of the model;
  /// `opset` is the version of ONNX's default operator set that the model uses.
  /// The importer takes the bytes of initializers out of `graph`.
  GraphImporter(::onnx::GraphProto &graph, int64_t opset,
                mlir::Location fileLoc);

  /// Emits the function into the empty `module`. Fails after a diagnostic.
  mlir::LogicalResult importInto(mlir::ModuleOp module);

private:
  mlir::LogicalResult collectInitializers();
  mlir::LogicalResult collectUses();
  void collectLiveNodes();
  mlir::LogicalResult createFunction(mlir::ModuleOp module);
  mlir::LogicalResult importNodes();
  mlir::LogicalResult createReturn();
  mlir::LogicalResult emitOutputCount();

  mlir::FailureOr<const ::onnx::ValueInfoProto *> findInput();
  mlir::FailureOr<mlir::RankedTensorType>
  readInputType(const ::onnx::ValueInfoProto &input);
  mlir::LogicalResult checkDeclaredShape(const ::onnx::ValueInfoProto &output,
                                         llvm::ArrayRef<int64_t> shape);

  mlir::FailureOr<const Operator *>
  findSupported(const ::onnx::NodeProto &proto);
  mlir::LogicalResult checkAttributes(const ::onnx::NodeProto &proto,
                                      const Operator &op);
  mlir::LogicalResult checkOutputs(const ::onnx::NodeProto &proto);
  mlir::LogicalResult checkArity(const ::onnx::NodeProto &proto,
                                 const Operator &op);
  mlir::LogicalResult importNode(const ::onnx::NodeProto &proto);
  mlir::LogicalResult checkOperands(const Node &node, const Operator &op);
  mlir::LogicalResult
  resolveOperands(const ::onnx::NodeProto &proto,
                  llvm::SmallVectorImpl<const Tensor *> &operands);
  mlir::LogicalResult emitUndefined(const ::onnx::NodeProto &proto,
                                    llvm::StringRef name);
  mlir::LogicalResult define(const ::onnx::NodeProto &proto,
                             llvm::StringRef name, Tensor tensor);

  /// Returns the BatchNormalization that is the only reader of the result of
  /// the convolution `proto`, if it can be folded into the weights.
  const ::onnx::NodeProto *
  findFoldableNormalization(const ::onnx::NodeProto &proto,
                            llvm::ArrayRef<const Tensor *> operands);
  /// Returns the scale and shift that the BatchNormalization `normalization`
  /// applies to each of its `channels` channels.
  mlir::FailureOr<ChannelTransform>
  readFoldable(const ::onnx::NodeProto &normalization, int64_t channels);
  mlir::LogicalResult
  importNormalizedConv(const ::onnx::NodeProto &conv,
                       const ::onnx::NodeProto &normalization,
                       llvm::ArrayRef<const Tensor *> operands);

  /// Returns the tensor called `name`, or null. Reads an initializer when it is
  /// first needed; `emitError` starts the report of a faulty one.
  mlir::FailureOr<const Tensor *> lookup(llvm::StringRef name,
                                         EmitError emitError);

  mlir::Location locate(const ::onnx::NodeProto &proto);
  mlir::InFlightDiagnostic emitNodeError(const ::onnx::NodeProto &proto);

  ::onnx::GraphProto &graph;
  int64_t opset;
  mlir::Location fileLoc;
  Emitter emit;
  mlir::func::FuncOp function;

  llvm::StringMap<::onnx::TensorProto *> initializers;
  llvm::StringMap<Tensor> tensors;
  /// Live readers of each value; a graph output counts as the reader null.
  llvm::StringMap<llvm::SmallVector<const ::onnx::NodeProto *, 1>> readers;
  /// The node that makes each value. Error messages use it to explain why a
  /// value is not defined.
  llvm::StringMap<const ::onnx::NodeProto *> producers;
  /// The nodes that the graph's outputs depend on.
  llvm::DenseSet<const ::onnx::NodeProto *> live;
  llvm::DenseSet<const ::onnx::NodeProto *> folded;
};

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
