// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_TD
#define CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_TD

include "mlir/IR/OpBase.td"

def Crania_Dialect : Dialect {
  let name = "crania";
  let cppNamespace = "::crania::ir";
  let summary = "Clustered weights and rounds of iterative neural inference";
  let description = [{
    The dialect says *what* is iterated and how weights are clustered, not how a
    machine does it. A trained weight tensor W is kept as an ordered list of K
    clusters of codes (`crania.weights`); round r of an inference computes with
    the tensor D_r that clusters 1..r give (`crania.materialize`), and D_K = W
    exactly. One region op, `crania.iterate`, runs its body round after round
    until the logits are confident enough.

    Everything else in the body is ordinary upstream IR: a consumer of
    `crania.materialize` is a linalg op that does not know of clusters.

    Attributes that functions and modules carry:

    - `crania.classifier` (unit, on a function): the function returns one tensor
      of logits and may be turned into rounds. It may stay when the function is
      lowered to buffers, and means nothing there.
    - `crania.target` (`#crania.target`, on any ancestor of a `crania.iterate`):
      the machine that layouts, schedule and addresses are meant for.
    - `crania.range` (`array<f64: low, high>`, on an op with one result or an
      argument of a classifier): the range of the tensor's values on calibration
      inputs, from which its scale follows.
    - `crania.image_layout` (`"nchw"`, `"nhwc"` or `"unknown"`, on an argument of a
      classifier, of rank 4): the order of the axes of the image that it is;
      `nchw` if it is left out. `crania-check-classifiers` finds it.
    - `crania.precision` (a type: f32, i16 or i8, on a contraction): what the layer
      computes in, where that is not what the rest does.
    - `crania.weight_scales` (dense f32, on a contraction of integers): the scales
      of its constant operand, of the same rank, with an extent of 1 where they do
      not vary. Clustering moves them to `crania.weights`.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::tensor::TensorDialect",
  ];
  let extraClassDeclaration = [{
    /// Marks a function that returns logits.
    static constexpr llvm::StringLiteral getClassifierAttrName() {
      return "crania.classifier";
    }
    /// Whether the function is marked, and is not lowered to buffers.
    static bool isClassifier(::mlir::FunctionOpInterface function);
    /// The machine a module or function is compiled for.
    static constexpr llvm::StringLiteral getTargetAttrName() {
      return "crania.target";
    }
    /// The range of a tensor on calibration inputs.
    static constexpr llvm::StringLiteral getRangeAttrName() {
      return "crania.range";
    }
    /// The order of the axes of an image.
    static constexpr llvm::StringLiteral getImageLayoutAttrName() {
      return "crania.image_layout";
    }
    /// That of a tensor: nchw, nhwc or unknown.
    static ::llvm::StringRef getImageLayout(::mlir::Value tensor);
    /// What a contraction computes in.
    static constexpr llvm::StringLiteral getPrecisionAttrName() {
      return "crania.precision";
    }
    /// The scales of the weights of a contraction of integers.
    static constexpr llvm::StringLiteral getWeightScalesAttrName() {
      return "crania.weight_scales";
    }
    void registerTypes();
    void registerAttributes();
  }];
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_TD
