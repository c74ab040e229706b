// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIATYPES_TD
#define CRANIA_DIALECT_CRANIA_IR_CRANIATYPES_TD

include "crania/Dialect/Crania/IR/CraniaDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypes.td"

def Crania_ClusteredType : TypeDef<Crania_Dialect, "Clustered"> {
  let mnemonic = "clustered";
  let summary = "A weight tensor as an ordered list of clusters";
  let description = [{
    A static tensor of weights that is coded as `clusters` clusters, the most
    important first. There are at most 255 clusters and 2^31 - 1 weights. Weights
    are f32, i16 or i8. The type does not determine the encoding of a cluster in
    memory.

    Example: `!crania.clustered<tensor<64x3x7x7xf32>, clusters = 4>`
  }];
  let parameters = (ins "::mlir::RankedTensorType":$tensor, "int64_t":$clusters);
  let assemblyFormat = "`<` $tensor `,` `clusters` `=` $clusters `>`";
  let genVerifyDecl = 1;
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIATYPES_TD
