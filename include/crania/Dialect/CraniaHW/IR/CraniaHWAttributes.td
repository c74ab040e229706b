// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_TD

include "crania/Dialect/Crania/IR/CraniaAttributes.td"
include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.td"
include "crania/Dialect/CraniaHW/IR/CraniaHWEnums.td"
include "mlir/IR/AttrTypeBase.td"

class CraniaHW_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<CraniaHW_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class CraniaHW_EnumAttr<EnumInfo info, string name>
    : EnumAttr<CraniaHW_Dialect, info, name>;

def CraniaHW_SpaceAttr : CraniaHW_EnumAttr<CraniaHW_Space, "space">;
def CraniaHW_PurposeAttr : CraniaHW_EnumAttr<CraniaHW_Purpose, "purpose">;
def CraniaHW_ResidencyAttr : CraniaHW_EnumAttr<CraniaHW_Residency, "residency">;

def CraniaHW_PortAttr : CraniaHW_Attr<"Port", "port"> {
  let summary = "A tensor at the boundary, and the buffer that it is in";
  let description = [{
    Where the host puts the input image, or finds the logits: row-major, from the
    start of the buffer.

    A port with a scale holds integers, i8, i16 or ui8, that the host makes of its
    f32: divided by the scale in f32, rounded half to even, clamped.

    An input of rank 4 has a layout, from which a host that prepares images knows
    the channels: `nchw` if it is left out, `nhwc`, or `unknown`.

    Example: `#crania_hw.port<@image : tensor<1x1x28x28xf32>>`,
    `#crania_hw.port<@image : tensor<1x28x28x3xui8> layout nhwc, scale 0.0625>`
  }];
  let parameters = (ins
    "::mlir::FlatSymbolRefAttr":$buffer,
    "::mlir::RankedTensorType":$type,
    OptionalParameter<"::mlir::FloatAttr">:$scale,
    DefaultValuedParameter<"::crania::hw::PortLayout",
        "::crania::hw::PortLayout::NCHW">:$layout
  );
  let assemblyFormat =
    "`<` $buffer `:` $type (`layout` $layout^)? (`,` `scale` custom<Double>($scale)^)? `>`";
  let builders = [
    // Without a scale and a layout; with them, where a scale of 0 is none.
    AttrBuilder<(ins "::mlir::FlatSymbolRefAttr":$buffer,
        "::mlir::RankedTensorType":$type)>,
    AttrBuilder<(ins "::mlir::FlatSymbolRefAttr":$buffer,
        "::mlir::RankedTensorType":$type, "double":$scale,
        "::crania::hw::PortLayout":$layout)>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The tensor on the host's side: of f32 where the port has a scale.
    ::mlir::RankedTensorType getHostType() const;
  }];
}

def CraniaHW_PlaneAttr : CraniaHW_Attr<"Plane", "plane"> {
  let summary = "Channels x height x width inside a buffer, in any memory order";
  let description = [{
    Element (c, y, x) of the plane is element `offset + c * strides[0] +
    y * strides[1] + x * strides[2]` of the buffer.

    Example: `#crania_hw.plane<@x at 0, 6x28x28, strides [784, 28, 1]>`
  }];
  let parameters = (ins
    "::mlir::FlatSymbolRefAttr":$buffer,
    "int64_t":$offset,
    "int64_t":$channels,
    "int64_t":$height,
    "int64_t":$width,
    "::mlir::DenseI64ArrayAttr":$strides
  );
  let assemblyFormat = [{
    `<` $buffer `at` $offset `,` custom<Extents>($channels, $height, $width) `,`
    `strides` $strides `>`
  }];
  let genVerifyDecl = 1;
}

def CraniaHW_AccessAttr : CraniaHW_Attr<"Access", "access"> {
  let summary = "A strided view of a buffer over a loop nest";
  let description = [{
    The map gives, for each point of the loop nest, an index per dimension of the
    view; its results are linear in the loops. An index outside [0, extent) reads
    `padding`, a value of the buffer's element type. The element is number
    `offset + sum(index[i] * strides[i])` of the buffer.

    Example:
    `#crania_hw.access<@x at 0, (d0, d1, d2) -> (d0, d1 * 2 + d2 - 1), extents [6, 28], strides [784, 28], padding 0.0>`
  }];
  let parameters = (ins
    "::mlir::FlatSymbolRefAttr":$buffer,
    "int64_t":$offset,
    "::mlir::AffineMap":$map,
    "::mlir::DenseI64ArrayAttr":$extents,
    "::mlir::DenseI64ArrayAttr":$strides,
    "::mlir::FloatAttr":$padding
  );
  let assemblyFormat = [{
    `<` $buffer `at` $offset `,` $map `,` `extents` $extents `,`
    `strides` $strides `,` `padding` custom<Double>($padding) `>`
  }];
  let builders = [
    AttrBuilderWithInferredContext<(ins "::mlir::FlatSymbolRefAttr":$buffer,
        "int64_t":$offset, "::mlir::AffineMap":$map,
        "::mlir::ArrayRef<int64_t>":$extents,
        "::mlir::ArrayRef<int64_t>":$strides, CArg<"double", "0">:$padding)>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// start + sum(coefficients[i] * loop[i])
    struct LinearIndex {
      int64_t start = 0;
      ::mlir::SmallVector<int64_t> coefficients;
    };
    /// The index of one dimension of the view.
    LinearIndex getIndex(unsigned dimension) const;
  }];
}

def CraniaHW_BoxAttr : CraniaHW_Attr<"Box", "box"> {
  let summary = "One side of a copy: where a box of elements lies in a buffer";
  let description = [{
    Element (i0, i1, ...) of the box is number `offset + sum(i * stride)` of the
    buffer; the extents are those of the copy.

    Example: `#crania_hw.box<@x at 16, strides [28, 1]>`
  }];
  let parameters = (ins
    "::mlir::FlatSymbolRefAttr":$buffer,
    "int64_t":$offset,
    "::mlir::DenseI64ArrayAttr":$strides
  );
  let assemblyFormat = "`<` $buffer `at` $offset `,` `strides` $strides `>`";
  let genVerifyDecl = 1;
}

def CraniaHW_InstructionAttr : CraniaHW_Attr<"Instruction", "instruction"> {
  let summary = "An element-wise instruction of the vector unit";
  let description = [{
    Operands are numbers of registers: 0..n-1 are the inputs of the command,
    register n is the present value of the output element (in a reduction), and
    instruction i defines register n+1+i. Unary instructions have one operand,
    binary ones two; `select` gives its second operand where the first is not 0,
    else the third; `constant` has none and gives `immediate`. Comparisons give 1
    or 0.

    `max` and `min` give NaN if an operand is NaN, `maxnum` and `minnum` then the
    other operand.

    The type is f32, i32 or i64; integer instructions wrap at their width. `shr`
    shifts its first operand right by its second, arithmetically. `rescale`, of
    i64, gives `(a * b + c) >> immediate`, the immediate being 0 to 62.
    `roundeven` rounds an f32 to an integer, halves to even. `to_f32` takes an
    integer, `to_int` an f32, which it cuts towards zero and saturates (NaN gives
    0). Immediates of f32 constants are f64, all others i64.

    Example: `#crania_hw.instruction<max f32(r0, r2)>`,
    `#crania_hw.instruction<constant f32(0.5)>`,
    `#crania_hw.instruction<constant i32(-128)>`,
    `#crania_hw.instruction<rescale i64(r0, r1, r2, 20)>`
  }];
  let parameters = (ins
    EnumParameter<CraniaHW_VectorOpcode>:$opcode,
    "::mlir::Type":$type,
    ArrayRefParameter<"int64_t">:$operands,
    OptionalParameter<"::mlir::TypedAttr">:$immediate
  );
  let builders = [
    AttrBuilderWithInferredContext<(ins "::crania::hw::VectorOpcode":$opcode,
        "::mlir::Type":$type, "::mlir::ArrayRef<int64_t>":$operands)>,
    // A constant of f32.
    AttrBuilderWithInferredContext<(ins "::mlir::Type":$type, "double":$immediate)>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// A constant of i32 or i64.
    static InstructionAttr getInteger(::mlir::Type type, int64_t immediate);
    /// `(a * b + c) >> shift` in 64 bits.
    static InstructionAttr getRescale(::mlir::MLIRContext *context,
                                      ::mlir::ArrayRef<int64_t> operands,
                                      int64_t shift);
    /// Registers that an opcode reads.
    static unsigned getNumOperands(::crania::hw::VectorOpcode opcode);
    /// Parses and prints `max f32(r0, r2)`.
    static ::mlir::FailureOr<InstructionAttr> parseBody(::mlir::AsmParser &parser);
    void printBody(::mlir::AsmPrinter &printer) const;
  }];
}

def CraniaHW_SegmentAttr : CraniaHW_Attr<"Segment", "segment"> {
  let summary = "The encoded bytes of one cluster of a weight tensor";
  let description = [{
    `bytes` bytes of the image from `address` on, a burst's multiple, made of
    codec blocks that decode on their own: block b is the bytes
    [block_offsets[b], block_offsets[b+1]) from `address` and holds the tiles
    [block_tiles[b], block_tiles[b+1]). `layout` is the id of the layout; if it
    has tables, `tables` bytes of them come first, and the directory behind them,
    up to the first block. A retained segment has its place in the weight store.

    `refined_words` are the different words of the cluster, ascending as numbers
    without sign, if the next cluster refines it: that one holds a word at every
    position, which takes the place of this one's. The clusters of a tensor have
    them all, but for the last, or none.

    Example:
    `#crania_hw.segment<cluster 1, layout "bitmap", at 0, bytes 640, retained at 0, block_offsets [0, 640], block_tiles [0, 1]>`
  }];
  let parameters = (ins
    "int64_t":$cluster,
    "::mlir::StringAttr":$layout,
    "int64_t":$address,
    "int64_t":$bytes,
    EnumParameter<CraniaHW_Residency>:$residency,
    "int64_t":$storeOffset,
    "::mlir::DenseI64ArrayAttr":$blockOffsets,
    "::mlir::DenseI64ArrayAttr":$blockTiles,
    DefaultValuedParameter<"int64_t", "0">:$tableBytes,
    DefaultValuedParameter<"::mlir::DenseI64ArrayAttr",
                           "::mlir::DenseI64ArrayAttr::get($_ctxt, {})">:$refinedWords
  );
  let assemblyFormat = [{
    `<` `cluster` $cluster `,` `layout` $layout `,` `at` $address `,`
    `bytes` $bytes `,` custom<Residency>($residency, $storeOffset) `,`
    `block_offsets` $blockOffsets `,` `block_tiles` $blockTiles
    `` custom<SegmentTail>($tableBytes, $refinedWords) `` `>`
  }];
  let builders = [
    AttrBuilder<(ins "int64_t":$cluster, "::llvm::StringRef":$layout,
        "int64_t":$address, "int64_t":$bytes,
        "::crania::hw::Residency":$residency, "int64_t":$storeOffset,
        "::mlir::ArrayRef<int64_t>":$blockOffsets,
        "::mlir::ArrayRef<int64_t>":$blockTiles,
        "int64_t":$tableBytes,
        "::mlir::ArrayRef<int64_t>":$refinedWords)>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isRetained() const {
      return getResidency() == ::crania::hw::Residency::Retained;
    }
    /// Whether the next cluster takes the place of this one.
    bool isRefined() const { return !getRefinedWords().empty(); }
  }];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_TD
