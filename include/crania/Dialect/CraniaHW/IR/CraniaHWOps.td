// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_TD

include "crania/Dialect/CraniaHW/IR/CraniaHWAttributes.td"
include "crania/Dialect/CraniaHW/IR/CraniaHWInterfaces.td"
include "crania/Dialect/CraniaHW/IR/CraniaHWTypes.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// A number that the device binary holds in 32 bits.
def CraniaHW_U32Attr : ConfinedAttr<I64Attr, [IntNonNegative, IntMaxValue<4294967295>]>;
/// A byte or element count; the machine addresses at most 2^63 - 1 of them.
def CraniaHW_SizeAttr : ConfinedAttr<I64Attr, [IntNonNegative]>;
def CraniaHW_ClusterAttr : ConfinedAttr<I64Attr, [IntPositive, IntMaxValue<65535>]>;
/// Height and width.
def CraniaHW_PairAttr : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>]>;
/// Signless integers are signed, as the machine's are; ui8 is not.
def CraniaHW_ElementType : AnyTypeOf<[F32, I32, I16, I8, I64, UI8]>;
def CraniaHW_ElementTypeAttr : TypeAttrOf<CraniaHW_ElementType>;
def CraniaHW_PrecisionAttr : TypeAttrOf<AnyTypeOf<[F32, I16, I8]>>;

class CraniaHW_Op<string mnemonic, list<Trait> traits = []>
    : Op<CraniaHW_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

def CraniaHW_ProgramOp : CraniaHW_Op<"program", [
    Symbol, SymbolTable, IsolatedFromAbove, NoTerminator, SingleBlock,
    NoRegionArguments, HasParent<"::mlir::ModuleOp">]> {
  let summary = "What the machine does for one input, round after round";
  let description = [{
    Holds the buffers, the weights and, in order, one `crania_hw.round` per
    round; after each round but the last, `exit` decides by its threshold whether
    the input is finished. `image` is what the program ships in DRAM: encoded
    weights and parameters. Buffers in `dram` share `dram_bytes` bytes of scratch
    besides it.

    The order of buffers and weights is the order of their numbers in the device
    binary.

    Example:

    ```mlir
    crania_hw.program @tiny target <"edge"> precision f32 exit <softmax, []>
        input <@x : tensor<1x4xf32>> logits <@y : tensor<1x2xf32>>
        image dense<0> : tensor<64xi8> dram_bytes 64 {
      crania_hw.buffer @x dram at 0 bytes 16 : f32
      crania_hw.buffer @y global_buffer at 0 bytes 8 : f32
      ...
      crania_hw.round {
        ...
      }
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    Crania_TargetAttr:$target,
    CraniaHW_PrecisionAttr:$precision,
    Crania_ExitAttr:$exit,
    CraniaHW_PortAttr:$input,
    CraniaHW_PortAttr:$logits,
    ElementsAttr:$image,
    CraniaHW_SizeAttr:$dram_bytes
  );
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `target` $target `precision` $precision `exit` $exit
    `input` $input `logits` $logits `image` $image `dram_bytes` $dram_bytes
    attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // Creates the body, an empty block.
    OpBuilder<(ins "::llvm::StringRef":$name, "::crania::ir::TargetAttr":$target,
        "::mlir::Type":$precision, "::crania::ir::ExitAttr":$exit,
        "::crania::hw::PortAttr":$input, "::crania::hw::PortAttr":$logits,
        "::mlir::ElementsAttr":$image, "int64_t":$dramBytes)>
  ];
  let extraClassDeclaration = [{
    /// Number of rounds, which is one more than there are thresholds.
    int64_t getNumRounds() { return getExit().getNumThresholds() + 1; }
    /// The bytes of the image; points into the attribute where it can, else into
    /// `storage`.
    ::llvm::ArrayRef<uint8_t> getImageBytes(::llvm::SmallVectorImpl<char> &storage);
  }];
}

def CraniaHW_BufferOp : CraniaHW_Op<"buffer", [
    Symbol, HasParent<"::crania::hw::ProgramOp">]> {
  let summary = "A range of bytes in one memory";
  let description = [{
    `at` is the first byte: in the image, in the DRAM scratch, or in the global
    buffer. Buffers in the global buffer may share bytes if the commands that use
    them are ordered by tokens.

    Example:

    ```mlir
    crania_hw.buffer @x dram at 0 bytes 16 : f32
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    CraniaHW_SpaceAttr:$space,
    CraniaHW_SizeAttr:$offset,
    CraniaHW_SizeAttr:$bytes,
    CraniaHW_ElementTypeAttr:$element
  );
  let assemblyFormat =
    "$sym_name custom<Enumerator>($space) `at` $offset `bytes` $bytes `:` $element attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getElementBytes() { return getElement().getIntOrFloatBitWidth() / 8; }
    int64_t getNumElements() { return int64_t(getBytes()) / getElementBytes(); }
  }];
}

def CraniaHW_WeightsOp : CraniaHW_Op<"weights", [
    Symbol, HasParent<"::crania::hw::ProgramOp">]> {
  let summary = "A clustered weight tensor as the PE array sees it";
  let description = [{
    `groups` matrices of `outputs` x `depth`, cut into tiles of at most `tile[0]`
    outputs by `tile[1]` inputs. Tiles are numbered group by group, then by block
    of outputs, then by depth. One segment per cluster, in order.

    Example:

    ```mlir
    crania_hw.weights @fc groups 1 outputs 2 depth 4 tile [16, 256] : f32 segments [
      <cluster 1, layout "raw", at 0, bytes 32, streamed, block_offsets [0, 32], block_tiles [0, 1]>]
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    CraniaHW_U32Attr:$groups,
    CraniaHW_U32Attr:$outputs,
    CraniaHW_U32Attr:$depth,
    CraniaHW_PairAttr:$tile,
    CraniaHW_PrecisionAttr:$element,
    TypedArrayAttrBase<CraniaHW_SegmentAttr, "segments">:$segments
  );
  let assemblyFormat = [{
    $sym_name `groups` $groups `outputs` $outputs `depth` $depth `tile` $tile
    `:` $element `segments` custom<Segments>($segments) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::crania::layout::Tiling getTiling();
    int64_t getNumTiles() { return getTiling().tiles(); }
    /// The segment of a cluster, counted from 1.
    ::crania::hw::SegmentAttr getSegment(int64_t cluster) {
      return ::llvm::cast<::crania::hw::SegmentAttr>(getSegments()[cluster - 1]);
    }
    int64_t getNumClusters() { return getSegments().size(); }
    /// Whether each cluster takes the place of the one before.
    bool isRefining() { return getSegment(1).isRefined(); }
  }];
}

def CraniaHW_RoundOp : CraniaHW_Op<"round", [
    NoTerminator, SingleBlock, NoRegionArguments,
    HasParent<"::crania::hw::ProgramOp">]> {
  let summary = "The commands of one round, in order";
  let description = [{
    Ends with the one `crania_hw.exit_test` of the round. Nothing but the weight
    store, parameters on chip and the input is kept from round to round.

    Example:

    ```mlir
    crania_hw.round {
      %t = crania_hw.fetch @fc clusters [1] streamed tiles 0 to 1
      ...
    }
    ```
  }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins)>];
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

class CraniaHW_CommandOp<string mnemonic, list<Trait> traits = []>
    : CraniaHW_Op<mnemonic, !listconcat(traits, [
        DeclareOpInterfaceMethods<CraniaHW_CommandOpInterface>,
        HasParent<"::crania::hw::RoundOp">])> {
  dag commandArguments = (ins
    DefaultValuedStrAttr<StrAttr, "">:$label,
    Variadic<CraniaHW_TokenType>:$after
  );
  string commandFormat = "(`after` `(` $after^ `)`)? (`label` $label^)? attr-dict";
  let results = (outs CraniaHW_TokenType:$token);
}

def CraniaHW_FetchOp : CraniaHW_CommandOp<"fetch"> {
  let summary = "Moves encoded tiles of clusters from DRAM on chip";
  let description = [{
    Streamed clusters go through the staging FIFO, tile by tile and cluster by
    cluster within it; retained ones go to the weight store and are skipped when
    it already holds them. Tiles are the range [begin, end); clusters ascend.

    Example:

    ```mlir
    %t = crania_hw.fetch @fc clusters [1, 2] streamed tiles 0 to 1 label "fc"
    ```
  }];
  let arguments = !con((ins
    FlatSymbolRefAttr:$weights,
    DenseI64ArrayAttr:$clusters,
    CraniaHW_ResidencyAttr:$residency,
    CraniaHW_U32Attr:$tile_begin,
    CraniaHW_U32Attr:$tile_end), commandArguments);
  let assemblyFormat = [{
    $weights `clusters` $clusters custom<Enumerator>($residency)
    `tiles` $tile_begin `to` $tile_end
  }] # commandFormat;
}

def CraniaHW_ReleaseOp : CraniaHW_CommandOp<"release"> {
  let summary = "Gives the store bytes of a retained cluster back";
  let description = [{
    Example:

    ```mlir
    %t = crania_hw.release @fc cluster 1 after(%c) label "fc"
    ```
  }];
  let arguments = !con((ins
    FlatSymbolRefAttr:$weights,
    CraniaHW_ClusterAttr:$cluster), commandArguments);
  let assemblyFormat = "$weights `cluster` $cluster" # commandFormat;
}

def CraniaHW_ContractOp : CraniaHW_CommandOp<"contract"> {
  let summary = "Convolution or matrix product on the PE array";
  let description = [{
    With the weights D of clusters 1 to `clusters`:

        output[g*M+m, y, x] = sum over c, i, j of
          D[g, m, (c*kernel[0] + i)*kernel[1] + j]
          * input[g*C+c, y*stride[0] + i*dilation[0] - pad[0],
                         x*stride[1] + j*dilation[1] - pad[1]]

    and 0 outside the input plane. A matrix product is the 1x1 case with one row.
    The tiles [begin, end) cover whole blocks of outputs. With `accumulate`, which
    only f32 has, the sum is added to what the output holds.

    Weights of f32 take and give f32; those of i8 take i8 or ui8 and give i32,
    those of i16 take i16 and give i64, both exactly.

    Example:

    ```mlir
    %c = crania_hw.contract @fc clusters 1 tiles 0 to 1
        input <@xs at 0, 4x1x1, strides [1, 4, 4]>
        output <@y at 0, 2x1x1, strides [1, 2, 2]>
        kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0]
        after(%t, %l) label "fc"
    ```
  }];
  let arguments = !con((ins
    FlatSymbolRefAttr:$weights,
    CraniaHW_ClusterAttr:$clusters,
    CraniaHW_U32Attr:$tile_begin,
    CraniaHW_U32Attr:$tile_end,
    CraniaHW_PlaneAttr:$input,
    CraniaHW_PlaneAttr:$output,
    CraniaHW_PairAttr:$kernel,
    CraniaHW_PairAttr:$stride,
    CraniaHW_PairAttr:$dilation,
    CraniaHW_PairAttr:$pad,
    UnitAttr:$accumulate), commandArguments);
  let assemblyFormat = [{
    $weights `clusters` $clusters `tiles` $tile_begin `to` $tile_end
    `input` $input `output` $output `kernel` $kernel `stride` $stride
    `dilation` $dilation `pad` $pad (`accumulate` $accumulate^)?
  }] # commandFormat;
  let hasVerifier = 1;
}

def CraniaHW_VectorOp : CraniaHW_CommandOp<"vector", [AttrSizedOperandSegments]> {
  let summary = "Element-wise instructions over a loop nest, on the vector unit";
  let description = [{
    Runs `code` for each point of the loops `loops`, outermost first: its inputs
    are registers r0 to r(n-1), rn is what the output element holds, and each
    instruction defines the next register. The last one is stored; without code
    that is r0, a copy of the only input.

    With `reduces`, loops that the output does not depend on are reduced over and
    rn may be read. It starts at the value after `from`, or else at what the
    output holds.

    A register holds an f32 or an integer, as the buffer that it is loaded from or
    the instruction that defines it; the stored one is of the output's kind.

    With `follows`, it takes the finished output blocks of that
    `crania_hw.contract` as they come: it runs behind it, not after it.

    Example:

    ```mlir
    %v = crania_hw.vector loops [2]
        inputs [<@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>]
        output <@y at 0, (d0) -> (d0), extents [2], strides [1], padding 0.0>
        code {r2 = constant f32(0.0), r3 = max f32(r0, r2)}
        follows(%c) label "fc"
    ```
  }];
  let arguments = !con((ins
    DenseI64ArrayAttr:$loops,
    TypedArrayAttrBase<CraniaHW_AccessAttr, "accesses">:$inputs,
    CraniaHW_AccessAttr:$output,
    TypedArrayAttrBase<CraniaHW_InstructionAttr, "instructions">:$code,
    UnitAttr:$reduces,
    OptionalAttr<F64Attr>:$initial), commandArguments,
    (ins Optional<CraniaHW_TokenType>:$follows));
  let assemblyFormat = [{
    `loops` $loops `inputs` custom<Accesses>($inputs) `output` $output
    `code` custom<Code>($code, ref($inputs))
    (`reduces` $reduces^ (`from` $initial^)?)?
    (`follows` `(` $follows^ `)`)?
  }] # commandFormat;
  let hasVerifier = 1;
}

def CraniaHW_CopyOp : CraniaHW_CommandOp<"copy"> {
  let summary = "Moves a box of elements between DRAM and the global buffer";
  let description = [{
    Example:

    ```mlir
    %l = crania_hw.copy activations [4] from <@x at 0, strides [1]>
        to <@xs at 0, strides [1]> label "input"
    ```
  }];
  let arguments = !con((ins
    CraniaHW_PurposeAttr:$purpose,
    DenseI64ArrayAttr:$extents,
    CraniaHW_BoxAttr:$source,
    CraniaHW_BoxAttr:$destination), commandArguments);
  let assemblyFormat = [{
    custom<Enumerator>($purpose) $extents `from` $source `to` $destination
  }] # commandFormat;
  let hasVerifier = 1;
}

def CraniaHW_ExitTestOp : CraniaHW_CommandOp<"exit_test"> {
  let summary = "Ends the sweep of an input whose logits are confident enough";
  let description = [{
    Compares the confidence of `classes` f32 logits, from element `at` of the
    buffer on, with the threshold of this round.

    Example:

    ```mlir
    %e = crania_hw.exit_test @y at 0 classes 2 after(%v) label "exit"
    ```
  }];
  let arguments = !con((ins
    FlatSymbolRefAttr:$logits,
    CraniaHW_SizeAttr:$offset,
    CraniaHW_U32Attr:$classes), commandArguments);
  let assemblyFormat = [{
    $logits `at` $offset `classes` $classes
  }] # commandFormat;
}

//===----------------------------------------------------------------------===//
// Host
//===----------------------------------------------------------------------===//

def CraniaHW_ExecuteOp : CraniaHW_Op<"execute", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "bufferizesToAllocation", "bufferizesToMemoryRead",
      "bufferizesToMemoryWrite", "getAliasingValues", "bufferize"]>]> {
  let summary = "Runs a program of the machine for one input, from the host";
  let description = [{
    Gives the logits of the round that stopped and the number of that round. On
    buffers, the logits are written to `into`. The input is f32 also where the
    program's input port has a scale: the runtime quantises.

    Example:

    ```mlir
    %logits, %round = crania_hw.execute @tiny(%x) : (tensor<1x4xf32>) -> (tensor<1x2xf32>, index)
    %r = crania_hw.execute @tiny(%in) into(%out : memref<1x2xf32>) : (memref<1x4xf32>) -> index
    ```
  }];
  let arguments = (ins
    FlatSymbolRefAttr:$program,
    AnyTypeOf<[AnyStaticShapeTensor, AnyStaticShapeMemRef]>:$input,
    Optional<AnyStaticShapeMemRef>:$destination
  );
  let results = (outs Optional<AnyStaticShapeTensor>:$logits, Index:$exit_round);
  let assemblyFormat = [{
    $program `(` $input `)` (`into` `(` $destination^ `:` type($destination) `)`)?
    attr-dict `:` functional-type($input, results)
  }];
  let hasVerifier = 1;
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWOPS_TD
