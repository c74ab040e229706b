// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Encodes a program of crania_hw as metadata of a device binary.

#include "ProgramEncoding.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cassert>

using namespace mlir;
using namespace crania;

namespace {

/// Returns the element type of a type of a verified program.
binary::ElementType elementOf(Type type) {
  std::optional<binary::ElementType> element = hw::elementTypeOf(type);
  assert(element && "the program was not verified");
  return *element;
}

/// Converts an enumeration. The dialect uses the numbers of the schema.
template <typename BinaryEnum, typename Enum>
BinaryEnum enumOf(Enum value) {
  return static_cast<BinaryEnum>(value);
}

template <typename T>
std::vector<T> vectorOf(ArrayRef<int64_t> values) {
  return std::vector<T>(values.begin(), values.end());
}

/// Encodes one verified program. Buffers and weights are numbered in their
/// order.
class ProgramEncoder {
public:
  explicit ProgramEncoder(hw::ProgramOp program) : program(program) {}

  binary::ProgramT run();

private:
  void addBuffer(hw::BufferOp op);
  void addWeights(hw::WeightsOp op);
  void addRound(hw::RoundOp op);
  std::unique_ptr<binary::CommandT> commandOf(hw::CommandOpInterface op);

  binary::CommandBodyUnion bodyOf(Operation *op);
  binary::FetchT fetchOf(hw::FetchOp op);
  binary::ReleaseT releaseOf(hw::ReleaseOp op);
  binary::ContractT contractOf(hw::ContractOp op);
  binary::VectorT vectorOpOf(hw::VectorOp op);
  binary::CopyT copyOf(hw::CopyOp op);
  binary::ExitTestT exitTestOf(hw::ExitTestOp op);

  std::unique_ptr<binary::PortT> portOf(hw::PortAttr port);
  std::unique_ptr<binary::PlaneT> planeOf(hw::PlaneAttr plane);
  std::unique_ptr<binary::AccessT> accessOf(hw::AccessAttr access);

  uint32_t bufferOf(FlatSymbolRefAttr name) {
    return buffers.lookup(name.getAttr());
  }
  uint32_t weightsOf(FlatSymbolRefAttr name) {
    return weights.lookup(name.getAttr());
  }
  uint32_t labelOf(StringRef label);

  hw::ProgramOp program;
  binary::ProgramT result;
  llvm::DenseMap<StringAttr, uint32_t> buffers, weights;
  llvm::StringMap<uint32_t> labels;
  /// The number of each command of the current round, by its token.
  llvm::DenseMap<Value, uint32_t> commands;
};

binary::ProgramT ProgramEncoder::run() {
  result.name = program.getSymName().str();
  result.target = program.getTarget().getModel().toJson();
  result.precision = elementOf(program.getPrecision());
  result.dram_bytes = program.getDramBytes();
  result.exit_rule =
      enumOf<binary::ExitRule>(program.getExit().getConfidence());
  ArrayRef<double> thresholds = program.getExit().getThresholds().asArrayRef();
  result.thresholds.assign(thresholds.begin(), thresholds.end());
  for (auto op : program.getOps<hw::BufferOp>())
    addBuffer(op);
  for (auto op : program.getOps<hw::WeightsOp>())
    addWeights(op);
  for (auto op : program.getOps<hw::RoundOp>())
    addRound(op);
  result.input = portOf(program.getInput());
  result.logits = portOf(program.getLogits());
  return std::move(result);
}

void ProgramEncoder::addBuffer(hw::BufferOp op) {
  buffers[op.getSymNameAttr()] = result.buffers.size();
  auto buffer = std::make_unique<binary::BufferT>();
  buffer->name = op.getSymName().str();
  buffer->space = enumOf<binary::Space>(op.getSpace());
  buffer->offset = op.getOffset();
  buffer->bytes = op.getBytes();
  buffer->element = elementOf(op.getElement());
  result.buffers.push_back(std::move(buffer));
}

std::unique_ptr<binary::SegmentT> segmentOf(hw::SegmentAttr attribute) {
  auto segment = std::make_unique<binary::SegmentT>();
  segment->cluster = attribute.getCluster();
  segment->encoding = attribute.getEncoding().str();
  segment->address = attribute.getAddress();
  segment->bytes = attribute.getBytes();
  segment->residency = enumOf<binary::Residency>(attribute.getResidency());
  segment->store_offset = attribute.getStoreOffset();
  segment->block_offsets = vectorOf<uint64_t>(attribute.getBlockOffsets());
  segment->block_tiles = vectorOf<uint32_t>(attribute.getBlockTiles());
  segment->table_bytes = attribute.getTableBytes();
  segment->refined_words = vectorOf<uint32_t>(attribute.getRefinedWords());
  return segment;
}

void ProgramEncoder::addWeights(hw::WeightsOp op) {
  weights[op.getSymNameAttr()] = result.weights.size();
  auto tensor = std::make_unique<binary::WeightsT>();
  tensor->name = op.getSymName().str();
  tensor->element = elementOf(op.getElement());
  tensor->groups = op.getGroups();
  tensor->outputs = op.getOutputs();
  tensor->depth = op.getDepth();
  tensor->tile_outputs = op.getTile()[0];
  tensor->tile_depth = op.getTile()[1];
  for (auto segment : op.getSegments().getAsRange<hw::SegmentAttr>())
    tensor->segments.push_back(segmentOf(segment));
  result.weights.push_back(std::move(tensor));
}

void ProgramEncoder::addRound(hw::RoundOp op) {
  commands.clear();
  auto round = std::make_unique<binary::RoundT>();
  for (auto command : op.getOps<hw::CommandOpInterface>()) {
    round->commands.push_back(commandOf(command));
    commands[command.getToken()] = round->commands.size() - 1;
  }
  result.rounds.push_back(std::move(round));
}

std::unique_ptr<binary::CommandT>
ProgramEncoder::commandOf(hw::CommandOpInterface op) {
  auto command = std::make_unique<binary::CommandT>();
  command->label = labelOf(op.getLabel());
  for (Value token : op.getAfter())
    command->after.push_back(commands.lookup(token));
  command->follows = -1;
  if (auto vector = dyn_cast<hw::VectorOp>(*op); vector && vector.getFollows())
    command->follows = commands.lookup(vector.getFollows());
  command->body = bodyOf(op);
  return command;
}

binary::CommandBodyUnion ProgramEncoder::bodyOf(Operation *op) {
  binary::CommandBodyUnion body;
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](hw::FetchOp op) { body.Set(fetchOf(op)); })
      .Case([&](hw::ReleaseOp op) { body.Set(releaseOf(op)); })
      .Case([&](hw::ContractOp op) { body.Set(contractOf(op)); })
      .Case([&](hw::VectorOp op) { body.Set(vectorOpOf(op)); })
      .Case([&](hw::CopyOp op) { body.Set(copyOf(op)); })
      .Case([&](hw::ExitTestOp op) { body.Set(exitTestOf(op)); });
  return body;
}

binary::FetchT ProgramEncoder::fetchOf(hw::FetchOp op) {
  binary::FetchT fetch;
  fetch.weights = weightsOf(op.getWeightsAttr());
  fetch.clusters = vectorOf<uint16_t>(op.getClusters());
  fetch.residency = enumOf<binary::Residency>(op.getResidency());
  fetch.tile_begin = op.getTileBegin();
  fetch.tile_end = op.getTileEnd();
  return fetch;
}

binary::ReleaseT ProgramEncoder::releaseOf(hw::ReleaseOp op) {
  binary::ReleaseT release;
  release.weights = weightsOf(op.getWeightsAttr());
  release.cluster = op.getCluster();
  return release;
}

binary::ContractT ProgramEncoder::contractOf(hw::ContractOp op) {
  binary::ContractT contract;
  contract.weights = weightsOf(op.getWeightsAttr());
  contract.clusters = op.getClusters();
  contract.tile_begin = op.getTileBegin();
  contract.tile_end = op.getTileEnd();
  contract.input = planeOf(op.getInput());
  contract.output = planeOf(op.getOutput());
  contract.kernel_h = op.getKernel()[0];
  contract.kernel_w = op.getKernel()[1];
  contract.stride_h = op.getStride()[0];
  contract.stride_w = op.getStride()[1];
  contract.dilation_h = op.getDilation()[0];
  contract.dilation_w = op.getDilation()[1];
  contract.pad_top = op.getPad()[0];
  contract.pad_left = op.getPad()[1];
  contract.accumulate = op.getAccumulate();
  return contract;
}

binary::VectorInstruction instructionOf(hw::InstructionAttr instruction) {
  uint16_t operands[3] = {};
  llvm::copy(instruction.getOperands(), operands);
  auto real = dyn_cast_or_null<FloatAttr>(instruction.getImmediate());
  auto integer = dyn_cast_or_null<IntegerAttr>(instruction.getImmediate());
  return {enumOf<binary::VectorOp>(instruction.getOpcode()),
          elementOf(instruction.getType()),
          operands[0],
          operands[1],
          operands[2],
          real ? real.getValueAsDouble() : 0,
          integer ? integer.getInt() : 0};
}

binary::VectorT ProgramEncoder::vectorOpOf(hw::VectorOp op) {
  binary::VectorT vector;
  vector.extents = vectorOf<uint32_t>(op.getLoops());
  for (auto input : op.getInputs().getAsRange<hw::AccessAttr>())
    vector.inputs.push_back(accessOf(input));
  vector.output = accessOf(op.getOutput());
  for (auto instruction : op.getCode().getAsRange<hw::InstructionAttr>())
    vector.code.push_back(instructionOf(instruction));
  vector.reduces = op.getReduces();
  if (std::optional<APFloat> initial = op.getInitial()) {
    vector.initialized = true;
    vector.initial = initial->convertToDouble();
  }
  return vector;
}

binary::CopyT ProgramEncoder::copyOf(hw::CopyOp op) {
  binary::CopyT copy;
  copy.purpose = enumOf<binary::Purpose>(op.getPurpose());
  copy.extents = vectorOf<uint32_t>(op.getExtents());
  copy.source = bufferOf(op.getSource().getBuffer());
  copy.source_offset = op.getSource().getOffset();
  copy.source_strides = vectorOf<int64_t>(op.getSource().getStrides());
  copy.destination = bufferOf(op.getDestination().getBuffer());
  copy.destination_offset = op.getDestination().getOffset();
  copy.destination_strides =
      vectorOf<int64_t>(op.getDestination().getStrides());
  return copy;
}

binary::ExitTestT ProgramEncoder::exitTestOf(hw::ExitTestOp op) {
  binary::ExitTestT test;
  test.logits = bufferOf(op.getLogitsAttr());
  test.offset = op.getOffset();
  test.classes = op.getClasses();
  return test;
}

std::unique_ptr<binary::PortT> ProgramEncoder::portOf(hw::PortAttr attribute) {
  auto port = std::make_unique<binary::PortT>();
  port->buffer = bufferOf(attribute.getBuffer());
  port->shape = vectorOf<uint32_t>(attribute.getType().getShape());
  port->element = elementOf(attribute.getType().getElementType());
  if (FloatAttr scale = attribute.getScale())
    port->scale = scale.getValueAsDouble();
  port->layout = enumOf<binary::PortLayout>(attribute.getLayout());
  return port;
}

std::unique_ptr<binary::PlaneT>
ProgramEncoder::planeOf(hw::PlaneAttr attribute) {
  auto plane = std::make_unique<binary::PlaneT>();
  plane->buffer = bufferOf(attribute.getBuffer());
  plane->offset = attribute.getOffset();
  plane->channels = attribute.getChannels();
  plane->height = attribute.getHeight();
  plane->width = attribute.getWidth();
  plane->channel_stride = attribute.getStrides()[0];
  plane->row_stride = attribute.getStrides()[1];
  plane->column_stride = attribute.getStrides()[2];
  return plane;
}

std::unique_ptr<binary::AccessT>
ProgramEncoder::accessOf(hw::AccessAttr attribute) {
  auto access = std::make_unique<binary::AccessT>();
  access->buffer = bufferOf(attribute.getBuffer());
  access->offset = attribute.getOffset();
  access->padding = attribute.getPadding().getValueAsDouble();
  for (unsigned i = 0; i < attribute.getMap().getNumResults(); ++i) {
    hw::AccessAttr::LinearIndex index = attribute.getIndex(i);
    auto dim = std::make_unique<binary::AccessDimT>();
    dim->extent = attribute.getExtents()[i];
    dim->stride = attribute.getStrides()[i];
    dim->start = index.start;
    dim->coefficients = vectorOf<int32_t>(index.coefficients);
    access->dims.push_back(std::move(dim));
  }
  return access;
}

uint32_t ProgramEncoder::labelOf(StringRef label) {
  auto [entry, isNew] = labels.try_emplace(label, result.labels.size());
  if (isNew)
    result.labels.push_back(label.str());
  return entry->second;
}

} // namespace

binary::ProgramT crania::hw::encodeProgram(ProgramOp program) {
  return ProgramEncoder(program).run();
}
