// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Integers around the kernels: the input is quantized, copies move elements of
// any size, and memory that nothing wrote shows.

#include "Execution/Quantize.h"
#include "MicroProgram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// The integers that a program has in its input buffer.
std::vector<int64_t> quantised(ElementType type, double scale,
                               const std::vector<float> &input) {
  const auto elements = uint32_t(input.size());
  MicroProgram program(type, scale, elements, 4 * elements);
  program.addDigits(MicroProgram::input, elements, {0});
  return MicroProgram::fromDigits(runOnce(program, input));
}

using Integers = std::vector<int64_t>;

} // namespace

TEST(Quantise, RoundsHalvesToEven) {
  const std::vector<float> input = {0.25f, 0.75f, 1.25f, 0.26f, -0.25f, -0.75f};
  EXPECT_EQ(quantised(ElementType::i8, 0.5, input),
            (Integers{0, 2, 2, 1, 0, -2}));
  EXPECT_EQ(quantised(ElementType::i16, 0.5, input),
            (Integers{0, 2, 2, 1, 0, -2}));
  EXPECT_EQ(quantised(ElementType::u8, 0.5, input),
            (Integers{0, 2, 2, 1, 0, 0}));
}

TEST(Quantise, ClampsToTheRangeOfThePort) {
  const std::vector<float> input = {infinity, -infinity, 127.5f, -127.5f,
                                    254.5f,   255.5f,    1e9f,   -0.5f};
  EXPECT_EQ(quantised(ElementType::i8, 1, input),
            (Integers{127, -127, 127, -127, 127, 127, 127, 0}));
  EXPECT_EQ(quantised(ElementType::u8, 1, input),
            (Integers{255, 0, 128, 0, 254, 255, 255, 0}));
  EXPECT_EQ(quantised(ElementType::i16, 1, input),
            (Integers{32767, -32767, 128, -128, 254, 256, 32767, 0}));
}

TEST(Quantise, NaNIsZero) {
  for (ElementType type : {ElementType::u8, ElementType::i8, ElementType::i16})
    EXPECT_EQ(quantised(type, 0.1, {std::nanf(""), -std::nanf("")}),
              (Integers{0, 0}));
}

/// 0.3f / 0.1f is 3.0000002 in f32 and would be 2.9999999 by 0.1 in double.
TEST(Quantise, DividesInF32) {
  for (int i = -127; i <= 127; ++i) {
    const float x = float(i) * 0.1f + 0.05f;
    const float q = std::nearbyint(std::fmax(-127, std::fmin(127, x / 0.1f)));
    EXPECT_EQ(quantised(ElementType::i8, 0.1, {x}), Integers{int64_t(q)}) << x;
  }
}

TEST(Quantise, F32StaysAsItIs) {
  PortT port;
  flatbuffers::FlatBufferBuilder builder;
  port.shape = {3};
  builder.Finish(Port::Pack(builder, &port));
  const std::vector<float> input = {-0.0f, infinity, 0.1f};
  std::vector<float> output(3);
  simulator::writeInput(*flatbuffers::GetRoot<Port>(builder.GetBufferPointer()),
                        input, reinterpret_cast<uint8_t *>(output.data()));
  EXPECT_EQ(output, input);
  EXPECT_TRUE(std::signbit(output[0]));
}

/// A transposition, through DRAM and back.
TEST(Copies, MoveElementsOfAnySize) {
  for (ElementType type : {ElementType::i8, ElementType::u8, ElementType::i16,
                           ElementType::i32, ElementType::i64}) {
    MicroProgram program(target::TargetModel(), 2, 4 * 6);
    const auto data = program.addData("x", type, {1, 2, 3, 4, 5, 100});
    const uint32_t y = program.addBuffer("y", 6, type);
    ProgramT &p = program.program.program;
    auto spill = std::make_unique<BufferT>(*p.buffers[y]);
    spill->name = "spill";
    spill->space = Space::dram;
    spill->offset = 8;
    p.dram_bytes = 8 + spill->bytes;
    p.buffers.push_back(std::move(spill));
    CopyT out;
    out.source = data.buffer;
    out.destination = uint32_t(p.buffers.size() - 1);
    out.extents = {2, 3};
    out.source_strides = {3, 1};
    out.destination_strides = {1, 2};
    const uint32_t to = program.add(CopyT(out), {data.copy});
    CopyT back;
    back.source = out.destination;
    back.destination = y;
    back.extents = {6};
    back.source_strides = back.destination_strides = {1};
    program.addDigits(y, 6, {program.add(std::move(back), {to})});
    EXPECT_EQ(MicroProgram::fromDigits(runOnce(program, {0, 0})),
              (Integers{1, 4, 2, 5, 3, 100}))
        << EnumNameElementType(type);
  }
}

/// -128 is not a quantized value; wider integers are far from any.
TEST(UnwrittenMemory, ShowsInIntegers) {
  auto unwritten = [](ElementType type) {
    MicroProgram program(target::TargetModel(), 2, 4 * 4);
    const uint32_t x = program.addBuffer("x", 4, type);
    program.addDigits(x, 4, {0});
    return MicroProgram::fromDigits(runOnce(program, {0, 0}));
  };
  EXPECT_EQ(unwritten(ElementType::i8), (Integers{-128, -128, -128, 127}));
  for (int64_t x : unwritten(ElementType::i16))
    EXPECT_GT(std::abs(x), 32000);
  for (int64_t x : unwritten(ElementType::i32))
    EXPECT_GT(x, int64_t(1) << 30);
  for (int64_t x : unwritten(ElementType::i64))
    EXPECT_GT(x, int64_t(1) << 62);
}
