// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WriteProof.h"
#include "crania/DeviceBinary/Accesses.h"
#include "crania/Simulator/Program/MemoryMap.h"

#include <algorithm>
#include <cstring>

using namespace crania;
using namespace crania::simulator;

namespace {

/// Elements first + sum(indices * strides), as runs of contiguous bytes.
class Region {
public:
  Region(const Location &first, unsigned elementBytes)
      : first(first), runBytes(elementBytes), elementBytes(elementBytes) {}
  Region(const ProgramView &program, uint32_t buffer, uint64_t offset)
      : Region(locate(program, buffer, offset),
               binary::bytesOf(elementOf(program, buffer))) {}

  /// Indices low to high; none if low is the larger.
  void addAxis(int64_t low, int64_t high, int64_t stride) {
    const int64_t bytes = stride * int64_t(elementBytes);
    first = first + (bytes < 0 ? high : low) * bytes;
    isEmpty = isEmpty || low > high;
    if (low < high)
      axes.push_back({uint64_t(high - low) + 1, bytes < 0 ? -bytes : bytes});
  }

  /// Calls f with the first byte and the number of bytes of each run, as long
  /// as it returns true.
  template <typename F>
  bool eachRun(F f) {
    if (isEmpty)
      return true;
    std::sort(axes.begin(), axes.end(), [](const Axis &a, const Axis &b) {
      return a.strideBytes > b.strideBytes;
    });
    while (!axes.empty() && axes.back().strideBytes <= int64_t(runBytes)) {
      runBytes += (axes.back().extent - 1) * uint64_t(axes.back().strideBytes);
      axes.pop_back();
    }
    return eachRun(0, first.byte, f);
  }

  binary::Space space() const { return first.space; }

private:
  struct Axis {
    uint64_t extent;
    int64_t strideBytes;
  };

  template <typename F>
  bool eachRun(size_t axis, uint64_t byte, F f) const {
    if (axis == axes.size())
      return f(byte, runBytes);
    for (uint64_t i = 0; i < axes[axis].extent; ++i)
      if (!eachRun(axis + 1, byte + i * uint64_t(axes[axis].strideBytes), f))
        return false;
    return true;
  }

  Location first;
  uint64_t runBytes;
  unsigned elementBytes;
  bool isEmpty = false;
  std::vector<Axis> axes;
};

Region regionOf(const ProgramView &program,
                const binary::OperandAccess &operand) {
  Region region(program, operand.buffer, operand.offset);
  for (const binary::OperandAxis &axis : operand.axes)
    region.addAxis(axis.low, axis.high, axis.stride);
  return region;
}

/// The bytes of the writable memories that have been written.
class WrittenBytes {
public:
  explicit WrittenBytes(const ProgramView &program) : program(program) {
    for (const binary::Buffer *buffer : *program.program().buffers())
      if (buffer->space() != binary::Space::image)
        grow(memory(buffer->space()), buffer->offset() + buffer->bytes());
  }

  void write(Region region) {
    std::vector<uint8_t> &bytes = memory(region.space());
    region.eachRun([&](uint64_t first, uint64_t count) {
      std::memset(bytes.data() + first, written, count);
      return true;
    });
  }

  bool hold(Region region) {
    if (region.space() == binary::Space::image)
      return true;
    const std::vector<uint8_t> &bytes = memory(region.space());
    return region.eachRun([&](uint64_t first, uint64_t count) {
      return !std::memchr(bytes.data() + first, unwritten, count);
    });
  }

  /// Elements of a buffer, from one on.
  Region elements(uint32_t buffer, uint64_t offset, uint64_t count) const {
    Region region(program, buffer, offset);
    region.addAxis(0, int64_t(count) - 1, 1);
    return region;
  }

  /// Returns true if all is there that a command reads. Then what the command
  /// writes is there, too.
  bool pass(const binary::Command &command);

private:
  static constexpr uint8_t unwritten = 0, written = 1;

  static void grow(std::vector<uint8_t> &bytes, size_t size) {
    bytes.resize(std::max(bytes.size(), size), unwritten);
  }
  std::vector<uint8_t> &memory(binary::Space space) {
    return space == binary::Space::dram ? dram : globalBuffer;
  }

  const ProgramView &program;
  std::vector<uint8_t> dram, globalBuffer;
};

bool WrittenBytes::pass(const binary::Command &command) {
  const auto operands = binary::accessesOf(command, program.program());
  for (const binary::OperandAccess &operand : operands)
    if (reads(operand.use) && !hold(regionOf(program, operand)))
      return false;
  // Verified: each index of an output is a loop over the whole extent.
  for (const binary::OperandAccess &operand : operands)
    if (writes(operand.use))
      write(regionOf(program, operand));
  return true;
}

} // namespace

bool simulator::writesBeforeItReads(const ProgramView &program,
                                    unsigned round) {
  WrittenBytes bytes(program);
  const binary::Program &flat = program.program();
  bytes.write(
      bytes.elements(flat.input()->buffer(), 0, program.inputElements()));
  for (const binary::Command *command : program.commands(round))
    if (!bytes.pass(*command))
      return false;
  return bytes.hold(
      bytes.elements(flat.logits()->buffer(), 0, program.logitElements()));
}
