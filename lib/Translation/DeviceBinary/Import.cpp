// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The translation of a device binary to programs of crania_hw. The binary has
// been verified. A name that symbols or attributes do not allow is an error
// here.

#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace crania;

namespace {

/// The alignment of the blob of an image. With a larger one, only a
/// memory-mapped blob could be read from bytecode, and not every tool maps it.
constexpr size_t imageAlignment = 16;

template <typename Enum, typename BinaryEnum>
Enum enumOf(BinaryEnum value) {
  return static_cast<Enum>(value);
}

template <typename T>
SmallVector<int64_t> listOf(const std::vector<T> &values) {
  return SmallVector<int64_t>(values.begin(), values.end());
}

class ProgramImporter {
public:
  ProgramImporter(OpBuilder &builder, Location loc,
                  const binary::ProgramT &program, Span<const uint8_t> image)
      : builder(builder), loc(loc), program(program), image(image) {}

  LogicalResult run();

private:
  LogicalResult checkNames();
  FailureOr<ir::TargetAttr> importTarget();
  ElementsAttr importImage();
  void importBuffers();
  LogicalResult importWeights(const binary::WeightsT &weights);
  LogicalResult importRound(const binary::RoundT &round);

  FailureOr<Value> importCommand(const binary::CommandT &command);
  Value importFetch(const binary::FetchT &fetch);
  Value importRelease(const binary::ReleaseT &release);
  FailureOr<Value> importContract(const binary::ContractT &contract);
  FailureOr<Value> importVector(const binary::VectorT &vector, Value follows);
  FailureOr<Value> importCopy(const binary::CopyT &copy);
  Value importExitTest(const binary::ExitTestT &test);

  Type typeOf(binary::ElementType element);
  FlatSymbolRefAttr bufferName(uint32_t index) {
    return FlatSymbolRefAttr::get(builder.getContext(),
                                  program.buffers[index]->name);
  }
  StringRef weightsName(uint32_t index) { return program.weights[index]->name; }
  Type tokenType() { return hw::TokenType::get(builder.getContext()); }
  hw::PortAttr portOf(const binary::PortT &port);
  hw::PlaneAttr planeOf(const binary::PlaneT &plane);
  hw::AccessAttr accessOf(const binary::AccessT &access, size_t loops);
  hw::BoxAttr boxOf(uint32_t buffer, uint64_t offset,
                    const std::vector<int64_t> &strides);
  hw::InstructionAttr instructionOf(const binary::VectorInstruction &code);
  InFlightDiagnostic emitError() {
    return mlir::emitError(loc) << "program \"" << program.name << "\": ";
  }

  OpBuilder &builder;
  Location loc;
  const binary::ProgramT &program;
  Span<const uint8_t> image;
  hw::ProgramOp op;
  /// The tokens of the commands of the current round, and the tokens that the
  /// next round gets.
  SmallVector<Value> tokens;
  StringRef label;
  SmallVector<Value> after;
};

Type ProgramImporter::typeOf(binary::ElementType element) {
  return hw::typeOf(element, builder.getContext());
}

/// Checks the names of buffers and weights, which become symbols of one table.
LogicalResult ProgramImporter::checkNames() {
  llvm::StringSet<> names;
  auto check = [&](const std::string &name) -> LogicalResult {
    if (name.empty())
      return emitError() << "a buffer or weight tensor has no name";
    if (!names.insert(name).second)
      return emitError() << "two buffers or weight tensors are named \"" << name
                         << "\"";
    return success();
  };
  if (program.name.empty())
    return emitError() << "it has no name";
  for (const auto &buffer : program.buffers)
    if (failed(check(buffer->name)))
      return failure();
  for (const auto &weights : program.weights)
    if (failed(check(weights->name)))
      return failure();
  return success();
}

/// Imports the target: a preset by its name, any other machine by its
/// description.
FailureOr<ir::TargetAttr> ProgramImporter::importTarget() {
  Result<target::TargetModel> model = target::parseTarget(program.target);
  if (!model)
    return emitError() << model.error().message;
  Result<target::TargetModel> preset = target::findPreset(model->name);
  StringAttr description;
  if (!preset || preset->toJson() != program.target)
    description = builder.getStringAttr(program.target);
  auto target = ir::TargetAttr::getChecked([&] { return emitError(); },
                                           builder.getContext(),
                                           StringRef(model->name), description);
  if (!target)
    return failure();
  return target;
}

ElementsAttr ProgramImporter::importImage() {
  auto type =
      RankedTensorType::get({int64_t(image.size())}, builder.getI8Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(image.data()),
                       image.size());
  if (bytes.empty())
    return DenseElementsAttr::get(type, ArrayRef<int8_t>());
  return DenseResourceElementsAttr::get(
      type, program.name + "_image",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, imageAlignment));
}

hw::PortAttr ProgramImporter::portOf(const binary::PortT &port) {
  SmallVector<int64_t> shape = listOf(port.shape);
  FloatAttr scale;
  if (port.scale != 0)
    scale = builder.getF64FloatAttr(port.scale);
  return hw::PortAttr::getChecked(
      [&] { return emitError(); }, builder.getContext(),
      bufferName(port.buffer),
      RankedTensorType::get(shape, typeOf(port.element)), scale,
      enumOf<hw::PortLayout>(port.layout));
}

LogicalResult ProgramImporter::run() {
  FailureOr<ir::TargetAttr> target = importTarget();
  if (failed(target) || failed(checkNames()))
    return failure();
  auto exit = ir::ExitAttr::getChecked(
      [&] { return emitError(); }, builder.getContext(),
      enumOf<ir::Confidence>(program.exit_rule),
      builder.getDenseF64ArrayAttr(program.thresholds));
  hw::PortAttr input = portOf(*program.input), logits = portOf(*program.logits);
  if (!exit || !input || !logits)
    return failure();
  op = hw::ProgramOp::create(builder, loc, program.name, *target,
                             typeOf(program.precision), exit, input, logits,
                             importImage(), program.dram_bytes);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&op.getBody().front());
  importBuffers();
  for (const auto &weights : program.weights)
    if (failed(importWeights(*weights)))
      return failure();
  for (const auto &round : program.rounds)
    if (failed(importRound(*round)))
      return failure();
  return success();
}

void ProgramImporter::importBuffers() {
  for (const auto &buffer : program.buffers)
    hw::BufferOp::create(builder, loc, buffer->name,
                         enumOf<hw::Space>(buffer->space), buffer->offset,
                         buffer->bytes, typeOf(buffer->element));
}

LogicalResult ProgramImporter::importWeights(const binary::WeightsT &weights) {
  SmallVector<Attribute> segments;
  for (const auto &segment : weights.segments) {
    MLIRContext *context = builder.getContext();
    auto attribute = hw::SegmentAttr::getChecked(
        [&] { return emitError(); }, context, int64_t(segment->cluster),
        builder.getStringAttr(segment->encoding), int64_t(segment->address),
        int64_t(segment->bytes), enumOf<hw::Residency>(segment->residency),
        int64_t(segment->store_offset),
        builder.getDenseI64ArrayAttr(listOf(segment->block_offsets)),
        builder.getDenseI64ArrayAttr(listOf(segment->block_tiles)),
        int64_t(segment->table_bytes),
        builder.getDenseI64ArrayAttr(listOf(segment->refined_words)));
    if (!attribute)
      return failure();
    segments.push_back(attribute);
  }
  int64_t tile[] = {weights.tile_outputs, weights.tile_depth};
  hw::WeightsOp::create(builder, loc, weights.name, weights.groups,
                        weights.outputs, weights.depth, tile,
                        typeOf(weights.element),
                        builder.getArrayAttr(segments));
  return success();
}

LogicalResult ProgramImporter::importRound(const binary::RoundT &round) {
  auto roundOp = hw::RoundOp::create(builder, loc);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&roundOp.getBody().front());
  tokens.clear();
  for (const auto &command : round.commands) {
    label = program.labels[command->label];
    after.clear();
    for (uint32_t token : command->after)
      after.push_back(tokens[token]);
    FailureOr<Value> token = importCommand(*command);
    if (failed(token))
      return failure();
    tokens.push_back(*token);
  }
  return success();
}

FailureOr<Value>
ProgramImporter::importCommand(const binary::CommandT &command) {
  const binary::CommandBodyUnion &body = command.body;
  Value follows = command.follows >= 0 ? tokens[command.follows] : Value();
  switch (body.type) {
  case binary::CommandBody::Fetch:
    return importFetch(*body.AsFetch());
  case binary::CommandBody::Release:
    return importRelease(*body.AsRelease());
  case binary::CommandBody::Contract:
    return importContract(*body.AsContract());
  case binary::CommandBody::Vector:
    return importVector(*body.AsVector(), follows);
  case binary::CommandBody::Copy:
    return importCopy(*body.AsCopy());
  case binary::CommandBody::ExitTest:
    return importExitTest(*body.AsExitTest());
  case binary::CommandBody::NONE:
    break;
  }
  llvm_unreachable("the binary has been verified");
}

Value ProgramImporter::importFetch(const binary::FetchT &fetch) {
  return hw::FetchOp::create(builder, loc, tokenType(),
                             weightsName(fetch.weights), listOf(fetch.clusters),
                             enumOf<hw::Residency>(fetch.residency),
                             fetch.tile_begin, fetch.tile_end, label, after);
}

Value ProgramImporter::importRelease(const binary::ReleaseT &release) {
  return hw::ReleaseOp::create(builder, loc, tokenType(),
                               weightsName(release.weights), release.cluster,
                               label, after);
}

hw::PlaneAttr ProgramImporter::planeOf(const binary::PlaneT &plane) {
  int64_t strides[] = {plane.channel_stride, plane.row_stride,
                       plane.column_stride};
  return hw::PlaneAttr::getChecked(
      [&] { return emitError(); }, builder.getContext(),
      bufferName(plane.buffer), int64_t(plane.offset), int64_t(plane.channels),
      int64_t(plane.height), int64_t(plane.width),
      builder.getDenseI64ArrayAttr(strides));
}

FailureOr<Value>
ProgramImporter::importContract(const binary::ContractT &contract) {
  hw::PlaneAttr input = planeOf(*contract.input);
  hw::PlaneAttr output = planeOf(*contract.output);
  if (!input || !output)
    return failure();
  int64_t kernel[] = {contract.kernel_h, contract.kernel_w};
  int64_t stride[] = {contract.stride_h, contract.stride_w};
  int64_t dilation[] = {contract.dilation_h, contract.dilation_w};
  int64_t pad[] = {contract.pad_top, contract.pad_left};
  return Value(hw::ContractOp::create(
      builder, loc, tokenType(), weightsName(contract.weights),
      contract.clusters, contract.tile_begin, contract.tile_end, input, output,
      kernel, stride, dilation, pad, contract.accumulate, label, after));
}

hw::AccessAttr ProgramImporter::accessOf(const binary::AccessT &access,
                                         size_t loops) {
  MLIRContext *context = builder.getContext();
  SmallVector<AffineExpr> indices;
  SmallVector<int64_t> extents, strides;
  for (const auto &dim : access.dims) {
    AffineExpr index = builder.getAffineConstantExpr(0);
    for (size_t i = 0; i < loops; ++i)
      index = index + builder.getAffineDimExpr(i) * dim->coefficients[i];
    indices.push_back(index + dim->start);
    extents.push_back(dim->extent);
    strides.push_back(dim->stride);
  }
  return hw::AccessAttr::getChecked(
      [&] { return emitError(); }, context, bufferName(access.buffer),
      int64_t(access.offset), AffineMap::get(loops, 0, indices, context),
      builder.getDenseI64ArrayAttr(extents),
      builder.getDenseI64ArrayAttr(strides),
      builder.getF64FloatAttr(access.padding));
}

hw::InstructionAttr
ProgramImporter::instructionOf(const binary::VectorInstruction &code) {
  auto opcode = enumOf<hw::VectorOpcode>(code.op());
  int64_t operands[] = {code.a(), code.b(), code.c()};
  unsigned count = hw::InstructionAttr::getNumOperands(opcode);
  TypedAttr immediate;
  const binary::Immediate kind = binary::traitsOf(code.op()).immediate;
  if (kind == binary::Immediate::value && binary::isFloat(code.type()))
    immediate = builder.getF64FloatAttr(code.immediate());
  else if (kind != binary::Immediate::none)
    immediate = builder.getI64IntegerAttr(code.integer());
  return hw::InstructionAttr::get(
      builder.getContext(), opcode, typeOf(code.type()),
      ArrayRef(operands).take_front(count), immediate);
}

FailureOr<Value> ProgramImporter::importVector(const binary::VectorT &vector,
                                               Value follows) {
  SmallVector<Attribute> inputs, code;
  for (const auto &input : vector.inputs) {
    hw::AccessAttr access = accessOf(*input, vector.extents.size());
    if (!access)
      return failure();
    inputs.push_back(access);
  }
  hw::AccessAttr output = accessOf(*vector.output, vector.extents.size());
  if (!output)
    return failure();
  for (const binary::VectorInstruction &instruction : vector.code)
    code.push_back(instructionOf(instruction));
  FloatAttr initial;
  if (vector.reduces && vector.initialized)
    initial = builder.getF64FloatAttr(vector.initial);
  return Value(hw::VectorOp::create(
      builder, loc, tokenType(), listOf(vector.extents),
      builder.getArrayAttr(inputs), output, builder.getArrayAttr(code),
      vector.reduces, initial, label, after, follows));
}

hw::BoxAttr ProgramImporter::boxOf(uint32_t buffer, uint64_t offset,
                                   const std::vector<int64_t> &strides) {
  return hw::BoxAttr::getChecked(
      [&] { return emitError(); }, builder.getContext(), bufferName(buffer),
      int64_t(offset), builder.getDenseI64ArrayAttr(strides));
}

FailureOr<Value> ProgramImporter::importCopy(const binary::CopyT &copy) {
  hw::BoxAttr source =
      boxOf(copy.source, copy.source_offset, copy.source_strides);
  hw::BoxAttr destination = boxOf(copy.destination, copy.destination_offset,
                                  copy.destination_strides);
  if (!source || !destination)
    return failure();
  return Value(hw::CopyOp::create(
      builder, loc, tokenType(), enumOf<hw::Purpose>(copy.purpose),
      listOf(copy.extents), source, destination, label, after));
}

Value ProgramImporter::importExitTest(const binary::ExitTestT &test) {
  return hw::ExitTestOp::create(builder, loc, tokenType(),
                                program.buffers[test.logits]->name, test.offset,
                                test.classes, label, after);
}

} // namespace

OwningOpRef<ModuleOp>
crania::importDeviceBinary(const binary::DeviceBinary &binary, Location loc) {
  loc.getContext()->loadDialect<hw::CraniaHWDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  llvm::StringSet<> names;
  for (size_t i = 0; i < binary.programCount(); ++i) {
    std::unique_ptr<binary::ProgramT> program(binary.program(i).UnPack());
    if (!names.insert(program->name).second) {
      emitError(loc) << "two programs are named \"" << program->name << "\"";
      return {};
    }
    ProgramImporter importer(builder, loc, *program, binary.image(i));
    if (failed(importer.run()))
      return {};
  }
  if (failed(verify(*module)))
    return {};
  return module;
}
