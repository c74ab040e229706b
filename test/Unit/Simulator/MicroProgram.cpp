// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MicroProgram.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;

namespace {

std::unique_ptr<BufferT> bufferOf(const std::string &name, Space space,
                                  uint64_t offset, uint64_t elements,
                                  ElementType type = ElementType::f32) {
  auto buffer = std::make_unique<BufferT>();
  buffer->name = name;
  buffer->space = space;
  buffer->offset = offset;
  buffer->bytes = elements * bytesOf(type);
  buffer->element = type;
  return buffer;
}

std::unique_ptr<PortT> portOf(uint32_t buffer, uint64_t elements) {
  auto port = std::make_unique<PortT>();
  port->buffer = buffer;
  port->shape = {1, uint32_t(elements)};
  return port;
}

} // namespace

MicroProgram::MicroProgram(const target::TargetModel &target,
                           uint64_t inputElements, uint64_t outputElements,
                           unsigned rounds) {
  ProgramT &p = program.program;
  p.name = "micro";
  p.target = target.toJson();
  p.labels = {"layer"};
  addInput(ElementType::f32, inputElements, outputElements);
  p.thresholds.assign(rounds - 1, 2.0); // no confidence exceeds 1
  for (unsigned round = 0; round < rounds; ++round) {
    p.rounds.push_back(std::make_unique<RoundT>());
    CopyT copy;
    copy.source = inputDram;
    copy.destination = input;
    copy.extents = {uint32_t(inputElements)};
    copy.source_strides = copy.destination_strides = {1};
    add(std::move(copy), {}, round);
  }
}

MicroProgram::MicroProgram(ElementType type, double scale,
                           uint64_t inputElements, uint64_t outputElements,
                           const target::TargetModel &target)
    : MicroProgram(target, inputElements, outputElements) {
  ProgramT &p = program.program;
  p.buffers.clear();
  addInput(type, inputElements, outputElements);
  p.input->scale = scale;
}

/// The buffers that every program has, and its ports.
void MicroProgram::addInput(ElementType type, uint64_t elements,
                            uint64_t outputs) {
  ProgramT &p = program.program;
  p.dram_bytes = elements * bytesOf(type);
  p.buffers.push_back(bufferOf("input_dram", Space::dram, 0, elements, type));
  p.buffers.push_back(
      bufferOf("input", Space::global_buffer, 0, elements, type));
  addBuffer("output", outputs);
  p.input = portOf(inputDram, elements);
  p.input->element = type;
  p.logits = portOf(output, outputs);
}

uint32_t MicroProgram::addBuffer(const std::string &name, uint64_t elements,
                                 ElementType type) {
  auto &buffers = program.program.buffers;
  uint64_t end = 0;
  for (const auto &buffer : buffers)
    if (buffer->space == Space::global_buffer)
      end = std::max(end, buffer->offset + buffer->bytes);
  constexpr uint64_t alignment = 8;
  const uint64_t offset = (end + alignment - 1) / alignment * alignment;
  buffers.push_back(
      bufferOf(name, Space::global_buffer, offset, elements, type));
  return uint32_t(buffers.size() - 1);
}

MicroProgram::Data MicroProgram::addData(const std::string &name,
                                         ElementType type,
                                         const std::vector<int64_t> &values) {
  constexpr size_t alignment = 64;
  std::vector<uint8_t> &image = program.image;
  image.resize((image.size() + alignment - 1) / alignment * alignment);
  auto stored = bufferOf(name + "_image", Space::image, image.size(),
                         values.size(), type);
  for (int64_t value : values)
    for (unsigned byte = 0; byte < bytesOf(type); ++byte)
      image.push_back(uint8_t(uint64_t(value) >> (8 * byte)));
  CopyT copy;
  copy.source = uint32_t(program.program.buffers.size());
  program.program.buffers.push_back(std::move(stored));
  const uint32_t buffer = addBuffer(name, values.size(), type);
  copy.destination = buffer;
  copy.extents = {uint32_t(values.size())};
  copy.source_strides = copy.destination_strides = {1};
  copy.purpose = Purpose::parameters;
  return {buffer, add(std::move(copy))};
}

void MicroProgram::addDigits(uint32_t buffer, uint32_t elements,
                             std::vector<uint32_t> after) {
  constexpr auto i64 = ElementType::i64;
  for (unsigned digit = 0; digit < 4; ++digit) {
    VectorT vector;
    vector.extents = {elements};
    vector.inputs.push_back(linearAccess(buffer, elements));
    vector.output = linearAccess(output, elements, 4, digit);
    auto &code = vector.code; // from register 2 on
    code.emplace_back(VectorOp::constant, i64, 0, 0, 0, 0, 16 * digit);
    code.emplace_back(VectorOp::shr, i64, 0, 2, 0, 0, 0);
    code.emplace_back(VectorOp::constant, i64, 0, 0, 0, 0, 16);
    code.emplace_back(VectorOp::shr, i64, 3, 4, 0, 0, 0);
    code.emplace_back(VectorOp::constant, i64, 0, 0, 0, 0, 65536);
    code.emplace_back(VectorOp::mul, i64, 5, 6, 0, 0, 0);
    code.emplace_back(VectorOp::sub, i64, 3, 7, 0, 0, 0);
    code.emplace_back(VectorOp::to_f32, ElementType::f32, 8, 0, 0, 0, 0);
    add(std::move(vector), after);
  }
}

std::vector<int64_t>
MicroProgram::fromDigits(const std::vector<float> &digits) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < digits.size(); i += 4) {
    uint64_t value = 0;
    for (size_t digit = 4; digit-- > 0;)
      value = value << 16 | uint64_t(digits[i + digit]);
    values.push_back(int64_t(value));
  }
  return values;
}

uint32_t MicroProgram::append(std::unique_ptr<CommandT> command,
                              unsigned round) {
  auto &commands = program.program.rounds[round]->commands;
  commands.push_back(std::move(command));
  return uint32_t(commands.size() - 1);
}

/// Returns the byte behind the last place in the weight store.
uint64_t MicroProgram::storeEnd() const {
  uint64_t end = 0;
  for (const auto &weights : program.program.weights)
    for (const auto &segment : weights->segments)
      if (segment->residency == Residency::retained)
        end = std::max(end, segment->store_offset + segment->bytes);
  return end;
}

uint32_t MicroProgram::addWeights(const Shape &shape,
                                  const std::vector<float> &values,
                                  const std::vector<uint8_t> &clusterOf,
                                  const std::string &codec, Residency residency,
                                  uint32_t tilesPerBlock) {
  const auto target = target::parseTarget(program.program.target);
  auto weights = std::make_unique<WeightsT>();
  weights->name = "w" + std::to_string(program.program.weights.size());
  weights->groups = shape.groups;
  weights->outputs = shape.outputs;
  weights->depth = shape.depth;
  weights->tile_outputs = std::min(target->tileOutputs(), shape.outputs);
  weights->tile_depth = std::min(target->tileDepth(), shape.depth);
  std::vector<uint32_t> words(values.size());
  std::memcpy(words.data(), values.data(), values.size() * sizeof(float));
  const uint16_t clusters =
      *std::max_element(clusterOf.begin(), clusterOf.end());
  uint64_t storeOffset = storeEnd();
  for (uint16_t cluster = 1; cluster <= clusters; ++cluster) {
    appendSegment(*weights, program.image, words, clusterOf, cluster, codec,
                  tilesPerBlock);
    SegmentT &segment = *weights->segments.back();
    segment.residency = residency;
    if (residency == Residency::retained) {
      segment.store_offset = storeOffset;
      storeOffset += segment.bytes;
    }
  }
  program.program.weights.push_back(std::move(weights));
  return uint32_t(program.program.weights.size() - 1);
}

uint32_t MicroProgram::addWeights(const Shape &shape, ElementType type,
                                  const std::vector<int32_t> &values,
                                  Residency residency) {
  const auto target = target::parseTarget(program.program.target);
  auto weights = std::make_unique<WeightsT>();
  weights->name = "w" + std::to_string(program.program.weights.size());
  weights->element = type;
  weights->groups = shape.groups;
  weights->outputs = shape.outputs;
  weights->depth = shape.depth;
  weights->tile_outputs = std::min(target->tileOutputs(), shape.outputs);
  weights->tile_depth = std::min(target->tileDepth(), shape.depth);
  const uint32_t mask = type == ElementType::i8 ? 0xff : 0xffff;
  std::vector<uint32_t> words;
  for (int32_t value : values)
    words.push_back(uint32_t(value) & mask);
  appendSegment(*weights, program.image, words,
                std::vector<uint8_t>(values.size(), 1), 1, "raw", 1);
  weights->segments.back()->residency = residency;
  program.program.precision = type;
  program.program.weights.push_back(std::move(weights));
  return uint32_t(program.program.weights.size() - 1);
}

uint32_t MicroProgram::addTiedWeights(uint32_t other) {
  auto weights = std::make_unique<WeightsT>(*program.program.weights[other]);
  weights->name = "w" + std::to_string(program.program.weights.size());
  uint64_t storeOffset = storeEnd();
  for (auto &segment : weights->segments)
    if (segment->residency == Residency::retained) {
      segment->store_offset = storeOffset;
      storeOffset += segment->bytes;
    }
  program.program.weights.push_back(std::move(weights));
  return uint32_t(program.program.weights.size() - 1);
}

uint32_t MicroProgram::tiles(uint32_t weights) const {
  return program.program.weights[weights]->segments[0]->block_tiles.back();
}

uint32_t MicroProgram::addFetch(uint32_t weights, unsigned clusters,
                                unsigned round) {
  FetchT fetch;
  fetch.weights = weights;
  for (uint16_t cluster = 1; cluster <= clusters; ++cluster)
    fetch.clusters.push_back(cluster);
  fetch.residency = program.program.weights[weights]->segments[0]->residency;
  fetch.tile_end = tiles(weights);
  return add(std::move(fetch), {}, round);
}

Result<DeviceBinary> MicroProgram::finish() const {
  ProgramWithImage copy;
  copy.program = program.program;
  copy.image = program.image;
  for (auto &round : copy.program.rounds) {
    ExitTestT test;
    test.logits = output;
    test.classes = copy.program.logits->shape[1];
    auto command = std::make_unique<CommandT>();
    for (uint32_t i = 0; i < round->commands.size(); ++i)
      command->after.push_back(i);
    command->body.Set(std::move(test));
    round->commands.push_back(std::move(command));
  }
  std::vector<ProgramWithImage> programs;
  programs.push_back(std::move(copy));
  auto bytes = write(std::move(programs), "test");
  if (!bytes)
    return bytes.error();
  return DeviceBinary::parse(std::move(*bytes));
}

std::shared_ptr<const runtime::Executable> MicroProgram::load() const {
  auto bundle = finish();
  if (!bundle) {
    ADD_FAILURE() << bundle.error().message;
    return nullptr;
  }
  auto executable = runtime::Executable::load(*bundle, 0);
  if (!executable) {
    ADD_FAILURE() << executable.error().message;
    return nullptr;
  }
  return *executable;
}

std::unique_ptr<PlaneT> test::densePlane(uint32_t buffer, uint32_t channels,
                                         uint32_t height, uint32_t width) {
  auto plane = std::make_unique<PlaneT>();
  plane->buffer = buffer;
  plane->channels = channels;
  plane->height = height;
  plane->width = width;
  plane->channel_stride = int64_t(height) * width;
  plane->row_stride = width;
  plane->column_stride = 1;
  return plane;
}

ContractT test::matrixProduct(const MicroProgram &program, uint32_t weights,
                              unsigned clusters, uint32_t pixels) {
  const WeightsT &w = *program.program.program.weights[weights];
  ContractT contract;
  contract.weights = weights;
  contract.clusters = uint16_t(clusters);
  contract.tile_end = program.tiles(weights);
  contract.input =
      densePlane(MicroProgram::input, w.groups * w.depth, 1, pixels);
  contract.output =
      densePlane(MicroProgram::output, w.groups * w.outputs, 1, pixels);
  contract.kernel_h = contract.kernel_w = 1;
  contract.stride_h = contract.stride_w = 1;
  contract.dilation_h = contract.dilation_w = 1;
  return contract;
}

std::unique_ptr<AccessT> test::linearAccess(uint32_t buffer, uint32_t elements,
                                            int64_t stride, uint64_t offset) {
  auto dim = std::make_unique<AccessDimT>();
  dim->extent = elements;
  dim->stride = stride;
  dim->coefficients = {1};
  auto access = std::make_unique<AccessT>();
  access->buffer = buffer;
  access->offset = offset;
  access->dims.push_back(std::move(dim));
  return access;
}

std::vector<float> test::runOnce(const MicroProgram &program,
                                 const std::vector<float> &input) {
  auto executable = program.load();
  if (!executable)
    return {};
  auto memory = executable->engine().allocate();
  std::vector<float> logits(executable->logitElements());
  executable->engine().runRound(0, input, memory, logits);
  return logits;
}

VectorT test::reluInPlace(uint32_t elements) {
  VectorT vector;
  vector.extents = {elements};
  vector.inputs.push_back(linearAccess(MicroProgram::output, elements));
  vector.output = linearAccess(MicroProgram::output, elements);
  vector.code.emplace_back(VectorOp::constant, ElementType::f32, 0, 0, 0, 0, 0);
  vector.code.emplace_back(VectorOp::max, ElementType::f32, 0, 2, 0, 0, 0);
  return vector;
}
