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

/// The type of the logits that rounds yield and an iteration returns: f32 with a
/// known shape.
def Crania_Logits : AnyTypeOf<[StaticShapeTensorOf<[F32]>, StaticShapeMemRefOf<[F32]>],
                              "tensor or memref of f32 with a static shape">;

def Crania_WeightsOp : Crania_Op<"weights", [
    Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "A clustered weight tensor of the module";
  let description = [{
    Holds the codes of a weight tensor and the cluster of each, by the rules of its
    scheme. Large data belongs in `dense_resource` blobs. The op does not determine
    the encoding of clusters or when they are fetched, because two functions may share
    weights and decide differently.

    Integer values represent value * scale. `scales` has the rank of the tensor, and
    an extent of 1 in dimensions along which the scales do not vary.

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
    /// Returns the bytes of dense or dense_resource elements, one entry per
    /// element even for a splat. They point into the attribute if possible, else
    /// into `storage`. Empty if a resource has no data.
    static ::llvm::ArrayRef<char> rawBytes(::mlir::ElementsAttr elements,
                                           ::llvm::SmallVectorImpl<char> &storage);
    /// Returns the bytes of the values, row-major, little-endian.
    ::llvm::ArrayRef<char> getValueBytes(::llvm::SmallVectorImpl<char> &storage);
    /// Returns the cluster of each weight, counted from 0, row-major.
    ::llvm::ArrayRef<uint8_t> getAssignmentBytes(::llvm::SmallVectorImpl<char> &storage);
  }];
}

def Crania_GetOp : Crania_Op<"get", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Returns the clustered weights of a symbol";
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

/// Bufferizes an op to the form that returns a read-only buffer.
def Crania_ReadOnlyBufferization : DeclareOpInterfaceMethods<BufferizableOpInterface, [
  "getBufferType", "isWritable", "bufferize"]>;

def Crania_MaterializeOp : Crania_Op<"materialize", [
    Pure, Crania_ReadOnlyBufferization]> {
  let summary = "Returns the weight tensor D_r that a round computes with";
  let description = [{
    `round` counts from 1; for smaller numbers, the weights are unspecified. Let K
    be the number of clusters. From round K on, D_r is the whole tensor, so layers
    with fewer clusters than rounds are complete early.

    After bufferization the result is a buffer that must not be written to. Its
    readers do not manage its lifetime.

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
  let summary = "Returns a small constant that depends on the round";
  let description = [{
    Returns the constant of round `round`, counted from 1, such as a scale, a
    correction or a threshold. If there is no such round, it is unspecified which of
    the constants the op returns.

    After bufferization a tensor becomes a buffer that must not be written to.

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
  let summary = "Runs rounds of its body until the logits are confident";
  let description = [{
    Runs the body with the round number 1, 2, ..., `rounds` as block argument.
    After each round but the last, `exit` decides whether the yielded logits stop
    the iteration. The results are the logits of the round that stopped and its
    number.

    Values that do not depend on the round are loop-invariant, and stock LICM hoists
    them. An iteration terminates if its body does, so an iteration without side
    effects may itself be hoisted or removed.

    One-shot bufferization supports tensors inside and outside. Buffer deallocation
    does not support the op, because it would have to add the ownership of the
    logits to the results. It refuses the op; lower to scf first.

    The optional `plan` holds the decisions about each weight tensor's segments for
    this use of them (`#crania.fetch_plan`). `exit_histogram` holds the fraction of
    inputs that stop after each round, as measured by a calibration run.

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
    /// Returns the plan of one weight symbol, or null.
    ::crania::ir::FetchPlanAttr getPlanOf(::mlir::StringAttr weights);
    /// Returns the `crania.target` of the closest ancestor that has one, or null.
    ::crania::ir::TargetAttr getTarget();
    /// Implements BufferDeallocationOpInterface, whose generated declaration does
    /// not qualify its names.
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
  let summary = "Ends a round with its logits";
  let description = [{
    The iteration returns `logits` if this round stops, and the exit rule tests
    `tested`. Usually both are one value, which is written once. They differ if a
    pass such as `remove-dead-values` finds that the logits of an iteration are
    unused, but its exit round is needed. There are two operands because analyses of
    control flow must know which one is forwarded and which one decides.

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
