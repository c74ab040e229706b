// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WriteProof.h"
#include "ContractKernel.h"
#include "CopyKernel.h"
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

Region regionOf(const ProgramView &program, const binary::Plane &plane,
                int64_t channelBegin, int64_t channelEnd) {
  Region region(program, plane.buffer(), plane.offset());
  region.addAxis(channelBegin, channelEnd - 1, plane.channel_stride());
  region.addAxis(0, int64_t(plane.height()) - 1, plane.row_stride());
  region.addAxis(0, int64_t(plane.width()) - 1, plane.column_stride());
  return region;
}

/// All indices between those that the loops reach inside of the extents.
Region regionOf(const ProgramView &program, const binary::Access &access,
                const binary::Vector &vector) {
  Region region(program, access.buffer(), access.offset());
  for (const binary::AccessDim *dim : *access.dims()) {
    int64_t low = dim->start(), high = low;
    for (size_t i = 0; i < vector.extents()->size(); ++i) {
      const int64_t reach = int64_t(dim->coefficients()->Get(i)) *
                            (int64_t(vector.extents()->Get(i)) - 1);
      (reach < 0 ? low : high) += reach;
    }
    region.addAxis(std::max<int64_t>(low, 0),
                   std::min<int64_t>(high, int64_t(dim->extent()) - 1),
                   dim->stride());
  }
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

  // Whether all is there that a command reads; then what it writes is, too.
  bool pass(const binary::Contract &contract);
  bool pass(const binary::Vector &vector);
  bool pass(const binary::Copy &copy);
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

bool WrittenBytes::pass(const binary::Contract &contract) {
  const ContractionShape shape = shapeOf(program, contract);
  const Region output =
      regionOf(program, *contract.output(), shape.outputBegin, shape.outputEnd);
  if (!hold(regionOf(program, *contract.input(), 0,
                     contract.input()->channels())))
    return false;
  if (contract.accumulate() && !hold(output))
    return false;
  write(output);
  return true;
}

bool WrittenBytes::pass(const binary::Vector &vector) {
  for (const binary::Access *input : *vector.inputs())
    if (!hold(regionOf(program, *input, vector)))
      return false;
  // Verified: each of its indices is a loop over the whole extent.
  const Region output = regionOf(program, *vector.output(), vector);
  if (vector.reduces() && !vector.initialized() && !hold(output))
    return false;
  write(output);
  return true;
}

bool WrittenBytes::pass(const binary::Copy &copy) {
  Region source(program, copy.source(), copy.source_offset());
  Region destination(program, copy.destination(), copy.destination_offset());
  for (const Box::Dim &dim : boxOf(copy).dims) {
    source.addAxis(0, int64_t(dim.extent) - 1, dim.sourceStride);
    destination.addAxis(0, int64_t(dim.extent) - 1, dim.destinationStride);
  }
  if (!hold(source))
    return false;
  write(destination);
  return true;
}

bool WrittenBytes::pass(const binary::Command &command) {
  if (const binary::Contract *contract = command.body_as_Contract())
    return pass(*contract);
  if (const binary::Vector *vector = command.body_as_Vector())
    return pass(*vector);
  if (const binary::Copy *copy = command.body_as_Copy())
    return pass(*copy);
  if (const binary::ExitTest *test = command.body_as_ExitTest())
    return hold(elements(test->logits(), test->offset(), test->classes()));
  return true; // weights have memories of their own
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
