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
    The dialect describes *what* is iterated and how weights are clustered, not how
    a machine does it. A trained weight tensor W is an ordered list of K clusters of
    codes (`crania.weights`). Round r of an inference computes with the tensor D_r,
    which clusters 1..r determine (`crania.materialize`), and D_K = W exactly. The
    region op `crania.iterate` runs its body round after round until the logits are
    confident enough.

    Everything else in the body is ordinary upstream IR. A consumer of
    `crania.materialize` is a linalg op that does not know of clusters.

    Functions, modules and ops have these attributes:

    - `crania.classifier` (unit, on a function): the function returns one tensor
      of logits and may be turned into rounds. The attribute may stay when the
      function is lowered to buffers, but has no meaning there.
    - `crania.target` (`#crania.target`, on any ancestor of a `crania.iterate`):
      the machine for which encodings, schedule and addresses are chosen.
    - `crania.range` (`array<f64: low, high>`, on an op with one result or an
      argument of a classifier): the range of the tensor's values on calibration
      inputs, which determines its scale.
    - `crania.image_layout` (`"nchw"`, `"nhwc"` or `"unknown"`, on an argument of
      rank 4 of a classifier): the order of the axes of the image. The default is
      `nchw`. `crania-check-classifiers` finds it.
    - `crania.precision` (a type: f32, i16 or i8, on a contraction): the type that
      the layer computes in, if it differs from that of the other layers.
    - `crania.weight_scales` (dense f32, on a contraction of integers): the scales
      of its constant operand. They have the rank of the operand, and an extent of
      1 in dimensions along which they do not vary. Clustering moves them to
      `crania.weights`.
  }];
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::tensor::TensorDialect",
  ];
  let extraClassDeclaration = [{
    /// Parses an attribute, also by the names of encodings in version 0.1.0, when
    /// they were called layouts.
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser,
                                     ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attribute,
                        ::mlir::DialectAsmPrinter &printer) const override;

    /// The name of the attribute that marks a function that returns logits.
    static constexpr llvm::StringLiteral getClassifierAttrName() {
      return "crania.classifier";
    }
    /// Returns true if the function is marked and not lowered to buffers.
    static bool isClassifier(::mlir::FunctionOpInterface function);
    /// The name of the attribute for the machine that is compiled for.
    static constexpr llvm::StringLiteral getTargetAttrName() {
      return "crania.target";
    }
    /// The name of the attribute for the range of a tensor.
    static constexpr llvm::StringLiteral getRangeAttrName() {
      return "crania.range";
    }
    /// The name of the attribute for the order of the axes of an image.
    static constexpr llvm::StringLiteral getImageLayoutAttrName() {
      return "crania.image_layout";
    }
    /// Returns the order of the axes of a tensor: nchw, nhwc or unknown.
    static ::llvm::StringRef getImageLayout(::mlir::Value tensor);
    /// The name of the attribute for the type that a contraction computes in.
    static constexpr llvm::StringLiteral getPrecisionAttrName() {
      return "crania.precision";
    }
    /// The name of the attribute for the scales of integer weights.
    static constexpr llvm::StringLiteral getWeightScalesAttrName() {
      return "crania.weight_scales";
    }
    void registerTypes();
    void registerAttributes();
  }];
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIADIALECT_TD
