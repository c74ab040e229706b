// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Vector commands that are done in the host's registers leave the same bits in
// memory as instruction by instruction, with the kernels of every instruction
// set that this host has.

#include "Execution/VectorKernel.h"
#include "MicroProgram.h"
#include "crania/Support/AlignedBytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;
using simulator::FusedVector;
using simulator::HostIsa;
using simulator::LaneKernels;
using simulator::VectorKernel;

namespace {

constexpr auto f32 = ElementType::f32, i32 = ElementType::i32,
               i64 = ElementType::i64, u8 = ElementType::u8;

std::vector<const LaneKernels *> allKernels() {
  std::vector<const LaneKernels *> all;
  for (HostIsa isa : {HostIsa::portable, HostIsa::avx2, HostIsa::avx512})
    if (isa <= simulator::hostIsa())
      all.push_back(&simulator::laneKernelsFor(isa));
  return all;
}

//===----------------------------------------------------------------------===//
// Random commands
//===----------------------------------------------------------------------===//

using Random = std::mt19937;

uint32_t upTo(Random &random, uint32_t most) { return random() % (most + 1); }

struct Loop {
  uint32_t extent;
  bool isReduced;
};

/// A command with its buffers, of one type of lanes.
struct TestCommand {
  explicit TestCommand(ElementType lanes) : lanes(lanes) {}

  ElementType lanes; // f32, i32 or i64, as instructions have it
  std::vector<Loop> loops;
  VectorT vector;
  std::vector<std::pair<ElementType, uint64_t>> buffers; // and their elements
};

/// An access with an element stride for each loop, to a buffer of its own.
std::unique_ptr<AccessT> access(TestCommand &command, ElementType type,
                                const std::vector<int64_t> &strides) {
  auto result = std::make_unique<AccessT>();
  uint64_t elements = 1;
  for (size_t i = 0; i < strides.size(); ++i) {
    const uint32_t extent = command.loops[i].extent;
    if (strides[i] == 0)
      continue;
    auto dim = std::make_unique<AccessDimT>();
    dim->extent = extent;
    dim->stride = std::abs(strides[i]);
    dim->start = strides[i] < 0 ? int32_t(extent) - 1 : 0;
    dim->coefficients.assign(strides.size(), 0);
    dim->coefficients[i] = strides[i] < 0 ? -1 : 1;
    elements += uint64_t(dim->stride) * (extent - 1);
    result->dims.push_back(std::move(dim));
  }
  result->buffer = uint32_t(MicroProgram::output + 1 + command.buffers.size());
  command.buffers.push_back({type, elements});
  return result;
}

/// Outputs in any nesting of the loops, mostly dense.
std::vector<int64_t> outputStrides(const TestCommand &command, Random &random) {
  std::vector<size_t> order;
  for (size_t i = command.loops.size(); i-- > 0;)
    if (!command.loops[i].isReduced)
      order.push_back(i);
  if (random() % 4 == 0)
    std::shuffle(order.begin(), order.end(), random);
  std::vector<int64_t> strides(command.loops.size(), 0);
  int64_t stride = 1;
  for (size_t loop : order) {
    strides[loop] = stride;
    stride = stride * command.loops[loop].extent + (random() % 3 == 0 ? 3 : 0);
  }
  return strides;
}

ElementType anyElement(ElementType lanes, Random &random) {
  if (lanes == f32)
    return f32;
  constexpr ElementType all[] = {i32, ElementType::i16, ElementType::i8, u8,
                                 i64};
  return all[random() % (lanes == i64 ? 5 : 4)];
}

/// Inputs as commands have them: like the output, broadcast, of windows, or
/// anyhow.
std::vector<int64_t> inputStrides(const TestCommand &command,
                                  const std::vector<int64_t> &output,
                                  Random &random) {
  constexpr int64_t some[] = {0, 1, 2, 3, 7, -1, 13};
  std::vector<int64_t> strides = output;
  const uint32_t kind = random() % 4;
  for (size_t i = 0; i < strides.size(); ++i)
    if (kind == 0 || command.loops[i].isReduced)
      strides[i] = some[random() % std::size(some)];
    else if (kind == 1 && (strides[i] == 1 || random() % 2))
      strides[i] = 0;
    else if (kind == 2)
      strides[i] *= 2;
  return strides;
}

VectorInstruction instruction(VectorOp op, ElementType type, size_t a,
                              size_t b = 0, size_t c = 0, double real = 0,
                              int64_t integer = 0) {
  return {op, type, uint16_t(a), uint16_t(b), uint16_t(c), real, integer};
}

void addConstant(TestCommand &command, Random &random) {
  constexpr double reals[] = {0.0, -0.0, 6.0, -1.5,
                              std::numeric_limits<double>::infinity()};
  constexpr int64_t integers[] = {0, 255, -128, 3, 2147483647};
  command.vector.code.push_back(
      instruction(VectorOp::constant, command.lanes, 0, 0, 0,
                  reals[random() % std::size(reals)],
                  integers[random() % std::size(integers)]));
}

/// Each instruction takes what the one before gave, and something else; the
/// last may go on from the present output.
void addCode(TestCommand &command, Random &random) {
  constexpr VectorOp ops[] = {VectorOp::add, VectorOp::mul, VectorOp::max,
                              VectorOp::min};
  VectorT &vector = command.vector;
  const size_t inputs = vector.inputs.size();
  auto last = [&] { return inputs + vector.code.size(); };
  size_t value = 0;
  // A copy has one input.
  const uint32_t instructions = upTo(random, 4) + (inputs > 1);
  for (uint32_t n = 0; n < instructions; ++n) {
    size_t other = random() % inputs;
    if (random() % 3 == 0) {
      addConstant(command, random);
      other = last();
    } else if (random() % 4 == 0) { // a subexpression
      vector.code.push_back(instruction(ops[random() % 4], command.lanes, other,
                                        random() % inputs));
      other = last();
    }
    if (command.lanes == i64 && random() % 2 == 0)
      vector.code.push_back(instruction(VectorOp::rescale, i64, value, other,
                                        random() % inputs, 0,
                                        upTo(random, 62)));
    else if (random() % 2 == 0)
      vector.code.push_back(
          instruction(ops[random() % 4], command.lanes, value, other));
    else
      vector.code.push_back(
          instruction(ops[random() % 4], command.lanes, other, value));
    value = last();
  }
  if (vector.reduces)
    vector.code.push_back(
        instruction(ops[random() % 4], command.lanes, inputs, value));
}

TestCommand anyCommand(ElementType lanes, Random &random) {
  TestCommand command(lanes);
  VectorT &vector = command.vector;
  const uint32_t outer = upTo(random, 2), reductions = upTo(random, 2);
  for (uint32_t i = 0; i < outer; ++i)
    command.loops.push_back({1 + upTo(random, 4), false});
  command.loops.push_back({1 + upTo(random, 149), false});
  for (uint32_t i = 0; i < reductions; ++i)
    command.loops.push_back({1 + upTo(random, 3), true});
  for (const Loop &loop : command.loops)
    vector.extents.push_back(loop.extent);
  vector.reduces = vector.initialized = reductions > 0;
  vector.initial = double(int(upTo(random, 20)) - 10);
  const std::vector<int64_t> strides = outputStrides(command, random);
  const ElementType type = anyElement(lanes, random);
  vector.output = access(command, type, strides);
  if (type == u8)
    vector.initial = std::abs(vector.initial);
  const uint32_t inputs = 1 + upTo(random, 2);
  for (uint32_t i = 0; i < inputs; ++i) {
    vector.inputs.push_back(access(command, anyElement(lanes, random),
                                   inputStrides(command, strides, random)));
    if (i == 0 && random() % 2 == 0) // in place, or where another one would be
      *vector.inputs.back() = *vector.output;
  }
  addCode(command, random);
  return command;
}

//===----------------------------------------------------------------------===//
// Both ways
//===----------------------------------------------------------------------===//

/// Numbers of every kind, for lanes of f32 and of integers.
void fillWithAnything(AlignedBytes &memory, bool isFloat, Random &random) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float odd[] = {
      0.0f,     -0.0f,     1e-45f, std::numeric_limits<float>::quiet_NaN(),
      infinity, -infinity, 1.0f,   3e38f};
  for (size_t at = 0; at + 4 <= memory.size(); at += 4) {
    const uint32_t bits = random() % 4 == 0 ? 0x80000000u >> random() % 2 * 31
                                            : uint32_t(random());
    const float real = random() % 4 == 0
                           ? odd[random() % std::size(odd)]
                           : float(int(random() % 2001) - 1000) / 8;
    std::memcpy(memory.data() + at, isFloat ? (const void *)&real : &bits, 4);
  }
}

/// The same bits, or NaN in both: which of two NaN an addition gives is the
/// compiler's choice.
bool areSame(const AlignedBytes &a, const AlignedBytes &b, bool isFloat) {
  if (!isFloat)
    return std::memcmp(a.data(), b.data(), a.size()) == 0;
  for (size_t at = 0; at + 4 <= a.size(); at += 4) {
    float x, y;
    std::memcpy(&x, a.data() + at, 4);
    std::memcpy(&y, b.data() + at, 4);
    if (std::memcmp(&x, &y, 4) != 0 && !(std::isnan(x) && std::isnan(y)))
      return false;
  }
  return true;
}

struct Planned {
  std::shared_ptr<const runtime::Executable> executable; // keeps the bytes
  std::optional<VectorKernel> kernel;
  size_t bytes; // of the global buffer
};

Planned plan(TestCommand command) {
  MicroProgram program(target::TargetModel(), 1, 1);
  uint32_t index = 0;
  for (const auto &[type, elements] : command.buffers)
    program.addBuffer("b" + std::to_string(index++), elements, type);
  const uint32_t number = program.add(std::move(command.vector), {0});
  auto executable = program.load();
  if (!executable)
    return {nullptr, std::nullopt, 0};
  const auto &view = executable->program();
  const Vector &vector = *view.commands(0).Get(number)->body_as_Vector();
  size_t bytes = 0;
  for (const Buffer *buffer : *view.program().buffers())
    if (buffer->space() == Space::global_buffer)
      bytes = std::max<size_t>(bytes, buffer->offset() + buffer->bytes());
  return {executable, VectorKernel::plan(view, vector), bytes};
}

/// Returns true if there were two ways.
bool checkBothWays(TestCommand command, Random &random) {
  const bool isFloat = command.lanes == f32;
  const Planned planned = plan(std::move(command));
  RC_ASSERT(planned.executable != nullptr);
  const auto &fused = planned.kernel->fusedVector();
  if (!fused)
    return false;
  AlignedBytes before(planned.bytes + LaneKernels::maximumOverread);
  AlignedBytes scratch(planned.kernel->scratchBytes());
  fillWithAnything(before, isFloat, random);
  AlignedBytes expected = before;
  planned.kernel->run({nullptr, nullptr, expected.data()}, scratch.data());
  for (const LaneKernels *kernels : allKernels()) {
    AlignedBytes memory = before;
    fused->run({nullptr, nullptr, memory.data()}, *kernels);
    RC_ASSERT(areSame(memory, expected, isFloat));
  }
  return true;
}

void checkAny(ElementType lanes) {
  Random random(*rc::gen::arbitrary<uint32_t>());
  RC_CLASSIFY(checkBothWays(anyCommand(lanes, random), random), "fused");
}

} // namespace

RC_GTEST_PROP(FusedVector, EqualsOneByOneInF32, ()) { checkAny(f32); }
RC_GTEST_PROP(FusedVector, EqualsOneByOneInI32, ()) { checkAny(i32); }
RC_GTEST_PROP(FusedVector, EqualsOneByOneInI64, ()) { checkAny(i64); }

//===----------------------------------------------------------------------===//
// What networks consist of
//===----------------------------------------------------------------------===//

namespace {

/// Channels by pixels, with an offset for each channel, in place.
TestCommand biasAndRelu(uint32_t channels, uint32_t pixels) {
  TestCommand command(f32);
  command.loops = {{channels, false}, {pixels, false}};
  command.vector.extents = {channels, pixels};
  command.vector.output = access(command, f32, {pixels, 1});
  command.vector.inputs.push_back(
      std::make_unique<AccessT>(*command.vector.output));
  command.vector.inputs.push_back(access(command, f32, {1, 0}));
  command.vector.code = {instruction(VectorOp::add, f32, 0, 1),
                         instruction(VectorOp::constant, f32, 0),
                         instruction(VectorOp::max, f32, 3, 4)};
  return command;
}

/// The same of what another branch adds.
TestCommand residual(uint32_t channels, uint32_t pixels) {
  TestCommand command = biasAndRelu(channels, pixels);
  command.vector.inputs.push_back(access(command, f32, {pixels, 1}));
  command.vector.code = {instruction(VectorOp::add, f32, 0, 1),
                         instruction(VectorOp::add, f32, 4, 2),
                         instruction(VectorOp::constant, f32, 0),
                         instruction(VectorOp::max, f32, 5, 6)};
  return command;
}

/// Sums to u8.
TestCommand rescaling(uint32_t channels, uint32_t pixels) {
  TestCommand command(i64);
  command.loops = {{channels, false}, {pixels, false}};
  command.vector.extents = {channels, pixels};
  command.vector.output = access(command, u8, {pixels, 1});
  command.vector.inputs.push_back(access(command, i32, {pixels, 1}));
  command.vector.inputs.push_back(access(command, i32, {1, 0}));
  command.vector.inputs.push_back(access(command, i64, {1, 0}));
  command.vector.code = {instruction(VectorOp::rescale, i64, 0, 1, 2, 0, 30),
                         instruction(VectorOp::constant, i64, 0),
                         instruction(VectorOp::max, i64, 4, 5),
                         instruction(VectorOp::constant, i64, 0, 0, 0, 0, 255),
                         instruction(VectorOp::min, i64, 6, 7)};
  return command;
}

/// Windows of 3x3, a stride of 2 apart.
TestCommand pool(ElementType type, VectorOp op, uint32_t channels,
                 uint32_t width) {
  const int64_t row = 2 * width + 1, plane = row * row;
  TestCommand command(type == f32 ? f32 : i32);
  command.loops = {
      {channels, false}, {width, false}, {width, false}, {3, true}, {3, true}};
  for (const Loop &loop : command.loops)
    command.vector.extents.push_back(loop.extent);
  command.vector.output =
      access(command, type, {int64_t(width) * width, width, 1, 0, 0});
  command.vector.inputs.push_back(
      access(command, type, {plane, 2 * row, 2, row, 1}));
  command.vector.reduces = command.vector.initialized = true;
  command.vector.initial =
      type == u8 ? 0 : -std::numeric_limits<float>::infinity();
  command.vector.code.push_back(instruction(op, command.lanes, 1, 0));
  return command;
}

} // namespace

RC_GTEST_PROP(FusedVector, EqualsOneByOneInLayers, ()) {
  Random random(*rc::gen::arbitrary<uint32_t>());
  const uint32_t channels = 2 + upTo(random, 6), pixels = 2 + upTo(random, 200);
  const uint32_t width = 2 + upTo(random, 40);
  RC_ASSERT(checkBothWays(biasAndRelu(channels, pixels), random));
  RC_ASSERT(checkBothWays(residual(channels, pixels), random));
  RC_ASSERT(checkBothWays(rescaling(channels, pixels), random));
  RC_ASSERT(checkBothWays(pool(f32, VectorOp::max, 2, width), random));
  RC_ASSERT(checkBothWays(pool(f32, VectorOp::add, 2, width), random));
  RC_ASSERT(checkBothWays(pool(u8, VectorOp::max, 2, width), random));
}

TEST(FusedVector, LeavesOutWhatReadsOtherLanesOutputs) {
  TestCommand shifted = biasAndRelu(20, 30);
  shifted.vector.inputs[0]->dims[1]->extent = 31;
  shifted.vector.inputs[0]->dims[1]->start = 1;
  shifted.buffers[0].second += 1;
  EXPECT_FALSE(plan(std::move(shifted)).kernel->fusedVector());
}

TEST(FusedVector, LeavesOutPadding) {
  TestCommand padded = biasAndRelu(20, 30);
  padded.vector.inputs[1]->dims[0]->extent = 19;
  EXPECT_FALSE(plan(std::move(padded)).kernel->fusedVector());
}
