// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_TD
#define CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_TD

include "crania/Dialect/Crania/IR/CraniaDialect.td"
include "crania/Dialect/Crania/IR/CraniaInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Exit rules
//===----------------------------------------------------------------------===//

def Crania_Confidence : I32EnumAttr<"Confidence", "a measure of the confidence of logits", [
  I32EnumAttrCase<"Softmax", 0, "softmax">,
  I32EnumAttrCase<"Margin", 1, "margin">,
  I32EnumAttrCase<"Entropy", 2, "entropy">
]> {
  let cppNamespace = "::crania::ir";
  let genSpecializedAttr = 0;
}

def Crania_ExitAttr : AttrDef<Crania_Dialect, "Exit", [
    DeclareAttrInterfaceMethods<Crania_ExitRuleAttrInterface>]> {
  let mnemonic = "exit";
  let summary = "An exit rule with a threshold per round but the last";
  let description = [{
    Let p = softmax(logits), computed in f64 from the f32 logits with the largest
    logit subtracted first. Round r stops when

    - `softmax`: max(p) >= threshold r, thresholds in [0, 1];
    - `margin`: largest p - second largest p >= threshold r, thresholds in [0, 1];
    - `entropy`: -sum(p * ln p) in nats <= threshold r, thresholds >= 0.

    A threshold that asks for certainty (1 for softmax and margin, 0 for entropy)
    never stops a round before the last one. This holds even where the confidence
    of saturated logits rounds to the threshold.

    A confidence of NaN never stops a round. The last round always
    stops and has no threshold.

    Example: `#crania.exit<softmax, [0.9, 0.8, 0.7]>`
  }];
  let parameters = (ins
    EnumParameter<Crania_Confidence>:$confidence,
    "::mlir::DenseF64ArrayAttr":$thresholds
  );
  let assemblyFormat = "`<` $confidence `,` custom<Thresholds>($thresholds) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Clustering schemes
//===----------------------------------------------------------------------===//

def Crania_ImportanceAttr : AttrDef<Crania_Dialect, "Importance", [
    DeclareAttrInterfaceMethods<Crania_SchemeAttrInterface>]> {
  let mnemonic = "importance";
  let summary = "Clusters with disjoint supports, the most important weights first";
  let description = [{
    Each weight belongs to one cluster. D_r holds the weights of clusters 1..r, and
    0 elsewhere. The assignment of `crania.weights` holds
    the number of each weight's cluster, counted from 0.

    Example: `#crania.importance`
  }];
}

def Crania_ResidualAttr : AttrDef<Crania_Dialect, "Residual", [
    DeclareAttrInterfaceMethods<Crania_SchemeAttrInterface, ["isRefining", "getRefinedWords"]>]> {
  let mnemonic = "residual";
  let summary = "Every cluster holds all weights, each finer than the one before";
  let description = [{
    The assignment of `crania.weights` holds a code per weight. `points` gives the
    word of each code, of the type of the values. Row r, counted from 1, has the
    words of D_r. There are rows for all rounds but the last, because D_K is the
    values themselves. Cluster r holds the words of D_r at all positions. If codes
    are nested from row to row, it only needs to distinguish weights that cluster
    r-1 does not.

    The scheme is meant for integers, where the words of all rounds share the scales
    and sums of the layer. A gain of a round belongs in the requantization behind
    the layer.

    A row has at most 64 distinct words, so that encodings may code a cluster given
    the one before.

    Example, ternary at first: `#crania.residual<dense<[[-60, 0, 60]]> : tensor<1x3xi8>>`
  }];
  let parameters = (ins "::mlir::DenseElementsAttr":$points);
  let assemblyFormat = "`<` $points `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The largest number of distinct words in a row.
    static constexpr size_t maxWords = 64;
  }];
}

//===----------------------------------------------------------------------===//
// Encodings, residency, plans
//===----------------------------------------------------------------------===//

def Crania_RawEncodingAttr : AttrDef<Crania_Dialect, "RawEncoding", [
    DeclareAttrInterfaceMethods<Crania_EncodingAttrInterface>]> {
  let mnemonic = "raw_encoding";
  let summary = "An encoding that stores the value of every position of a block";
  let description = [{
    The encoding is legal for clusters that hold every weight of a block.

    Example: `#crania.raw_encoding`
  }];
}

def Crania_BitmapEncodingAttr : AttrDef<Crania_Dialect, "BitmapEncoding", [
    DeclareAttrInterfaceMethods<Crania_EncodingAttrInterface>]> {
  let mnemonic = "bitmap_encoding";
  let summary = "An encoding of a bit per position, then the raw values of the present ones";
  let description = [{
    With `free`, positions that earlier clusters hold have no bit, because the
    decoder knows them already.

    Example: `#crania.bitmap_encoding` or `#crania.bitmap_encoding<free>`
  }];
  let parameters = (ins DefaultValuedParameter<"bool", "false">:$free);
  let assemblyFormat = "(`<` custom<FreeFlag>($free)^ `>`)?";
}

def Crania_CodedEncodingAttr : AttrDef<Crania_Dialect, "CodedEncoding",
    [DeclareAttrInterfaceMethods<Crania_EncodingAttrInterface, ["getTrainingOptions"]>]> {
  let mnemonic = "coded_encoding";
  let summary = "An encoding of positions and values as streams, with tables per segment";
  let description = [{
    `encoding` is an encoding of docs/Encodings.md, POSITIONS+VALUES, or one that a
    downstream project registered. `position_lanes` and `value_lanes` are the
    numbers of streams of a block, powers of two up to 16. Without `value_lanes`
    there are as many as share a byte range with the positions. `table_log` is log2
    of the size of the largest tANS table. `tables` is the largest number of sets of
    value tables, for the conditions of clusters that refine. `extra_bits` is the
    largest number of extra bits of a symbol that stands for several words.

    Example: `#crania.coded_encoding<"conditional+tans">` or
    `#crania.coded_encoding<"dense+tans", value_lanes = 8, table_log = 10>`
  }];
  let parameters = (ins
    StringRefParameter<"id of the encoding">:$encoding,
    DefaultValuedParameter<"unsigned", "1">:$positionLanes,
    DefaultValuedParameter<"unsigned", "0">:$valueLanes,
    DefaultValuedParameter<"unsigned", "::crania::encoding::defaultTableLog">:$tableLog,
    DefaultValuedParameter<"unsigned", "::crania::encoding::maxConditions">:$tables,
    DefaultValuedParameter<"unsigned", "::crania::encoding::maxExtraBits">:$extraBits
  );
  let builders = [
    AttrBuilder<(ins "::llvm::StringRef":$encoding,
        "const ::crania::encoding::TrainingOptions &":$options)>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

// The numbers are those of DeviceBinary.fbs. The dialect crania_hw uses this
// enumeration, too.
def Crania_Residency : I32EnumAttr<"Residency", "the place of fetched weights on chip", [
  I32EnumAttrCase<"Streamed", 0, "streamed">,
  I32EnumAttrCase<"Retained", 1, "retained">
]> {
  let cppNamespace = "::crania::ir";
  let genSpecializedAttr = 0;
}

def Crania_SegmentAttr : AttrDef<Crania_Dialect, "Segment"> {
  let mnemonic = "segment";
  let summary = "The decisions about one cluster of a weight tensor";
  let description = [{
    Passes fill in a segment from left to right. `crania-assign-encodings` adds the
    encoding and the encoded bytes. `crania-schedule-fetches` adds the residency and,
    if it is retained, the byte offset in the weight store.
    `crania-place-segments` adds the byte address in the weight image. Passes keep
    existing decisions, so any decision can be made by hand.

    Example:
    `#crania.segment<encoding = #crania.bitmap_encoding, bytes = 640, residency = retained, store_offset = 0, address = 4096>`
  }];
  let parameters = (ins
    OptionalParameter<"::crania::ir::EncodingAttrInterface">:$encoding,
    OptionalParameter<"::crania::ir::Decision<int64_t>">:$bytes,
    OptionalParameter<"::crania::ir::Decision<::crania::ir::Residency>">:$residency,
    OptionalParameter<"::crania::ir::Decision<int64_t>">:$storeOffset,
    OptionalParameter<"::crania::ir::Decision<int64_t>">:$address
  );
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Crania_FetchPlanAttr : AttrDef<Crania_Dialect, "FetchPlan"> {
  let mnemonic = "fetch_plan";
  let summary = "The segments of one weight tensor, one per cluster";
  let description = [{
    Example: `#crania.fetch_plan<@conv1, [#crania.segment<encoding = #crania.raw_encoding, bytes = 64>]>`
  }];
  let parameters = (ins
    "::mlir::FlatSymbolRefAttr":$weights,
    ArrayRefParameter<"::crania::ir::SegmentAttr">:$segments
  );
  let assemblyFormat = "`<` $weights `,` `[` $segments `]` `>`";
}

//===----------------------------------------------------------------------===//
// Target
//===----------------------------------------------------------------------===//

def Crania_TargetAttr : AttrDef<Crania_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "The machine that a program is compiled for";
  let description = [{
    The target is a preset, given by name, or a name and the text of a target file
    (JSON, see docs/Targets.md).

    Example: `#crania.target<"edge">`
  }];
  let parameters = (ins
    StringRefParameter<"preset, or name of a machine with a description">:$name,
    OptionalParameter<"::mlir::StringAttr">:$description
  );
  let assemblyFormat = "`<` $name (`,` $description^)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the machine. The verifier has checked that it can be read.
    ::crania::target::TargetModel getModel() const;
  }];
}

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_TD
