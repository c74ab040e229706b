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
/// A byte or element count. The machine addresses at most 2^63 - 1 of them.
def CraniaHW_SizeAttr : ConfinedAttr<I64Attr, [IntNonNegative]>;
def CraniaHW_ClusterAttr : ConfinedAttr<I64Attr, [IntPositive, IntMaxValue<65535>]>;
/// A pair of height and width.
def CraniaHW_PairAttr : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>]>;
/// The element types of buffers. Signless integers stand for the signed ones of
/// the machine; ui8 is unsigned.
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
  let summary = "A program that the machine runs for one input, round after round";
  let description = [{
    A program holds the buffers, the weights and, in order, one `crania_hw.round`
    per round. After each round but the last, `exit` decides by its threshold
    whether the input is finished. `image` is the content that the program ships in
    DRAM: encoded weights and parameters. Buffers in `dram` share `dram_bytes` bytes
    of scratch besides the image.

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
    // Also creates the body, an empty block.
    OpBuilder<(ins "::llvm::StringRef":$name, "::crania::ir::TargetAttr":$target,
        "::mlir::Type":$precision, "::crania::ir::ExitAttr":$exit,
        "::crania::hw::PortAttr":$input, "::crania::hw::PortAttr":$logits,
        "::mlir::ElementsAttr":$image, "int64_t":$dramBytes)>
  ];
  let extraClassDeclaration = [{
    /// Returns the number of rounds, which is one more than the number of
    /// thresholds.
    int64_t getNumRounds() { return getExit().getNumThresholds() + 1; }
    /// Returns the bytes of the image. They point into the attribute if possible,
    /// else into `storage`.
    ::llvm::ArrayRef<uint8_t> getImageBytes(::llvm::SmallVectorImpl<char> &storage);
  }];
}

def CraniaHW_BufferOp : CraniaHW_Op<"buffer", [
    Symbol, HasParent<"::crania::hw::ProgramOp">]> {
  let summary = "A range of bytes in one memory";
  let description = [{
    `at` is the first byte within the image, the DRAM scratch or the global buffer.
    Buffers in the global buffer may share bytes if tokens order the commands that
    use them.

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
  let summary = "A clustered weight tensor in the form that the PE array takes";
  let description = [{
    The tensor consists of `groups` matrices of `outputs` x `depth`, cut into tiles
    of at most `tile[0]` outputs by `tile[1]` inputs. Tiles are numbered group by
    group, then by block of outputs, then by depth. There is one segment per
    cluster, in order.

    Example:

    ```mlir
    crania_hw.weights @fc groups 1 outputs 2 depth 4 tile [16, 256] : f32 segments [
      <cluster 1, encoding "raw", at 0, bytes 32, streamed, block_offsets [0, 32], block_tiles [0, 1]>]
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
    ::crania::encoding::Tiling getTiling();
    int64_t getNumTiles() { return getTiling().tiles(); }
    /// Returns the segment of a cluster, counted from 1.
    ::crania::hw::SegmentAttr getSegment(int64_t cluster) {
      return ::llvm::cast<::crania::hw::SegmentAttr>(getSegments()[cluster - 1]);
    }
    int64_t getNumClusters() { return getSegments().size(); }
    /// Returns true if each cluster replaces the words of the one before.
    bool isRefining() { return getSegment(1).isRefined(); }
  }];
}

def CraniaHW_RoundOp : CraniaHW_Op<"round", [
    NoTerminator, SingleBlock, NoRegionArguments,
    HasParent<"::crania::hw::ProgramOp">]> {
  let summary = "The commands of one round, in order";
  let description = [{
    A round ends with its only `crania_hw.exit_test`. Only the weight store,
    parameters on chip and the input are kept from round to round.

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
    Streamed clusters go through the staging FIFO, tile by tile and within a tile
    cluster by cluster. Retained clusters go to the weight store. Blocks that the
    store already holds are not moved again. Tiles are the range [begin, end);
    clusters ascend.

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
  let summary = "Frees the bytes of a retained cluster in the weight store";
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
  let summary = "Computes a convolution or matrix product on the PE array";
  let description = [{
    Computes, with the weights D of clusters 1 to `clusters`:

        output[g*M+m, y, x] = sum over c, i, j of
          D[g, m, (c*kernel[0] + i)*kernel[1] + j]
          * input[g*C+c, y*stride[0] + i*dilation[0] - pad[0],
                         x*stride[1] + j*dilation[1] - pad[1]]

    The input is 0 outside its plane. A matrix product is the 1x1 case with one row.
    The tiles [begin, end) cover whole blocks of outputs. With `accumulate`, which
    only f32 allows, the sum is added to the present value of the output.

    f32 weights take f32 inputs and produce f32. i8 weights take i8 or ui8 and
    produce i32. i16 weights take i16 and produce i64. Both integer sums are exact.

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
  let summary = "Runs element-wise instructions over a loop nest on the vector unit";
  let description = [{
    Runs `code` for each point of the loops `loops`, outermost first. Registers r0 to
    r(n-1) are the inputs, rn is the present value of the output element, and each
    instruction defines the next register. The last register is stored. Without
    code that is r0, so that the command copies its only input.

    With `reduces`, the command reduces over the loops that the output does not
    depend on, and its code may read rn. The reduction starts at the value after
    `from`, or else at the present value of the output.

    A register holds an f32 or an integer, depending on the buffer that it is loaded
    from or on the instruction that defines it. The stored register must be of the
    output's kind.

    With `follows`, the command processes the output blocks of that
    `crania_hw.contract` as they are finished, instead of after the whole contract.

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
    Returns the logits of the round that stopped and the number of that round. On
    buffers, the logits are written to `into`. The input is f32 even if the
    program's input port has a scale, because the runtime quantizes it.

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
