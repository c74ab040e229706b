// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

float apply(VectorOp op, float a, float b = 0, float c = 0) {
  float result = 0;
  simulator::applyVectorOp(op, &a, &b, &c, &result, 1);
  return result;
}

bool isNegativeZero(float x) { return x == 0 && std::signbit(x); }

//===----------------------------------------------------------------------===//
// Random vector commands
//===----------------------------------------------------------------------===//

uint32_t number(uint32_t low, uint32_t high) {
  return *rc::gen::inRange(low, high + 1);
}

/// Outputs dense over the loops that are not reduced, in random memory order.
std::unique_ptr<AccessT> anyOutput(const std::vector<uint32_t> &extents,
                                   const std::vector<bool> &reduced) {
  std::vector<size_t> order;
  for (size_t i = 0; i < extents.size(); ++i)
    if (!reduced[i])
      order.push_back(i);
  if (*rc::gen::arbitrary<bool>())
    std::reverse(order.begin(), order.end());
  auto access = std::make_unique<AccessT>();
  access->buffer = MicroProgram::output;
  int64_t stride = 1;
  for (size_t loop : order) {
    auto dim = std::make_unique<AccessDimT>();
    dim->extent = extents[loop];
    dim->stride = stride;
    dim->coefficients.assign(extents.size(), 0);
    dim->coefficients[loop] = 1;
    stride *= extents[loop];
    access->dims.push_back(std::move(dim));
  }
  return access;
}

constexpr uint32_t inputElements = 400;

/// Up to two dimensions of random loops, which may leave their extents.
std::unique_ptr<AccessT> anyInput(size_t loops) {
  auto access = std::make_unique<AccessT>();
  access->buffer = MicroProgram::input;
  access->offset = number(0, 9);
  access->padding = double(int(number(0, 20)) - 10);
  const uint32_t dims = number(0, 2);
  for (uint32_t d = 0; d < dims; ++d) {
    auto dim = std::make_unique<AccessDimT>();
    dim->extent = number(1, 12);
    dim->stride = d == 0 ? 1 : 13;
    dim->start = int32_t(number(0, 6)) - 3;
    for (size_t i = 0; i < loops; ++i)
      dim->coefficients.push_back(int32_t(number(0, 5)) - 2);
    access->dims.push_back(std::move(dim));
  }
  return access;
}

/// Operations that are exact on small integers.
constexpr VectorOp exactOps[] = {
    VectorOp::add,    VectorOp::sub,    VectorOp::max, VectorOp::min,
    VectorOp::maxnum, VectorOp::minnum, VectorOp::neg, VectorOp::abs,
    VectorOp::cmp_lt, VectorOp::select};

VectorT anyVector() {
  VectorT vector;
  const uint32_t loops = number(1, 4);
  std::vector<bool> reduced;
  vector.reduces = *rc::gen::arbitrary<bool>();
  for (uint32_t i = 0; i < loops; ++i) {
    vector.extents.push_back(number(1, i == 0 ? 40 : 5));
    reduced.push_back(vector.reduces && number(0, 1) == 1);
  }
  vector.output = anyOutput(vector.extents, reduced);
  const uint32_t inputs = number(1, 3);
  for (uint32_t i = 0; i < inputs; ++i)
    vector.inputs.push_back(anyInput(loops));
  const uint32_t instructions = number(1, 5);
  auto reg = [&](uint32_t defined) {
    const uint32_t r = number(0, defined - 1);
    return uint16_t(r == inputs && !vector.reduces ? 0 : r);
  };
  for (uint32_t i = 0; i < instructions; ++i) {
    const uint32_t defined = inputs + 1 + i;
    const VectorOp op = number(0, 5) == 0
                            ? VectorOp::constant
                            : exactOps[number(0, std::size(exactOps) - 1)];
    vector.code.emplace_back(op, ElementType::f32, reg(defined), reg(defined),
                             reg(defined), double(number(0, 9)), 0);
  }
  vector.initialized = true;
  vector.initial = double(number(0, 9));
  return vector;
}

int64_t indexOf(const AccessDimT &dim, const std::vector<uint32_t> &loop) {
  int64_t index = dim.start;
  for (size_t i = 0; i < loop.size(); ++i)
    index += int64_t(dim.coefficients[i]) * loop[i];
  return index;
}

float read(const AccessT &access, const std::vector<float> &memory,
           const std::vector<uint32_t> &loop) {
  int64_t element = int64_t(access.offset);
  for (const auto &dim : access.dims) {
    const int64_t index = indexOf(*dim, loop);
    if (index < 0 || index >= int64_t(dim->extent))
      return float(access.padding);
    element += index * dim->stride;
  }
  return memory[size_t(element)];
}

/// The loop nest, one point after the other.
std::vector<float> reference(const VectorT &vector,
                             const std::vector<float> &memory, size_t outputs) {
  std::vector<float> result(outputs, float(vector.initial));
  std::vector<uint32_t> loop(vector.extents.size());
  while (true) {
    size_t element = 0;
    for (const auto &dim : vector.output->dims)
      element += size_t(indexOf(*dim, loop) * dim->stride);
    std::vector<float> regs;
    for (const auto &input : vector.inputs)
      regs.push_back(read(*input, memory, loop));
    regs.push_back(result[element]);
    for (const VectorInstruction &i : vector.code)
      regs.push_back(
          i.op() == VectorOp::constant
              ? float(i.immediate())
              : apply(i.op(), regs[i.a()], regs[i.b()], regs[i.c()]));
    result[element] = regs.back();

    size_t i = loop.size();
    while (i-- > 0) {
      if (++loop[i] < vector.extents[i])
        break;
      loop[i] = 0;
      if (i == 0)
        return result;
    }
  }
}

} // namespace

RC_GTEST_PROP(Vector, EqualsNestedLoops, ()) {
  const VectorT vector = anyVector();
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  std::vector<float> input(inputElements);
  for (float &value : input)
    value = float(int(random() % 21) - 10);
  uint32_t outputs = 1;
  for (const auto &dim : vector.output->dims)
    outputs *= dim->extent;

  MicroProgram program(target::TargetModel(), inputElements, outputs);
  program.add(VectorT(vector), {0});
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  auto memory = executable->engine().allocate();
  std::vector<float> output(outputs);
  executable->engine().runRound(0, input, memory, output);
  RC_ASSERT(output == reference(vector, input, outputs));
}

TEST(Vector, MoreLanesThanARegister) {
  constexpr uint32_t elements = 1000;
  MicroProgram program(target::TargetModel(), elements, elements);
  VectorT vector = reluInPlace(elements);
  vector.inputs[0]->buffer = MicroProgram::input;
  program.add(std::move(vector), {0});
  auto executable = program.load();
  ASSERT_TRUE(executable);
  std::vector<float> input(elements), output(elements);
  for (uint32_t i = 0; i < elements; ++i)
    input[i] = float(i) - 500;
  auto memory = executable->engine().allocate();
  executable->engine().runRound(0, input, memory, output);
  for (uint32_t i = 0; i < elements; ++i)
    EXPECT_EQ(output[i], std::max(input[i], 0.0f));
}

TEST(VectorOps, MaximumAndMinimumPropagateNaN) {
  for (VectorOp op : {VectorOp::max, VectorOp::min}) {
    EXPECT_TRUE(std::isnan(apply(op, notANumber, 1)));
    EXPECT_TRUE(std::isnan(apply(op, 1, notANumber)));
  }
  EXPECT_EQ(apply(VectorOp::max, -infinity, 3), 3);
  EXPECT_EQ(apply(VectorOp::min, infinity, 3), 3);
}

TEST(VectorOps, MaxnumAndMinnumIgnoreNaN) {
  for (VectorOp op : {VectorOp::maxnum, VectorOp::minnum}) {
    EXPECT_EQ(apply(op, notANumber, 1), 1);
    EXPECT_EQ(apply(op, 1, notANumber), 1);
    EXPECT_TRUE(std::isnan(apply(op, notANumber, notANumber)));
  }
}

TEST(VectorOps, NegativeZeroIsBelowZero) {
  EXPECT_FALSE(isNegativeZero(apply(VectorOp::max, -0.0f, 0.0f)));
  EXPECT_FALSE(isNegativeZero(apply(VectorOp::max, 0.0f, -0.0f)));
  EXPECT_TRUE(isNegativeZero(apply(VectorOp::min, -0.0f, 0.0f)));
  EXPECT_TRUE(isNegativeZero(apply(VectorOp::min, 0.0f, -0.0f)));
}

TEST(VectorOps, Arithmetic) {
  EXPECT_EQ(apply(VectorOp::sub, 3, 5), -2);
  EXPECT_EQ(apply(VectorOp::mul, 3, 5), 15);
  EXPECT_EQ(apply(VectorOp::div, 1, 0), infinity);
  EXPECT_TRUE(isNegativeZero(apply(VectorOp::neg, 0)));
  EXPECT_EQ(apply(VectorOp::abs, -2), 2);
  EXPECT_EQ(apply(VectorOp::sqrt, 9), 3);
  EXPECT_EQ(apply(VectorOp::rsqrt, 16), 0.25f);
  EXPECT_EQ(apply(VectorOp::floor, -1.5f), -2);
  EXPECT_EQ(apply(VectorOp::ceil, -1.5f), -1);
  EXPECT_EQ(apply(VectorOp::pow, 2, 10), 1024);
  EXPECT_EQ(apply(VectorOp::exp, 0), 1);
  EXPECT_EQ(apply(VectorOp::log, 1), 0);
  EXPECT_EQ(apply(VectorOp::tanh, 0), 0);
  EXPECT_FLOAT_EQ(apply(VectorOp::erf, 1), 0.8427008f);
  EXPECT_EQ(apply(VectorOp::select, 1, 2, 3), 2);
  EXPECT_EQ(apply(VectorOp::select, 0, 2, 3), 3);
}

TEST(VectorOps, ComparisonsWithNaN) {
  for (VectorOp op : {VectorOp::cmp_eq, VectorOp::cmp_lt, VectorOp::cmp_le,
                      VectorOp::cmp_gt, VectorOp::cmp_ge})
    EXPECT_EQ(apply(op, notANumber, 1), 0);
  EXPECT_EQ(apply(VectorOp::cmp_ne, notANumber, notANumber), 1);
  EXPECT_EQ(apply(VectorOp::cmp_ge, 2, 2), 1);
}
