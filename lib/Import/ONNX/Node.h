// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A node as the importer of its operator sees it.

#ifndef CRANIA_LIB_IMPORT_ONNX_NODE_H
#define CRANIA_LIB_IMPORT_ONNX_NODE_H

#include "Emitter.h"
#include "Protobuf.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Support/LLVM.h"

namespace crania::importer {

/// Returns the name of an ONNX node in messages: `node 'conv1' (Conv)`. If the
/// node has no name, its first output takes the place of the name.
std::string describeNode(const ::onnx::NodeProto &proto);

/// One node with its operands resolved. The accessors of attributes take the
/// default as their argument and leave it unchanged if the attribute is absent.
/// They fail after a diagnostic if the attribute has the wrong type.
class Node {
public:
  Node(const ::onnx::NodeProto &proto, int64_t opset, mlir::Location loc,
       llvm::ArrayRef<const Tensor *> inputs, Emitter &emit)
      : emit(emit), proto(proto), opsetVersion(opset), loc(loc),
        inputs(inputs) {}

  llvm::StringRef type() const { return proto.op_type(); }
  llvm::StringRef outputName() const { return proto.output(0); }
  int64_t opset() const { return opsetVersion; }
  mlir::Location location() const { return loc; }

  /// Starts an error that names the node.
  mlir::InFlightDiagnostic emitError() const;
  /// Starts an error that names the node, the attribute and its value.
  mlir::InFlightDiagnostic emitAttributeError(llvm::StringRef attribute) const;

  /// Returns true if the operand is given; optional operands may be absent. The
  /// number of operands has been checked.
  bool hasInput(unsigned index) const {
    return index < inputs.size() && inputs[index];
  }
  unsigned numInputs() const { return inputs.size(); }
  const Tensor &input(unsigned index) const { return *inputs[index]; }
  /// Returns the operand if it is known at import time, else null.
  const ConstantTensor *constant(unsigned index) const {
    return std::get_if<ConstantTensor>(inputs[index]);
  }
  llvm::SmallVector<int64_t> shape(unsigned index) const {
    return shapeOf(input(index));
  }
  unsigned rank(unsigned index) const { return shape(index).size(); }
  /// Returns the operand as a value to compute with.
  mlir::Value value(unsigned index) const { return emit.value(input(index)); }

  /// Returns the value of integer operand `index`, which must be constant.
  /// Messages call it `what`.
  mlir::FailureOr<llvm::SmallVector<int64_t>>
  readConstantIntegers(unsigned index, llvm::StringRef what) const;
  mlir::LogicalResult requireRank(unsigned index, unsigned lowest,
                                  unsigned highest) const;

  bool hasAttribute(llvm::StringRef name) const { return find(name); }
  mlir::LogicalResult read(llvm::StringRef name, int64_t &value) const;
  mlir::LogicalResult read(llvm::StringRef name, float &value) const;
  mlir::LogicalResult read(llvm::StringRef name, std::string &value) const;
  mlir::LogicalResult read(llvm::StringRef name,
                           llvm::SmallVectorImpl<int64_t> &values) const;
  mlir::LogicalResult read(llvm::StringRef name,
                           std::vector<float> &values) const;
  /// Returns the tensor message of an attribute that is present.
  mlir::FailureOr<const ::onnx::TensorProto *>
  readTensor(llvm::StringRef name) const;
  /// Fails unless the integer attribute is absent or has the only supported
  /// value.
  mlir::LogicalResult requireAttribute(llvm::StringRef name,
                                       int64_t defaultValue,
                                       int64_t supported) const;
  /// Reads an axis of a tensor of rank `rank`; negative values count from the
  /// end. `inclusive` also allows `rank` itself.
  mlir::LogicalResult readAxis(llvm::StringRef name, unsigned rank,
                               int64_t &axis, bool inclusive = false) const;

  Emitter &emit;
  const ::onnx::NodeProto &proto;

private:
  const ::onnx::AttributeProto *find(llvm::StringRef name) const;
  mlir::FailureOr<const ::onnx::AttributeProto *>
  findTyped(llvm::StringRef name, int attributeType) const;

  int64_t opsetVersion;
  mlir::Location loc;
  llvm::ArrayRef<const Tensor *> inputs;
};

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_NODE_H
