// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_COMMON_TESTPROGRAMS_H
#define CRANIA_TEST_UNIT_COMMON_TESTPROGRAMS_H

#include "crania/DeviceBinary/DeviceBinary.h"

#include <array>
#include <vector>

namespace crania::test {

/// A network of one matrix product and a bias, with 4 inputs and 3 classes. Its
/// weights are in two clusters: logits = D_r * input + bias.
namespace tiny {

constexpr uint32_t inputs = 4, classes = 3;
constexpr uint32_t tileOutputs = 2, tileDepth = 3; // 2 x 2 tiles, two cut short

/// The weights, row-major (class, input).
constexpr std::array<float, 12> weights = {0.5f,  -1.0f, 0.25f, 2.0f,
                                           0.0f,  1.5f,  -0.5f, 1.0f,
                                           -2.0f, 0.75f, 1.0f,  -0.125f};
/// The cluster of each weight.
constexpr std::array<uint8_t, 12> clusters = {2, 1, 2, 1, 2, 1,
                                              2, 1, 1, 2, 1, 2};
constexpr std::array<float, 3> bias = {0.5f, -0.25f, 0.125f};

/// Returns the logits of round 1 or 2, exact in f32.
std::array<float, 3> logits(const std::array<float, 4> &input, unsigned round);

} // namespace tiny

/// The indices of buffers in the tiny program.
enum TinyBuffer : uint32_t {
  tinyInputDram,
  tinyBiasImage,
  tinyInput,
  tinyBias,
  tinySum,
  tinyLogits
};

/// Two rounds on preset "edge", with the softmax threshold 0.9. Cluster 1 is
/// streamed, cluster 2 retained. Both have the encoding "bitmap", with one
/// block per block of outputs. The commands of a round follow; only round 2 has
/// `tinyFetchRetained`.
enum TinyCommand : uint32_t {
  tinyCopyInput,
  tinyCopyBias,
  tinyFetchStreamed,
  tinyFetchRetained,
};
binary::ProgramWithImage tinyProgram();

/// Appends one segment to `weights` and its bytes to `image`, at the next
/// multiple of 64. The segment holds cluster `cluster` of the row-major (group,
/// output, depth) matrix of words, with one codec block per `tilesPerBlock`
/// tiles. Each word is in as many low bits as its element type has.
void appendSegment(binary::WeightsT &weights, std::vector<uint8_t> &image,
                   const std::vector<uint32_t> &words,
                   const std::vector<uint8_t> &clusterOf, uint16_t cluster,
                   const std::string &codec, uint32_t tilesPerBlock);

/// Returns the first command of a round with this body type.
binary::CommandT &firstOf(binary::ProgramT &program, size_t round,
                          binary::CommandBody type);

/// Inserts a command before command `at` of a round, and renumbers the tokens
/// of later commands.
void insertCommand(binary::ProgramT &program, size_t round, uint32_t at,
                   binary::CommandT command);

/// Returns a command with that body that waits for `after`.
template <typename Body>
binary::CommandT makeCommand(Body body, std::vector<uint32_t> after = {}) {
  binary::CommandT command;
  command.after = std::move(after);
  command.body.Set(std::move(body));
  return command;
}

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_COMMON_TESTPROGRAMS_H
