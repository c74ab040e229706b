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
    : EnumAttr<CraniaHW_Dialect, info, name> {
  let cppNamespace = "::crania::hw"; // also of an enumeration from elsewhere
}

def CraniaHW_SpaceAttr : CraniaHW_EnumAttr<CraniaHW_Space, "space">;
def CraniaHW_PurposeAttr : CraniaHW_EnumAttr<CraniaHW_Purpose, "purpose">;
def CraniaHW_ResidencyAttr : CraniaHW_EnumAttr<Crania_Residency, "residency">;

def CraniaHW_PortAttr : CraniaHW_Attr<"Port", "port"> {
  let summary = "A tensor at the boundary of a program, and its buffer";
  let description = [{
    The host writes the input image to a port, or reads the logits from one. The
    tensor is row-major and begins at the start of the buffer.

    A port with a scale holds integers, i8, i16 or ui8. The host computes them from
    f32 values: it divides by the scale in f32, rounds halves to even, and clamps.

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
    // The first builder makes a port without scale and layout. The second takes
    // both; a scale of 0 means none.
    AttrBuilder<(ins "::mlir::FlatSymbolRefAttr":$buffer,
        "::mlir::RankedTensorType":$type)>,
    AttrBuilder<(ins "::mlir::FlatSymbolRefAttr":$buffer,
        "::mlir::RankedTensorType":$type, "double":$scale,
        "::crania::hw::PortLayout":$layout)>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the type of the host's tensor: that of the port, but with elements
    /// of f32 if the port has a scale.
    ::mlir::RankedTensorType getHostType() const;
  }];
}

def CraniaHW_PlaneAttr : CraniaHW_Attr<"Plane", "plane"> {
  let summary = "A plane of channels x height x width inside a buffer, in any memory order";
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
    The map gives an index per dimension of the view for each point of the loop
    nest. Its results are linear in the loops. The access reads or writes element
    `offset + sum(index[i] * strides[i])` of the buffer. If an index is outside
    [0, extent), it reads `padding`, a value of the buffer's element type.

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
    /// The index start + sum(coefficients[i] * loop[i]).
    struct LinearIndex {
      int64_t start = 0;
      ::mlir::SmallVector<int64_t> coefficients;
    };
    /// Returns the index of one dimension of the view.
    LinearIndex getIndex(unsigned dimension) const;
  }];
}

def CraniaHW_BoxAttr : CraniaHW_Attr<"Box", "box"> {
  let summary = "One side of a copy: a box of elements in a buffer";
  let description = [{
    Element (i0, i1, ...) of the box is element `offset + sum(i * stride)` of the
    buffer. The copy gives the extents.

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
    Operands are register numbers. Registers 0..n-1 are the inputs of the command,
    register n is the present value of the output element (in a reduction), and
    instruction i defines register n+1+i. Unary instructions have one operand, and
    binary ones have two. `select` returns its second operand if the first is not 0,
    else the third. `constant` has no operand and returns `immediate`. Comparisons
    return 1 or 0.

    `max` and `min` return NaN if an operand is NaN. `maxnum` and `minnum` return
    the other operand in that case.

    The type is f32, i32 or i64. Integer instructions wrap at their width. `shr`
    shifts its first operand right by its second, arithmetically. `rescale` is of
    i64 and returns `(a * b + c) >> immediate`, with an immediate of 0 to 62.
    `roundeven` rounds an f32 to an integer, halves to even. `to_f32` takes an
    integer. `to_int` takes an f32, truncates it toward zero and saturates (NaN
    gives 0). The immediate of an f32 constant is f64; any other is i64.

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
    // Builds a constant of f32.
    AttrBuilderWithInferredContext<(ins "::mlir::Type":$type, "double":$immediate)>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Builds a constant of i32 or i64.
    static InstructionAttr getInteger(::mlir::Type type, int64_t immediate);
    /// Builds `(a * b + c) >> shift` in 64 bits.
    static InstructionAttr getRescale(::mlir::MLIRContext *context,
                                      ::mlir::ArrayRef<int64_t> operands,
                                      int64_t shift);
    /// Returns the number of registers that an opcode reads.
    static unsigned getNumOperands(::crania::hw::VectorOpcode opcode);
    /// Parses and prints `max f32(r0, r2)`.
    static ::mlir::FailureOr<InstructionAttr> parseBody(::mlir::AsmParser &parser);
    void printBody(::mlir::AsmPrinter &printer) const;
  }];
}

def CraniaHW_SegmentAttr : CraniaHW_Attr<"Segment", "segment"> {
  let summary = "The encoded bytes of one cluster of a weight tensor";
  let description = [{
    A segment is `bytes` bytes of the image from `address` on, which is a multiple
    of a DRAM burst. It consists of codec blocks that can be decoded on their own.
    Block b is the bytes [block_offsets[b], block_offsets[b+1]) from `address` and
    holds the tiles [block_tiles[b], block_tiles[b+1]). `encoding` is the id of the
    encoding. If the encoding has tables, `tables` bytes of them come first, followed by
    the directory, up to the first block. A retained segment has a place in the
    weight store.

    If the next cluster refines this one, it holds a word at every position, which
    replaces the word of this cluster. `refined_words` are then the distinct words
    of this cluster, ascending as unsigned numbers. All clusters of a tensor but
    the last have them, or none has.

    Example:
    `#crania_hw.segment<cluster 1, encoding "bitmap", at 0, bytes 640, retained at 0, block_offsets [0, 640], block_tiles [0, 1]>`
  }];
  let parameters = (ins
    "int64_t":$cluster,
    "::mlir::StringAttr":$encoding,
    "int64_t":$address,
    "int64_t":$bytes,
    EnumParameter<Crania_Residency>:$residency,
    "int64_t":$storeOffset,
    "::mlir::DenseI64ArrayAttr":$blockOffsets,
    "::mlir::DenseI64ArrayAttr":$blockTiles,
    DefaultValuedParameter<"int64_t", "0">:$tableBytes,
    DefaultValuedParameter<"::mlir::DenseI64ArrayAttr",
                           "::mlir::DenseI64ArrayAttr::get($_ctxt, {})">:$refinedWords
  );
  let assemblyFormat = [{
    `<` `cluster` $cluster `,` custom<Encoding>($encoding) `,` `at` $address `,`
    `bytes` $bytes `,` custom<Residency>($residency, $storeOffset) `,`
    `block_offsets` $blockOffsets `,` `block_tiles` $blockTiles
    `` custom<SegmentTail>($tableBytes, $refinedWords) `` `>`
  }];
  let builders = [
    AttrBuilder<(ins "int64_t":$cluster, "::llvm::StringRef":$encoding,
        "int64_t":$address, "int64_t":$bytes,
        "::crania::ir::Residency":$residency, "int64_t":$storeOffset,
        "::mlir::ArrayRef<int64_t>":$blockOffsets,
        "::mlir::ArrayRef<int64_t>":$blockTiles,
        "int64_t":$tableBytes,
        "::mlir::ArrayRef<int64_t>":$refinedWords)>
  ];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isRetained() const {
      return getResidency() == ::crania::ir::Residency::Retained;
    }
    /// Returns true if the next cluster replaces the words of this one.
    bool isRefined() const { return !getRefinedWords().empty(); }
  }];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWATTRIBUTES_TD
