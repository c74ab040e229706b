// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIAINTERFACES_TD
#define CRANIA_DIALECT_CRANIA_IR_CRANIAINTERFACES_TD

include "mlir/IR/Interfaces.td"

def Crania_ExitRuleAttrInterface : AttrInterface<"ExitRuleAttrInterface"> {
  let cppNamespace = "::crania::ir";
  let description = [{
    A rule that decides after a round whether its logits are confident enough to
    stop. It has one threshold per round but the last, which always stops.
  }];
  let methods = [
    InterfaceMethod<"Returns the number of thresholds: rounds - 1.", "int64_t", "getNumThresholds">,
    InterfaceMethod<[{
      Emits the reference computation of the rule: an i1 that is true when the
      logits, a ranked tensor or memref of f32, stop in round `round` (an index,
      1-based, less than the last round).
    }], "::mlir::Value", "emitTest",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$logits, "::mlir::Value":$round)>,
  ];
}

def Crania_SchemeAttrInterface : AttrInterface<"SchemeAttrInterface"> {
  let cppNamespace = "::crania::ir";
  let description = [{
    A clustering scheme. It defines the meaning of the clusters of a
    `crania.weights`, and how the first r of them determine D_r.
  }];
  let methods = [
    InterfaceMethod<[{
      Returns true if cluster r holds a word of D_r at every position, which
      replaces the word of cluster r-1. The assignment then holds a code per weight,
      there are at least two clusters, and the scheme implements `getRefinedWords`. Returns false if clusters have
      disjoint supports, so that D_r is the words of the first r clusters and 0
      elsewhere. The assignment then holds the number of each weight's cluster,
      counted from 0.
    }], "bool", "isRefining", (ins), "", "return false;">,
    InterfaceMethod<[{
      Returns the word in D_round of each code of the assignment, for a scheme that
      refines. A word is the bits of an element; bits above its width are ignored.
      `round` counts from 1 and is less than the number of clusters K, because D_K
      is the values themselves. At most 64 words may be distinct.
    }], "::llvm::SmallVector<int64_t>", "getRefinedWords",
      (ins "::mlir::Operation *":$weights, "int64_t":$round), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
      Checks the operation's data against the scheme. Reports failures through
      `emitError`.
    }], "::llvm::LogicalResult", "verifyWeights", (ins "::mlir::Operation *":$weights)>,
    InterfaceMethod<[{
      Writes the values of D_round, row-major, into `values`, which has room for
      exactly those of the tensor. `round` counts from 1.
    }], "void", "materialize",
      (ins "::mlir::Operation *":$weights, "int64_t":$round,
           "::llvm::MutableArrayRef<char>":$values)>,
    InterfaceMethod<[{
      Emits the reference computation of D_round from the data of `weights`, a
      `crania.weights`. `round` is an index, 1-based.
    }], "::mlir::Value", "emitMaterialize",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Operation *":$weights, "::mlir::Value":$round)>,
  ];
}

def Crania_EncodingAttrInterface : AttrInterface<"EncodingAttrInterface"> {
  let cppNamespace = "::crania::ir";
  let description = [{
    The encoding in which the codes of a cluster become bytes. The registered encoding
    with the attribute's id encodes and decodes them, in the compiler and in the
    machine. A downstream project adds an encoding with an attribute of its own that
    implements this interface, and with an encoding that it registers by
    `crania::encoding::registerSegmentEncoding`.
  }];
  let methods = [
    InterfaceMethod<"Returns the id of the encoding in `crania::encoding`.", "::llvm::StringRef", "getEncodingId">,
    InterfaceMethod<"Returns the parameters with which the encoding is trained.",
      "::crania::encoding::TrainingOptions", "getTrainingOptions", (ins), [{}],
      [{ return {}; }]>,
  ];
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIAINTERFACES_TD
