// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestPrograms.h"

#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Target/TargetModel.h"

#include <cstdlib>
#include <cstring>
#include <deque>

namespace crania::test {

using namespace binary;

namespace {

constexpr size_t burstBytes = 64;

void align(std::vector<uint8_t> &image) {
  image.resize((image.size() + burstBytes - 1) / burstBytes * burstBytes);
}

template <size_t count>
std::vector<uint32_t> wordsOf(const std::array<float, count> &values) {
  std::vector<uint32_t> words(count);
  std::memcpy(words.data(), values.data(), count * sizeof(float));
  return words;
}

template <typename Body>
std::unique_ptr<CommandT> command(Body body, std::vector<uint32_t> after) {
  return std::make_unique<CommandT>(
      makeCommand(std::move(body), std::move(after)));
}

std::unique_ptr<BufferT> buffer(const char *name, Space space, uint64_t offset,
                                uint64_t elements) {
  auto result = std::make_unique<BufferT>();
  result->name = name;
  result->space = space;
  result->offset = offset;
  result->bytes = elements * sizeof(float);
  return result;
}

CopyT copyVector(uint32_t from, uint32_t to, uint32_t elements,
                 Purpose purpose) {
  CopyT copy;
  copy.source = from;
  copy.destination = to;
  copy.extents = {elements};
  copy.source_strides = copy.destination_strides = {1};
  copy.purpose = purpose;
  return copy;
}

FetchT fetchAll(uint16_t cluster, Residency residency, uint32_t tiles) {
  FetchT fetch;
  fetch.clusters = {cluster};
  fetch.residency = residency;
  fetch.tile_end = tiles;
  return fetch;
}

std::unique_ptr<PlaneT> columnPlane(uint32_t buffer, uint32_t channels) {
  auto plane = std::make_unique<PlaneT>();
  plane->buffer = buffer;
  plane->channels = channels;
  plane->height = plane->width = 1;
  plane->channel_stride = 1;
  return plane;
}

ContractT contractAll(uint16_t clusters, uint32_t tiles) {
  ContractT contract;
  contract.clusters = clusters;
  contract.tile_end = tiles;
  contract.input = columnPlane(tinyInput, tiny::inputs);
  contract.output = columnPlane(tinySum, tiny::classes);
  contract.kernel_h = contract.kernel_w = 1;
  contract.stride_h = contract.stride_w = 1;
  contract.dilation_h = contract.dilation_w = 1;
  return contract;
}

std::unique_ptr<AccessT> vectorAccess(uint32_t buffer) {
  auto dim = std::make_unique<AccessDimT>();
  dim->extent = tiny::classes;
  dim->stride = 1;
  dim->coefficients = {1};
  auto access = std::make_unique<AccessT>();
  access->buffer = buffer;
  access->dims.push_back(std::move(dim));
  return access;
}

VectorT addBias() {
  VectorT vector;
  vector.extents = {tiny::classes};
  vector.inputs.push_back(vectorAccess(tinySum));
  vector.inputs.push_back(vectorAccess(tinyBias));
  vector.output = vectorAccess(tinyLogits);
  vector.code.emplace_back(VectorOp::add, ElementType::f32, 0, 1, 0, 0.0, 0);
  return vector;
}

ExitTestT exitTest() {
  ExitTestT test;
  test.logits = tinyLogits;
  test.classes = tiny::classes;
  return test;
}

/// Returns the commands of round `number`, counted from 1.
std::unique_ptr<RoundT> round(uint16_t number, uint32_t tiles) {
  auto result = std::make_unique<RoundT>();
  auto &commands = result->commands;
  commands.push_back(command(
      copyVector(tinyInputDram, tinyInput, tiny::inputs, Purpose::activations),
      {}));
  commands.push_back(command(
      copyVector(tinyBiasImage, tinyBias, tiny::classes, Purpose::parameters),
      {}));
  commands.push_back(command(fetchAll(1, Residency::streamed, tiles), {}));
  if (number == 2)
    commands.push_back(command(fetchAll(2, Residency::retained, tiles), {}));
  uint32_t contract = commands.size();
  commands.push_back(command(contractAll(number, tiles), {tinyCopyInput}));
  commands.push_back(command(addBias(), {tinyCopyBias}));
  commands.back()->follows = int32_t(contract);
  commands.push_back(command(exitTest(), {contract + 1}));
  return result;
}

std::unique_ptr<WeightsT> tinyWeights(std::vector<uint8_t> &image) {
  auto weights = std::make_unique<WeightsT>();
  weights->name = "fc";
  weights->groups = 1;
  weights->outputs = tiny::classes;
  weights->depth = tiny::inputs;
  weights->tile_outputs = tiny::tileOutputs;
  weights->tile_depth = tiny::tileDepth;
  std::vector<uint8_t> clusterOf(tiny::clusters.begin(), tiny::clusters.end());
  for (uint16_t cluster : {1, 2})
    appendSegment(*weights, image, wordsOf(tiny::weights), clusterOf, cluster,
                  "bitmap", 2);
  weights->segments[1]->residency = Residency::retained;
  return weights;
}

std::unique_ptr<PortT> port(uint32_t buffer, uint32_t elements) {
  auto result = std::make_unique<PortT>();
  result->buffer = buffer;
  result->shape = {1, elements};
  return result;
}

/// Returns the codes of `cluster` in the tiles [first, last).
encoding::BlockCodes blockCodes(const encoding::Tiling &tiling, uint32_t first,
                                uint32_t last,
                                const std::vector<uint32_t> &words,
                                const std::vector<uint8_t> &clusterOf,
                                uint16_t cluster,
                                std::vector<uint8_t> &occupied) {
  encoding::BlockCodes codes;
  for (uint32_t index = first; index < last; ++index) {
    encoding::Tiling::Tile tile = tiling.tile(index);
    for (uint64_t position = 0; position < tile.positions(); ++position) {
      uint64_t element = tiling.element(tile, position);
      bool present = clusterOf[element] == cluster;
      codes.present.push_back(present);
      occupied.push_back(clusterOf[element] < cluster);
      if (present)
        codes.values.push_back(words[element]);
    }
  }
  return codes;
}

encoding::Tiling tilingOf(const WeightsT &weights) {
  encoding::Tiling tiling;
  tiling.groups = weights.groups;
  tiling.outputs = weights.outputs;
  tiling.depth = weights.depth;
  tiling.tileOutputs = weights.tile_outputs;
  tiling.tileDepth = weights.tile_depth;
  return tiling;
}

} // namespace

std::array<float, 3> tiny::logits(const std::array<float, 4> &input,
                                  unsigned round) {
  std::array<float, 3> result = bias;
  for (uint32_t m = 0; m < classes; ++m)
    for (uint32_t k = 0; k < inputs; ++k)
      if (clusters[m * inputs + k] <= round)
        result[m] += weights[m * inputs + k] * input[k];
  return result;
}

void appendSegment(WeightsT &weights, std::vector<uint8_t> &image,
                   const std::vector<uint32_t> &words,
                   const std::vector<uint8_t> &clusterOf, uint16_t cluster,
                   const std::string &encodingId, uint32_t tilesPerBlock) {
  align(image);
  encoding::Tiling tiling = tilingOf(weights);
  auto segment = std::make_unique<SegmentT>();
  segment->cluster = cluster;
  segment->encoding = encodingId;
  segment->address = image.size();
  segment->block_tiles = {0};
  uint32_t tiles = tiling.tiles();
  std::deque<std::vector<uint8_t>> occupied;
  std::deque<encoding::BlockCodes> codes;
  std::vector<encoding::BlockView> blocks;
  for (uint32_t first = 0; first < tiles; first += tilesPerBlock) {
    uint32_t last = std::min(first + tilesPerBlock, tiles);
    codes.push_back(blockCodes(tiling, first, last, words, clusterOf, cluster,
                               occupied.emplace_back()));
    blocks.push_back({&codes.back(),
                      {codes.back().present.size(),
                       8 * bytesOf(weights.element), occupied.back()}});
    segment->block_tiles.push_back(last);
  }
  const encoding::SegmentEncoding &encoding =
      *encoding::findSegmentEncoding(encodingId);
  encoding::EncodedSegment encoded =
      *encoding::encodeSegment(encoding, blocks, encoding::TrainingOptions());
  for (const auto *part :
       {&encoded.tables, &encoded.directory, &encoded.blocks})
    image.insert(image.end(), part->begin(), part->end());
  segment->table_bytes = uint32_t(encoded.tables.size());
  segment->block_offsets = {encoded.headBytes()};
  for (uint32_t size : encoded.blockSizes)
    segment->block_offsets.push_back(segment->block_offsets.back() + size);
  segment->bytes = image.size() - segment->address;
  weights.segments.push_back(std::move(segment));
}

ProgramWithImage tinyProgram() {
  ProgramWithImage result;
  ProgramT &program = result.program;
  program.name = "crania";
  program.target = target::TargetModel().toJson();
  program.labels = {"fc"};

  std::vector<uint32_t> bias = wordsOf(tiny::bias);
  result.image.resize(sizeof(tiny::bias));
  std::memcpy(result.image.data(), bias.data(), sizeof(tiny::bias));
  program.weights.push_back(tinyWeights(result.image));
  uint32_t tiles = tilingOf(*program.weights[0]).tiles();

  auto add = [&](const char *name, Space space, uint64_t offset,
                 uint64_t elements) {
    program.buffers.push_back(buffer(name, space, offset, elements));
  };
  add("input_dram", Space::dram, 0, tiny::inputs);
  add("bias_image", Space::image, 0, tiny::classes);
  add("input", Space::global_buffer, 0, tiny::inputs);
  add("bias", Space::global_buffer, 64, tiny::classes);
  add("sum", Space::global_buffer, 128, tiny::classes);
  add("logits", Space::global_buffer, 192, tiny::classes);
  program.dram_bytes = tiny::inputs * sizeof(float);

  program.rounds.push_back(round(1, tiles));
  program.rounds.push_back(round(2, tiles));
  program.thresholds = {0.9};
  program.input = port(tinyInputDram, tiny::inputs);
  program.logits = port(tinyLogits, tiny::classes);
  return result;
}

void insertCommand(ProgramT &program, size_t round, uint32_t at,
                   CommandT command) {
  auto &commands = program.rounds[round]->commands;
  for (auto &other : commands) {
    for (uint32_t &token : other->after)
      token += token >= at;
    other->follows += other->follows >= int32_t(at);
  }
  commands.insert(commands.begin() + at,
                  std::make_unique<CommandT>(std::move(command)));
}

CommandT &firstOf(ProgramT &program, size_t round, CommandBody type) {
  for (auto &command : program.rounds[round]->commands)
    if (command->body.type == type)
      return *command;
  std::abort(); // the test asks for something that its program lacks
}

} // namespace crania::test
