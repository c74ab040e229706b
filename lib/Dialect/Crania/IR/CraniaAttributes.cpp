// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/Crania/IR/CraniaAttributes.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Support/Decimal.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace crania::ir;

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

static ParseResult parseThresholds(AsmParser &parser,
                                   DenseF64ArrayAttr &thresholds) {
  SmallVector<double> values;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseFloat(values.emplace_back());
      }))
    return failure();
  thresholds = DenseF64ArrayAttr::get(parser.getContext(), values);
  return success();
}

/// Prints the shortest decimal form that reads back as the same double.
static void printDouble(raw_ostream &os, double value) {
  const std::string digits = crania::shortestDecimal(value);
  auto [mantissa, exponent] = StringRef(digits).split('e');
  os << mantissa;
  // A float literal of MLIR must have a point: "1" and "1e-09" are integers.
  if (!mantissa.contains('.'))
    os << ".0";
  if (!exponent.empty())
    os << "e" << exponent;
}

static void printThresholds(AsmPrinter &printer, DenseF64ArrayAttr thresholds) {
  printer << "[";
  llvm::interleaveComma(
      thresholds.asArrayRef(), printer.getStream(),
      [&](double value) { printDouble(printer.getStream(), value); });
  printer << "]";
}

static ParseResult parseFreeFlag(AsmParser &parser, bool &free) {
  free = true;
  return parser.parseKeyword("free");
}

static void printFreeFlag(AsmPrinter &printer, bool free) { printer << "free"; }

#include "crania/Dialect/Crania/IR/CraniaAttrInterfaces.cpp.inc"
#include "crania/Dialect/Crania/IR/CraniaEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "crania/Dialect/Crania/IR/CraniaAttributes.cpp.inc"

Attribute CraniaDialect::parseAttribute(DialectAsmParser &parser,
                                        Type type) const {
  const SMLoc loc = parser.getCurrentLocation();
  StringRef mnemonic;
  Attribute attribute;
  if (generatedAttributeParser(parser, &mnemonic, type, attribute).has_value())
    return attribute;
  if (mnemonic == "raw_layout")
    return RawEncodingAttr::get(parser.getContext());
  if (mnemonic == "bitmap_layout")
    return BitmapEncodingAttr::parse(parser, type);
  if (mnemonic == "coded_layout")
    return CodedEncodingAttr::parse(parser, type);
  parser.emitError(loc) << "unknown attribute `" << mnemonic << "` in dialect `"
                        << getNamespace() << "`";
  return {};
}

void CraniaDialect::printAttribute(Attribute attribute,
                                   DialectAsmPrinter &printer) const {
  [[maybe_unused]] const LogicalResult printed =
      generatedAttributePrinter(attribute, printer);
  assert(succeeded(printed) && "an attribute of the dialect has a printer");
}

void CraniaDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "crania/Dialect/Crania/IR/CraniaAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// ExitAttr
//===----------------------------------------------------------------------===//

LogicalResult ExitAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               Confidence confidence,
                               DenseF64ArrayAttr thresholds) {
  bool isProbability = confidence != Confidence::Entropy;
  for (auto [i, threshold] : llvm::enumerate(thresholds.asArrayRef())) {
    if (std::isfinite(threshold) && threshold >= 0 &&
        (!isProbability || threshold <= 1))
      continue;
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format("%g", threshold);
    return emitError() << "threshold " << text << " of round " << i + 1
                       << " is out of range: "
                       << stringifyConfidence(confidence) << " thresholds are "
                       << (isProbability ? "between 0 and 1" : "at least 0");
  }
  return success();
}

int64_t ExitAttr::getNumThresholds() const { return getThresholds().size(); }

//===----------------------------------------------------------------------===//
// Encodings
//===----------------------------------------------------------------------===//

StringRef RawEncodingAttr::getEncodingId() const { return "raw"; }

StringRef BitmapEncodingAttr::getEncodingId() const {
  return getFree() ? "bitmap-free" : "bitmap";
}

//===----------------------------------------------------------------------===//
// CodedEncodingAttr
//===----------------------------------------------------------------------===//

StringRef CodedEncodingAttr::getEncodingId() const { return getEncoding(); }

crania::encoding::TrainingOptions
CodedEncodingAttr::getTrainingOptions() const {
  return {getValueLanes(), getPositionLanes(), getTableLog(), getTables(),
          getExtraBits()};
}

CodedEncodingAttr
CodedEncodingAttr::get(MLIRContext *context, StringRef encoding,
                       const crania::encoding::TrainingOptions &options) {
  return get(context, encoding, options.positionLanes, options.valueLanes,
             options.tableLog, options.mostTables, options.mostExtraBits);
}

LogicalResult
CodedEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          StringRef encoding, unsigned positionLanes,
                          unsigned valueLanes, unsigned tableLog,
                          unsigned tables, unsigned extraBits) {
  if (encoding.empty())
    return emitError()
           << "the attribute names no encoding; expected one such as "
           << "\"conditional+tans\"";
  auto isLaneCount = [](unsigned lanes) {
    return llvm::isPowerOf2_32(lanes) && lanes <= crania::encoding::maxLanes;
  };
  if (!isLaneCount(positionLanes))
    return emitError() << "position_lanes must be a power of two from 1 to "
                       << crania::encoding::maxLanes << ", found "
                       << positionLanes;
  if (valueLanes != 0 && !isLaneCount(valueLanes))
    return emitError() << "value_lanes must be a power of two from 1 to "
                       << crania::encoding::maxLanes << ", found "
                       << valueLanes;
  if (tableLog > crania::encoding::maxTableLog)
    return emitError() << "table_log must be at most "
                       << crania::encoding::maxTableLog << ", found "
                       << tableLog;
  if (tables == 0 || tables > crania::encoding::maxConditions)
    return emitError() << "tables must be from 1 to "
                       << crania::encoding::maxConditions << ", found "
                       << tables;
  if (extraBits > crania::encoding::maxExtraBits)
    return emitError() << "extra_bits must be at most "
                       << crania::encoding::maxExtraBits << ", found "
                       << extraBits;
  return success();
}

Attribute CodedEncodingAttr::parse(AsmParser &parser, Type) {
  std::string encoding;
  crania::encoding::TrainingOptions options;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&encoding))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc at = parser.getCurrentLocation();
    StringRef key;
    unsigned value;
    if (parser.parseKeyword(&key) || parser.parseEqual() ||
        parser.parseInteger(value))
      return {};
    if (key == "position_lanes")
      options.positionLanes = value;
    else if (key == "value_lanes")
      options.valueLanes = value;
    else if (key == "table_log")
      options.tableLog = value;
    else if (key == "tables")
      options.mostTables = value;
    else if (key == "extra_bits")
      options.mostExtraBits = value;
    else
      return parser.emitError(at) << "unknown parameter '" << key
                                  << "'; expected position_lanes, value_lanes, "
                                     "table_log, tables or extra_bits",
             Attribute();
  }
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    encoding, options.positionLanes, options.valueLanes,
                    options.tableLog, options.mostTables,
                    options.mostExtraBits);
}

void CodedEncodingAttr::print(AsmPrinter &printer) const {
  const crania::encoding::TrainingOptions defaults;
  printer << "<";
  printer.printString(getEncoding());
  auto print = [&](StringRef key, unsigned value, unsigned defaultValue) {
    if (value != defaultValue)
      printer << ", " << key << " = " << value;
  };
  print("position_lanes", getPositionLanes(), defaults.positionLanes);
  print("value_lanes", getValueLanes(), defaults.valueLanes);
  print("table_log", getTableLog(), defaults.tableLog);
  print("tables", getTables(), defaults.mostTables);
  print("extra_bits", getExtraBits(), defaults.mostExtraBits);
  printer << ">";
}

//===----------------------------------------------------------------------===//
// SegmentAttr
//===----------------------------------------------------------------------===//

LogicalResult SegmentAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  EncodingAttrInterface encoding,
                                  Decision<int64_t> bytes,
                                  Decision<Residency> residency,
                                  Decision<int64_t> storeOffset,
                                  Decision<int64_t> address) {
  if (bytes && *bytes < 0)
    return emitError() << "bytes must not be negative, found " << *bytes;
  if (storeOffset && *storeOffset < 0)
    return emitError() << "store_offset must not be negative, found "
                       << *storeOffset;
  if (address && *address < 0)
    return emitError() << "address must not be negative, found " << *address;
  bool retained = residency == Residency::Retained;
  if (storeOffset && !retained)
    return emitError() << "only a retained segment has a store_offset";
  if (retained && !storeOffset)
    return emitError() << "a retained segment needs a store_offset";
  return success();
}

namespace {
/// Parses `key = value` pairs in any order, with each key at most once.
struct SegmentParser {
  AsmParser &parser;
  EncodingAttrInterface encoding;
  Decision<int64_t> bytes, storeOffset, address;
  Decision<Residency> residency;

  ParseResult parseInteger(Decision<int64_t> &field) {
    int64_t value;
    if (parser.parseInteger(value))
      return failure();
    field = value;
    return success();
  }

  ParseResult parseResidency() {
    StringRef keyword;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&keyword))
      return failure();
    if (std::optional<Residency> value = symbolizeResidency(keyword))
      residency = *value;
    else
      return parser.emitError(loc)
             << "expected streamed or retained, found '" << keyword << "'";
    return success();
  }

  ParseResult parseField() {
    StringRef key;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return failure();
    if (key == "layout") // in version 0.1.0
      key = "encoding";
    bool repeated =
        (key == "encoding" && encoding) || (key == "bytes" && bytes) ||
        (key == "residency" && residency) ||
        (key == "store_offset" && storeOffset) || (key == "address" && address);
    if (repeated)
      return parser.emitError(loc) << "'" << key << "' is given twice";
    if (key == "encoding")
      return parser.parseAttribute(encoding);
    if (key == "bytes")
      return parseInteger(bytes);
    if (key == "residency")
      return parseResidency();
    if (key == "store_offset")
      return parseInteger(storeOffset);
    if (key == "address")
      return parseInteger(address);
    return parser.emitError(loc)
           << "unknown key '" << key << "' of a segment; expected encoding, "
           << "bytes, residency, store_offset or address";
  }
};
} // namespace

Attribute SegmentAttr::parse(AsmParser &parser, Type) {
  SegmentParser fields{parser, {}, {}, {}, {}, {}};
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::OptionalLessGreater,
                                     [&] { return fields.parseField(); }))
    return {};
  return SegmentAttr::getChecked([&] { return parser.emitError(loc); },
                                 parser.getContext(), fields.encoding,
                                 fields.bytes, fields.residency,
                                 fields.storeOffset, fields.address);
}

void SegmentAttr::print(AsmPrinter &printer) const {
  SmallVector<std::string> fields;
  auto add = [&](StringRef key, auto value) {
    llvm::raw_string_ostream(fields.emplace_back()) << key << " = " << value;
  };
  if (getEncoding())
    add("encoding", Attribute(getEncoding()));
  if (getBytes())
    add("bytes", *getBytes());
  if (getResidency())
    add("residency", stringifyResidency(*getResidency()));
  if (getStoreOffset())
    add("store_offset", *getStoreOffset());
  if (getAddress())
    add("address", *getAddress());
  if (!fields.empty())
    printer << "<" << llvm::join(fields, ", ") << ">";
}

//===----------------------------------------------------------------------===//
// TargetAttr
//===----------------------------------------------------------------------===//

static crania::Result<crania::target::TargetModel>
readTarget(StringRef name, StringAttr description) {
  if (description)
    return crania::target::parseTarget(
        std::string_view(description.data(), description.size()));
  return crania::target::findPreset(std::string_view(name.data(), name.size()));
}

LogicalResult TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef name, StringAttr description) {
  auto model = readTarget(name, description);
  if (!model)
    return emitError() << "target \"" << name
                       << "\": " << model.error().message;
  if (crania::Status status = model->check(); !status)
    return emitError() << "target \"" << name
                       << "\": " << status.error().message;
  return success();
}

crania::target::TargetModel TargetAttr::getModel() const {
  auto model = readTarget(getName(), getDescription());
  model->name = getName().str();
  return *model;
}
