// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of typed Vector commands against a model that computes point by point
// in sufficiently wide integers.

#include "Execution/VectorOps.h"
#include "MicroProgram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace crania;
using namespace crania::test;
using namespace crania::binary;

namespace {

using Wide = __int128;
constexpr auto f32 = ElementType::f32, i32 = ElementType::i32,
               i64 = ElementType::i64;

uint32_t number(uint32_t low, uint32_t high) {
  return *rc::gen::inRange(low, high + 1);
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

/// Returns the integer of `bits` bits that a wider one wraps to.
int64_t wrapped(Wide value, unsigned bits, bool isSigned = true) {
  const Wide range = Wide(1) << bits;
  Wide rest = ((value % range) + range) % range;
  if (isSigned && rest >= range / 2)
    rest -= range;
  return int64_t(rest);
}

int64_t stored(int64_t value, ElementType type) {
  return wrapped(value, 8 * bytesOf(type), type != ElementType::u8);
}

/// A register: an integer or, in programs that convert, an f32.
struct Register {
  bool isReal = false;
  int64_t integer = 0;
  float real = 0;
};

int64_t cut(float x, unsigned bits) {
  const double limit = std::ldexp(1.0, int(bits) - 1);
  if (std::isnan(x))
    return 0;
  if (double(x) >= limit)
    return int64_t((Wide(1) << (bits - 1)) - 1);
  return double(x) < -limit ? int64_t(-(Wide(1) << (bits - 1)))
                            : int64_t(std::trunc(double(x)));
}

int64_t compute(const VectorInstruction &i, unsigned bits, Wide a, Wide b,
                Wide c) {
  switch (i.op()) {
  case VectorOp::constant:
    return i.integer();
  case VectorOp::add:
    return wrapped(a + b, bits);
  case VectorOp::sub:
    return wrapped(a - b, bits);
  case VectorOp::mul:
    return wrapped(a * b, bits);
  case VectorOp::max:
    return int64_t(std::max(a, b));
  case VectorOp::min:
    return int64_t(std::min(a, b));
  case VectorOp::neg:
    return wrapped(-a, bits);
  case VectorOp::abs:
    return wrapped(a < 0 ? -a : a, bits);
  case VectorOp::cmp_lt:
    return a < b;
  case VectorOp::cmp_ge:
    return a >= b;
  case VectorOp::cmp_eq:
    return a == b;
  case VectorOp::select:
    return int64_t(a != 0 ? b : c);
  case VectorOp::shr: { // floored division
    const Wide divisor = Wide(1) << int(((b % bits) + bits) % bits);
    return int64_t((a - ((a % divisor) + divisor) % divisor) / divisor);
  }
  case VectorOp::rescale: {
    const Wide sum = wrapped(wrapped(a * b, 64) + c, 64);
    const Wide divisor = Wide(1) << i.integer();
    return int64_t((sum - ((sum % divisor) + divisor) % divisor) / divisor);
  }
  default:
    ADD_FAILURE() << "not modeled: " << EnumNameVectorOp(i.op());
    return 0;
  }
}

Register compute(const VectorInstruction &i,
                 const std::vector<Register> &registers) {
  const Register &a = registers[i.a()], &b = registers[i.b()],
                 &c = registers[i.c()];
  if (i.op() == VectorOp::to_f32) // the host's rounding is to nearest even
    return {true, 0, float(a.integer)};
  if (i.op() == VectorOp::roundeven)
    return {true, 0, float(std::nearbyint(double(a.real)))};
  if (i.op() == VectorOp::to_int)
    return {false, cut(a.real, 8 * bytesOf(i.type())), 0};
  const unsigned bits = 8 * bytesOf(i.type());
  return {false,
          compute(i, bits, wrapped(a.integer, bits), wrapped(b.integer, bits),
                  wrapped(c.integer, bits)),
          0};
}

//===----------------------------------------------------------------------===//
// Random commands
//===----------------------------------------------------------------------===//

constexpr ElementType integerTypes[] = {i32, ElementType::i16, ElementType::i8,
                                        i64, ElementType::u8};
constexpr VectorOp integerOps[] = {
    VectorOp::constant, VectorOp::add,    VectorOp::sub,    VectorOp::mul,
    VectorOp::max,      VectorOp::min,    VectorOp::neg,    VectorOp::abs,
    VectorOp::cmp_lt,   VectorOp::cmp_ge, VectorOp::cmp_eq, VectorOp::select,
    VectorOp::shr,      VectorOp::rescale};

struct Input {
  ElementType type;
  std::vector<int64_t> values;
};

int64_t anyInteger(std::mt19937_64 &random, ElementType type) {
  const uint64_t bits = random();
  switch (random() % 4) { // also extreme numbers and pairs of close numbers
  case 0:
    return stored(int64_t(bits % 7) - 3, type);
  case 1:
    return stored(int64_t((uint64_t(1) << (bits % 64)) - (bits >> 63)), type);
  default:
    return stored(int64_t(bits), type);
  }
}

/// A command on rows of inputs. The output is a row or, with a reduction, one
/// element per row.
struct RandomCommand {
  uint32_t rows, columns;
  std::vector<Input> inputs;
  ElementType output;
  VectorT vector;
};

std::unique_ptr<AccessT> access(uint32_t rows, uint32_t columns, bool isReduced,
                                bool byRows) {
  auto result = std::make_unique<AccessT>();
  auto add = [&](uint32_t extent, int64_t stride, std::vector<int32_t> c) {
    auto dim = std::make_unique<AccessDimT>();
    dim->extent = extent;
    dim->stride = stride;
    dim->coefficients = std::move(c);
    result->dims.push_back(std::move(dim));
  };
  add(rows, isReduced ? 1 : byRows ? int64_t(columns) : 1, {1, 0});
  if (!isReduced)
    add(columns, byRows ? 1 : int64_t(rows), {0, 1});
  return result;
}

/// Adds instructions on integers. The registers `defined` hold integers before.
void addCode(RandomCommand &command, std::mt19937_64 &random) {
  VectorT &vector = command.vector;
  const uint32_t inputs = uint32_t(command.inputs.size());
  const bool narrow = random() % 3 == 0;
  auto reg = [&] {
    const auto count = uint32_t(inputs + 1 + vector.code.size());
    const auto any = uint16_t(random() % count);
    return any == inputs && !vector.reduces ? uint16_t(0) : any;
  };
  auto roundTrip = [&] { // to f32 and back, as the last instructions
    const uint16_t source = reg();
    vector.code.emplace_back(VectorOp::to_f32, f32, source, 0, 0, 0, 0);
    auto last = uint16_t(inputs + vector.code.size());
    vector.code.emplace_back(VectorOp::roundeven, f32, last, 0, 0, 0, 0);
    vector.code.emplace_back(VectorOp::to_int, narrow ? i32 : i64,
                             uint16_t(last + 1), 0, 0, 0, 0);
  };
  const unsigned instructions = 1 + random() % 6;
  for (unsigned n = 0; n < instructions; ++n) {
    if (random() % 8 == 0 && n + 1 == instructions) {
      roundTrip();
      return;
    }
    VectorOp op = integerOps[random() % std::size(integerOps)];
    ElementType type = narrow || random() % 2 == 0 ? i32 : i64;
    if (op == VectorOp::rescale && narrow)
      op = VectorOp::add;
    if (op == VectorOp::rescale)
      type = i64;
    const int64_t immediate = op == VectorOp::rescale
                                  ? int64_t(random() % 63)
                                  : anyInteger(random, type);
    vector.code.emplace_back(op, type, reg(), reg(), reg(), 0, immediate);
  }
}

RandomCommand anyCommand(std::mt19937_64 &random) {
  RandomCommand c;
  c.rows = number(1, 5);
  c.columns = number(1, *rc::gen::arbitrary<bool>() ? 300 : 4);
  c.output = integerTypes[number(0, 4)];
  c.vector.extents = {c.rows, c.columns};
  c.vector.reduces = *rc::gen::arbitrary<bool>();
  c.vector.initialized = c.vector.reduces;
  const bool isLarge = c.output == i64 && random() % 2 == 0;
  c.vector.initial = double(isLarge ? int64_t(1) << 40
                                    : stored(int64_t(random() % 9), c.output));
  const uint32_t inputs = number(1, 3);
  for (uint32_t i = 0; i < inputs; ++i) {
    Input input{integerTypes[number(0, 4)], {}};
    for (uint32_t n = 0; n < c.rows * c.columns; ++n)
      input.values.push_back(anyInteger(random, input.type));
    c.inputs.push_back(std::move(input));
    c.vector.inputs.push_back(
        access(c.rows, c.columns, false, *rc::gen::arbitrary<bool>()));
    // A shift that may leave the extents reads padding.
    AccessDimT &column = *c.vector.inputs.back()->dims[1];
    column.start = int32_t(number(0, 4)) - 2;
    c.vector.inputs.back()->padding =
        double(stored(int64_t(number(0, 20)), input.type));
  }
  c.vector.output =
      access(c.rows, c.columns, c.vector.reduces, *rc::gen::arbitrary<bool>());
  addCode(c, random);
  return c;
}

/// Returns the element of an access at (row, column), or nothing for padding.
std::optional<size_t> elementAt(const AccessT &access, uint32_t row,
                                uint32_t column) {
  int64_t element = 0;
  for (const auto &dim : access.dims) {
    const int64_t index = dim->start + int64_t(dim->coefficients[0]) * row +
                          int64_t(dim->coefficients[1]) * column;
    if (index < 0 || index >= int64_t(dim->extent))
      return std::nullopt;
    element += index * dim->stride;
  }
  return size_t(element);
}

std::vector<int64_t> reference(const RandomCommand &c, size_t outputs) {
  std::vector<int64_t> result(outputs, int64_t(c.vector.initial));
  for (uint32_t row = 0; row < c.rows; ++row)
    for (uint32_t column = 0; column < c.columns; ++column) {
      std::vector<Register> registers;
      for (size_t i = 0; i < c.inputs.size(); ++i) {
        const AccessT &input = *c.vector.inputs[i];
        const auto element = elementAt(input, row, column);
        registers.push_back(
            {false,
             element ? c.inputs[i].values[*element] : int64_t(input.padding),
             0});
      }
      int64_t &output = result[*elementAt(*c.vector.output, row, column)];
      registers.push_back({false, output, 0});
      for (const VectorInstruction &i : c.vector.code)
        registers.push_back(compute(i, registers));
      output = registers.back().integer;
    }
  for (int64_t &value : result)
    value = stored(value, c.output);
  return result;
}

} // namespace

RC_GTEST_PROP(IntegerVector, EqualsAModelOfOnePointAfterTheOther, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<uint64_t>());
  RandomCommand c = anyCommand(random);
  const uint32_t outputs = c.vector.reduces ? c.rows : c.rows * c.columns;
  MicroProgram program(target::TargetModel(), 1, 4 * outputs);
  std::vector<uint32_t> copies;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    const MicroProgram::Data data = program.addData(
        "in" + std::to_string(i), c.inputs[i].type, c.inputs[i].values);
    c.vector.inputs[i]->buffer = data.buffer;
    copies.push_back(data.copy);
  }
  const uint32_t buffer = program.addBuffer("out", outputs, c.output);
  c.vector.output->buffer = buffer;
  const uint32_t command = program.add(VectorT(c.vector), copies);
  program.addDigits(buffer, outputs, {command});
  const std::vector<float> digits = runOnce(program, {0});
  RC_ASSERT(digits.size() == 4 * outputs);
  RC_ASSERT(MicroProgram::fromDigits(digits) == reference(c, outputs));
}

//===----------------------------------------------------------------------===//
// Corners
//===----------------------------------------------------------------------===//

namespace {

template <typename Lane>
int64_t apply(VectorOp op, ElementType type, int64_t a, int64_t b = 0,
              int64_t c = 0, int64_t immediate = 0) {
  const Lane x = Lane(a), y = Lane(b), z = Lane(c);
  Lane result = 0;
  simulator::applyIntegerOp(op, type, &x, &y, &z, immediate, &result, 1);
  return result;
}

int64_t toInteger(ElementType type, float x) {
  int64_t result = 0;
  simulator::convertToInteger(type, &x, &result, 1);
  return result;
}

constexpr int64_t least32 = std::numeric_limits<int32_t>::min(),
                  most32 = std::numeric_limits<int32_t>::max(),
                  least64 = std::numeric_limits<int64_t>::min(),
                  most64 = std::numeric_limits<int64_t>::max();

} // namespace

TEST(IntegerOps, WrapAtTheirWidth) {
  EXPECT_EQ(apply<int32_t>(VectorOp::add, i32, most32, 1), least32);
  EXPECT_EQ(apply<int64_t>(VectorOp::add, i32, most32, 1), least32);
  EXPECT_EQ(apply<int64_t>(VectorOp::add, i64, most32, 1), most32 + 1);
  EXPECT_EQ(apply<int64_t>(VectorOp::add, i64, most64, 1), least64);
  EXPECT_EQ(apply<int32_t>(VectorOp::neg, i32, least32), least32);
  EXPECT_EQ(apply<int32_t>(VectorOp::abs, i32, least32), least32);
  EXPECT_EQ(apply<int64_t>(VectorOp::abs, i64, least64), least64);
  EXPECT_EQ(apply<int64_t>(VectorOp::mul, i64, least64, -1), least64);
}

TEST(IntegerOps, InstructionsOf32BitsTakeThatOfWiderRegisters) {
  EXPECT_EQ(apply<int64_t>(VectorOp::max, i32, int64_t(1) << 32, -1), 0);
  EXPECT_EQ(apply<int64_t>(VectorOp::select, i32, int64_t(1) << 32, 1, 2), 2);
  EXPECT_EQ(apply<int64_t>(VectorOp::shr, i32, int64_t(1) << 31, 31), -1);
}

TEST(IntegerOps, ShiftsAreArithmeticAndByTheLowBits) {
  EXPECT_EQ(apply<int32_t>(VectorOp::shr, i32, -5, 1), -3);
  EXPECT_EQ(apply<int32_t>(VectorOp::shr, i32, -5, 33), -3);
  EXPECT_EQ(apply<int64_t>(VectorOp::shr, i64, least64, 63), -1);
  EXPECT_EQ(apply<int64_t>(VectorOp::shr, i64, -5, 65), -3);
}

TEST(IntegerOps, RescaleRoundsWhereItIsTold) {
  EXPECT_EQ(apply<int64_t>(VectorOp::rescale, i64, 3, 5, 0, 1), 7);
  EXPECT_EQ(apply<int64_t>(VectorOp::rescale, i64, 3, 5, 1, 1), 8);
  EXPECT_EQ(apply<int64_t>(VectorOp::rescale, i64, -3, 5, 1, 1), -7);
  EXPECT_EQ(apply<int64_t>(VectorOp::rescale, i64, most64, 1, 1, 62), -2);
  EXPECT_EQ(apply<int64_t>(VectorOp::rescale, i64, 7, 9, -1, 0), 62);
}

TEST(Conversions, ToIntegersCutAndSaturate) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (ElementType type : {i32, i64}) {
    EXPECT_EQ(toInteger(type, -1.9f), -1);
    EXPECT_EQ(toInteger(type, 1.9f), 1);
    EXPECT_EQ(toInteger(type, std::nanf("")), 0);
  }
  EXPECT_EQ(toInteger(i32, infinity), most32);
  EXPECT_EQ(toInteger(i32, -infinity), least32);
  EXPECT_EQ(toInteger(i32, 2147483648.0f), most32);
  EXPECT_EQ(toInteger(i32, -2147483648.0f), least32);
  EXPECT_EQ(toInteger(i64, 2147483648.0f), most32 + 1);
  EXPECT_EQ(toInteger(i64, 9223372036854775808.0f), most64);
  EXPECT_EQ(toInteger(i64, -infinity), least64);
}

TEST(Conversions, ToFloatsRoundHalvesToEven) {
  auto toFloat = [](int64_t x) {
    float result = 0;
    simulator::convertToFloat(&x, &result, 1);
    return result;
  };
  EXPECT_EQ(toFloat(16777217), 16777216.0f);
  EXPECT_EQ(toFloat(16777219), 16777220.0f);
  EXPECT_EQ(toFloat(-16777217), -16777216.0f);
  EXPECT_EQ(toFloat(most64), 9223372036854775808.0f);
}

TEST(Conversions, RoundevenIsNearbyint) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (float x : {0.5f, 1.5f, 2.5f, 0.49999997f, 8388607.5f, 8388608.0f,
                  16777215.0f, 1e30f, infinity, 0.0f})
    for (float y : {x, -x}) {
      const float rounded = simulator::roundToEven(y);
      EXPECT_EQ(rounded, std::nearbyint(y)) << y;
      EXPECT_EQ(std::signbit(rounded), std::signbit(y)) << y;
    }
  EXPECT_TRUE(std::isnan(simulator::roundToEven(std::nanf(""))));
}
