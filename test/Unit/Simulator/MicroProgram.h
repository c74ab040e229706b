// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_SIMULATOR_MICROPROGRAM_H
#define CRANIA_TEST_UNIT_SIMULATOR_MICROPROGRAM_H

#include "TestPrograms.h"

#include "crania/Runtime/Executable.h"
#include "crania/Target/TargetModel.h"

namespace crania::test {

/// A program that is built by hand. Its input is copied into the global buffer,
/// then the commands of a test run, whose result lies in the output buffer.
class MicroProgram {
public:
  enum Buffer : uint32_t { inputDram, input, output };

  MicroProgram(const target::TargetModel &target, uint64_t inputElements,
               uint64_t outputElements, unsigned rounds = 1);
  /// Creates a program of one round, whose input is quantized by a scale. The
  /// output is f32.
  MicroProgram(binary::ElementType input, double scale, uint64_t inputElements,
               uint64_t outputElements,
               const target::TargetModel &target = target::TargetModel());

  /// Adds a buffer in the global buffer, after the others. Returns its index.
  uint32_t addBuffer(const std::string &name, uint64_t elements,
                     binary::ElementType type = binary::ElementType::f32);

  /// Adds a buffer with those integers in it, from the image, to round 1.
  struct Data {
    uint32_t buffer, copy;
  };
  Data addData(const std::string &name, binary::ElementType type,
               const std::vector<int64_t> &values);

  /// Fills the output with the digits of a buffer's integers: four f32 for
  /// each, of 16 bits, the lowest first, which says every integer exactly.
  void addDigits(uint32_t buffer, uint32_t elements,
                 std::vector<uint32_t> after);
  /// Returns the integers of such an output.
  static std::vector<int64_t> fromDigits(const std::vector<float> &digits);

  struct Shape {
    uint32_t groups, outputs, depth;
  };
  /// Adds a tensor in tiles of the target's size, one codec block per
  /// `tilesPerBlock` of them; clusterOf holds 1-based clusters. Returns its
  /// index.
  uint32_t addWeights(const Shape &shape, const std::vector<float> &values,
                      const std::vector<uint8_t> &clusterOf,
                      const std::string &codec,
                      binary::Residency residency = binary::Residency::streamed,
                      uint32_t tilesPerBlock = 1);
  /// Adds a tensor of integers, in one cluster and raw. Returns its index.
  uint32_t
  addWeights(const Shape &shape, binary::ElementType type,
             const std::vector<int32_t> &values,
             binary::Residency residency = binary::Residency::streamed);
  /// Adds a tensor whose segments are the same bytes of the image as those of
  /// another one. Retained ones get places of their own. Returns its index.
  uint32_t addTiedWeights(uint32_t other);
  uint32_t tiles(uint32_t weights) const;

  /// Appends a command to a round (from 0) and returns its index there.
  template <typename Body>
  uint32_t add(Body body, std::vector<uint32_t> after = {}, unsigned round = 0,
               int32_t follows = -1) {
    auto command = std::make_unique<binary::CommandT>();
    command->after = std::move(after);
    command->follows = follows;
    command->body.Set(std::move(body));
    return append(std::move(command), round);
  }
  /// Appends a Fetch of all tiles of the first clusters.
  uint32_t addFetch(uint32_t weights, unsigned clusters, unsigned round = 0);

  /// Appends the exit tests and writes, verifies and loads the binary.
  Result<binary::DeviceBinary> finish() const;
  /// Builds the binary and decodes it. A failure fails the test.
  std::shared_ptr<const runtime::Executable> load() const;

  binary::ProgramWithImage program;

private:
  void addInput(binary::ElementType type, uint64_t elements, uint64_t outputs);
  uint32_t append(std::unique_ptr<binary::CommandT> command, unsigned round);
  uint64_t storeEnd() const;
};

/// Returns a plane of channels x height x width, dense in that order.
std::unique_ptr<binary::PlaneT> densePlane(uint32_t buffer, uint32_t channels,
                                           uint32_t height, uint32_t width);

/// Returns a 1x1 Contract on all tiles of dense planes of 1 x `pixels`.
binary::ContractT matrixProduct(const MicroProgram &program, uint32_t weights,
                                unsigned clusters, uint32_t pixels);

/// Returns an access of `elements` contiguous elements by the only loop.
std::unique_ptr<binary::AccessT> linearAccess(uint32_t buffer,
                                              uint32_t elements,
                                              int64_t stride = 1,
                                              uint64_t offset = 0);

/// Runs round 1 on an input. Returns the logits.
std::vector<float> runOnce(const MicroProgram &program,
                           const std::vector<float> &input);

/// Returns an element-wise maximum with 0 over the output buffer, in place.
binary::VectorT reluInPlace(uint32_t elements);

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_SIMULATOR_MICROPROGRAM_H
