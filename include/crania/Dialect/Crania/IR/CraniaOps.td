// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_TD
#define CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_TD

include "crania/Dialect/Crania/IR/CraniaAttributes.td"
include "crania/Dialect/Crania/IR/CraniaTypes.td"
include "mlir/Dialect/Bufferization/IR/BufferDeallocationOpInterface.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Crania_Op<string mnemonic, list<Trait> traits = []>
    : Op<Crania_Dialect, mnemonic, traits>;

/// What an iteration gives and its rounds yield: f32 logits of a known shape.
def Crania_Logits : AnyTypeOf<[StaticShapeTensorOf<[F32]>, StaticShapeMemRefOf<[F32]>],
                              "tensor or memref of f32 with a static shape">;

def Crania_WeightsOp : Crania_Op<"weights", [
    Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "A clustered weight tensor of the module";
  let description = [{
    Holds the codes of a weight tensor and the cluster that each belongs to, by
    the rules of its scheme. Large data belongs in `dense_resource` blobs. How
    clusters are laid out and when they are fetched is not said here: two
    functions may share weights and decide differently.

    Integer values stand for value * scale. `scales` has the rank of the tensor,
    and an extent of 1 along dimensions that they do not vary in.

    Examples:

    ```mlir
    crania.weights @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
        scheme #crania.importance
        values dense<[[0.5, -2.0], [1.0, 0.25]]> : tensor<2x2xf32>
        assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>
    ```

    ```mlir
    crania.weights @q : !crania.clustered<tensor<2x2xi8>, clusters = 2>
        scheme #crania.importance
        values dense<[[32, -127], [127, 31]]> : tensor<2x2xi8>
        assignment dense<[[1, 0], [0, 1]]> : tensor<2x2xi8>
        scales dense<[[0.015625], [0.0078125]]> : tensor<2x1xf32>
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    OptionalAttr<StrAttr>:$sym_visibility,
    TypeAttrOf<Crania_ClusteredType>:$type,
    Crania_SchemeAttrInterface:$scheme,
    ElementsAttr:$values,
    ElementsAttr:$assignment,
    OptionalAttr<ElementsAttr>:$scales
  );
  let assemblyFormat = [{
    ($sym_visibility^)? $sym_name `:` $type `scheme` $scheme `values` $values
    `assignment` $assignment (`scales` $scales^)? attr-dict
  }];
  let hasVerifier = 1;
  // Version 1.0 had no scales.
  let useCustomPropertiesEncoding = 1;
  let extraClassDeclaration = [{
    ::crania::ir::ClusteredType getClusteredType() {
      return ::llvm::cast<::crania::ir::ClusteredType>(getType());
    }
    int64_t getClusters() { return getClusteredType().getClusters(); }
    /// The bytes of dense or dense_resource elements, one entry per element even
    /// for a splat. Points into the attribute where it can, else into `storage`;
    /// empty if a resource has no data.
    static ::llvm::ArrayRef<char> rawBytes(::mlir::ElementsAttr elements,
                                           ::llvm::SmallVectorImpl<char> &storage);
    /// The bytes of the values, row-major, little-endian.
    ::llvm::ArrayRef<char> getValueBytes(::llvm::SmallVectorImpl<char> &storage);
    /// The cluster of each weight, counted from 0, row-major.
    ::llvm::ArrayRef<uint8_t> getAssignmentBytes(::llvm::SmallVectorImpl<char> &storage);
  }];
}

def Crania_GetOp : Crania_Op<"get", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The clustered weights of that name";
  let description = [{
    Example:

    ```mlir
    %w = crania.get @fc : !crania.clustered<tensor<2x2xf32>, clusters = 2>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weights);
  let results = (outs Crania_ClusteredType:$result);
  let assemblyFormat = "$weights attr-dict `:` qualified(type($result))";
}

/// Bufferizes to the form of the op that gives a buffer nobody writes to.
def Crania_ReadOnlyBufferization : DeclareOpInterfaceMethods<BufferizableOpInterface, [
  "getBufferType", "isWritable", "bufferize"]>;

def Crania_MaterializeOp : Crania_Op<"materialize", [
    Pure, Crania_ReadOnlyBufferization]> {
  let summary = "The weight tensor D_r that a round computes with";
  let description = [{
    `round` counts from 1; below that, the weights are unspecified. From round K
    on, K being the number of clusters, D_r is the whole tensor: layers with fewer
    clusters than there are rounds are complete early.

    Bufferized, the result is a buffer that must not be written to, and whose
    lifetime is not the business of whoever reads it.

    Example:

    ```mlir
    %d = crania.materialize %w upto %round : !crania.clustered<tensor<2x2xf32>, clusters = 2>
    %b = crania.materialize %w upto %round
        : !crania.clustered<tensor<2x2xf32>, clusters = 2> -> memref<2x2xf32>
    ```
  }];
  let arguments = (ins Crania_ClusteredType:$weights, Index:$round);
  let results = (outs AnyTypeOf<[AnyStaticShapeTensor, AnyStaticShapeMemRef]>:$result);
  let assemblyFormat = [{
    $weights `upto` $round attr-dict `:` qualified(type($weights))
    `` custom<BufferType>(ref(type($weights)), type($result))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$weights, "::mlir::Value":$round)>
  ];
  let hasVerifier = 1;
}

def Crania_PerRoundOp : Crania_Op<"per_round", [
    Pure, Crania_ReadOnlyBufferization]> {
  let summary = "A small constant that depends on the round";
  let description = [{
    Gives the constant of round `round`, counted from 1: a scale, a correction, a
    threshold. In any other round it is unspecified which of the constants that
    is.

    Bufferized, a tensor becomes a buffer that must not be written to.

    Example:

    ```mlir
    %s = crania.per_round %round [1.0 : f32, 2.0 : f32]
    ```

    ```mlir
    %b = crania.per_round %round [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
        -> memref<4xf32>
    ```
  }];
  let arguments = (ins Index:$round, TypedArrayAttrBase<TypedAttrInterface, "typed constants">:$constants);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $round $constants attr-dict `` custom<BufferType>(ref($constants), type($result))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$round, "::mlir::ArrayAttr":$constants)>
  ];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Crania_IterateOp : Crania_Op<"iterate", [
    RecursiveMemoryEffects,
    RecursivelySpeculatable,
    SingleBlock,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<RegionBranchOpInterface, ["getRegionInvocationBounds"]>,
    DeclareOpInterfaceMethods<LoopLikeOpInterface>,
    BufferDeallocationOpInterface,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "getAliasingOpOperands", "isRepetitiveRegion", "getBufferType", "bufferize"]>]> {
  let summary = "Iterative inference: rounds of the body until its logits are confident";
  let description = [{
    Runs the body with the round number 1, 2, ..., `rounds` as block argument.
    After each round but the last, `exit` decides whether the yielded logits
    stop it. Results are the logits of the round that stopped and its number.

    What does not depend on the round is loop-invariant: stock LICM hoists it. An
    iteration ends as surely as its body does, so one without side effects is
    hoisted or dropped itself.

    One-shot bufferization works on tensors inside and out. Deallocation does not:
    it would have to add the ownership of the logits to the results, so it refuses
    the op (lower to scf first).

    The optional `plan` holds what is decided of each weight tensor's segments
    for this use of it (`#crania.fetch_plan`), and `exit_histogram` the fraction
    of inputs that stop after each round as a calibration run measured it.

    Example:

    ```mlir
    %logits, %exit_round = crania.iterate upto 4
        exit #crania.exit<softmax, [0.9, 0.9, 0.9]> -> tensor<1x10xf32> round(%round) {
      ...
      crania.yield %l : tensor<1x10xf32>
    }
    ```
  }];
  let arguments = (ins
    ConfinedAttr<I64Attr, [IntPositive]>:$rounds,
    Crania_ExitRuleAttrInterface:$exit,
    OptionalAttr<TypedArrayAttrBase<Crania_FetchPlanAttr, "fetch plans">>:$plan,
    OptionalAttr<DenseF64ArrayAttr>:$exit_histogram
  );
  let results = (outs Crania_Logits:$logits, Index:$exit_round);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `upto` $rounds `exit` $exit (`histogram` $exit_histogram^)? (`plan` $plan^)?
    attr-dict-with-keyword `->` type($logits) custom<RoundBody>($body)
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "int64_t":$rounds, "::crania::ir::ExitRuleAttrInterface":$exit,
                   "::mlir::Type":$logits)>
  ];
  let extraClassDeclaration = [{
    ::mlir::Value getRound() { return getBody().getArgument(0); }
    /// The plan of one weight symbol, or null.
    ::crania::ir::FetchPlanAttr getPlanOf(::mlir::StringAttr weights);
    /// The machine: `crania.target` of the closest ancestor that has it, or null.
    ::crania::ir::TargetAttr getTarget();
    /// BufferDeallocationOpInterface, which does not qualify its names.
    ::llvm::FailureOr<::mlir::Operation *>
    process(::mlir::bufferization::DeallocationState &state,
            const ::mlir::bufferization::DeallocationOptions &options);
  }];
}

def Crania_YieldOp : Crania_Op<"yield", [
    Terminator, AlwaysSpeculatable, HasParent<"::crania::ir::IterateOp">,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<RegionBranchTerminatorOpInterface, ["getMutableSuccessorOperands"]>,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "bufferizesToMemoryRead", "bufferizesToMemoryWrite", "getAliasingValues",
      "mustBufferizeInPlace", "bufferize"]>]> {
  let summary = "The logits of a round";
  let description = [{
    Ends a round: `logits` are what the iteration gives if the round is the one
    that stops, `tested` what the exit rule looks at. They are one value, written
    once, unless a pass has found that the results of an iteration whose exit
    round is needed are not (`remove-dead-values`): as two operands, one is
    forwarded and the other decides, which is what analyses of control flow want
    to know.

    Example:

    ```mlir
    crania.yield %logits : tensor<1x10xf32>
    ```

    ```mlir
    crania.yield %unused : tensor<1x10xf32> tested %logits : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Crania_Logits:$logits, Crania_Logits:$tested);
  let assemblyFormat = [{
    $logits attr-dict `:` type($logits)
    `` custom<Tested>(ref($logits), ref(type($logits)), $tested, type($tested))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$logits),
              [{ build($_builder, $_state, logits, logits); }]>
  ];
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIAOPS_TD
