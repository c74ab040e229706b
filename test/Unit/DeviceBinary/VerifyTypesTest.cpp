// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the types that may be combined in ports, contractions, registers and
// copies.

#include "ExpectInvalid.h"

#include <cmath>
#include <limits>

namespace crania::binary {
namespace {

using P = ProgramWithImage;
constexpr auto f32 = ElementType::f32, i32 = ElementType::i32,
               i16 = ElementType::i16, i8 = ElementType::i8,
               i64 = ElementType::i64, u8 = ElementType::u8;

BufferT &buffer(P &p, uint32_t index) { return *p.program.buffers[index]; }
ContractT &contract(P &p) {
  return *test::firstOf(p.program, 0, CommandBody::Contract).body.AsContract();
}
VectorT &vector(P &p) {
  return *test::firstOf(p.program, 0, CommandBody::Vector).body.AsVector();
}

/// Sets the types of the buffers of the tiny program, which has one round left.
/// The buffers have enough bytes for these elements. The bias has the type of
/// the logits.
void retype(P &p, ElementType input, ElementType weights, ElementType sum) {
  p.program.rounds.pop_back();
  p.program.thresholds.clear();
  p.program.precision = weights;
  p.program.dram_bytes = test::tiny::inputs * 8;
  p.program.weights[0]->element = weights;
  for (uint32_t index : {test::tinyInputDram, test::tinyInput}) {
    buffer(p, index).element = input;
    buffer(p, index).bytes = test::tiny::inputs * bytesOf(input);
  }
  p.program.input->element = input;
  p.program.input->scale = isFloat(input) ? 0 : 0.5;
  buffer(p, test::tinySum).element = sum;
  buffer(p, test::tinySum).bytes = test::tiny::classes * bytesOf(sum);
  if (isFloat(sum))
    return;
  // The sum (r0) is converted to f32 (r3) before the bias (r1) is added.
  vector(p).code = {{VectorOp::to_f32, f32, 0, 0, 0, 0, 0},
                    {VectorOp::add, f32, 3, 1, 0, 0, 0}};
}

std::string errorOf(ElementType input, ElementType weights, ElementType sum) {
  return errorAfter([&](P &p) { retype(p, input, weights, sum); });
}

void expectRefused(const std::string &part, ElementType input,
                   ElementType weights, ElementType sum) {
  expectInvalid(part, [&](P &p) { retype(p, input, weights, sum); });
}

TEST(VerifyTypes, ContractionsThatThereAre) {
  EXPECT_EQ(errorOf(f32, f32, f32), "");
  EXPECT_EQ(errorOf(i8, i8, i32), "");
  EXPECT_EQ(errorOf(u8, i8, i32), "");
  EXPECT_EQ(errorOf(i16, i16, i64), "");
}

TEST(VerifyTypes, OtherContractions) {
  expectRefused("its input holds i16, but weights \"fc\" of i8 take i8 or u8",
                i16, i8, i32);
  expectRefused("its input holds f32, but weights \"fc\" of i8 take i8 or u8",
                f32, i8, i32);
  expectRefused("its input holds u8, but weights \"fc\" of i16 take i16", u8,
                i16, i64);
  expectRefused("its input holds i8, but weights \"fc\" of f32 take f32", i8,
                f32, f32);
  expectRefused("its output holds f32, but weights \"fc\" of i8 give i32", i8,
                i8, f32);
  expectRefused("its output holds i64, but weights \"fc\" of i8 give i32", u8,
                i8, i64);
  expectRefused("its output holds i32, but weights \"fc\" of i16 give i64", i16,
                i16, i32);
  expectInvalid("it accumulates, but weights \"fc\" of i8 do not: only f32 is "
                "added to what the output holds",
                [](P &p) {
                  retype(p, i8, i8, i32);
                  contract(p).accumulate = true;
                });
}

TEST(VerifyTypes, Ports) {
  for (double bad : {0.0, -1.0, 1e-60, 1e60, std::nan(""),
                     std::numeric_limits<double>::infinity()})
    expectInvalid("is not positive and finite in f32", [&](P &p) {
      retype(p, u8, i8, i32);
      p.program.input->scale = bad;
    });
  for (double bad : {0.5, std::nan("")}) {
    expectInvalid("input is f32, but has a scale",
                  [&](P &p) { p.program.input->scale = bad; });
    expectInvalid("logits are f32, but must be f32, without a scale",
                  [&](P &p) { p.program.logits->scale = bad; });
  }
  for (ElementType bad : {i32, i64})
    expectRefused("input is " + std::string(EnumNameElementType(bad)) +
                      ", but must be f32, u8, i8 or i16",
                  bad, i8, i32);
  expectInvalid("logits are i32, but must be f32", [](P &p) {
    buffer(p, test::tinyLogits).element = i32;
    p.program.logits->element = i32;
  });
  expectInvalid("input and its buffer \"input_dram\" have different element "
                "types, i8 and f32",
                [](P &p) { p.program.input->element = i8; });
}

TEST(VerifyTypes, Copies) {
  expectInvalid("different element types, f32 and i32",
                [](P &p) { buffer(p, test::tinyInput).element = i32; });
}

TEST(VerifyTypes, ExitTests) {
  expectInvalid("logits \"bias\" hold i32, but the exit unit compares f32",
                [](P &p) {
                  // The copy of the bias has i32, and nothing adds it.
                  buffer(p, test::tinyBiasImage).element = i32;
                  buffer(p, test::tinyBias).element = i32;
                  vector(p).inputs.pop_back();
                  vector(p).code = {{VectorOp::neg, f32, 0, 0, 0, 0, 0}};
                  test::firstOf(p.program, 0, CommandBody::ExitTest)
                      .body.AsExitTest()
                      ->logits = test::tinyBias;
                });
}

/// Expects an error with `part` in its message, or none if `part` is empty, for
/// a command with u8 sums (r0), f32 biases (r1), and f32 logits.
void expectCode(const std::string &part, std::vector<VectorInstruction> code,
                bool isReduction = false) {
  auto change = [&](P &p) {
    retype(p, u8, i8, i32);
    vector(p).code = code;
    vector(p).reduces = isReduction;
  };
  if (part.empty())
    EXPECT_EQ(errorAfter(change), "");
  else
    expectInvalid(part, change);
}

TEST(VerifyTypes, InstructionsHaveTheirTypes) {
  for (VectorOp op :
       {VectorOp::div, VectorOp::exp, VectorOp::log, VectorOp::sqrt,
        VectorOp::rsqrt, VectorOp::tanh, VectorOp::erf, VectorOp::floor,
        VectorOp::ceil, VectorOp::pow, VectorOp::maxnum, VectorOp::minnum,
        VectorOp::roundeven, VectorOp::to_f32})
    for (ElementType type : {i32, i64})
      expectCode(std::string(EnumNameVectorOp(op)) +
                     " works on f32, but its type is " +
                     EnumNameElementType(type),
                 {{op, type, 0, 0, 0, 0, 0}});
  for (VectorOp op : {VectorOp::shr, VectorOp::to_int})
    expectCode("works on i32 or i64, but its type is f32",
               {{op, f32, 1, 1, 1, 0, 0}});
  for (ElementType type : {f32, i32})
    expectCode("rescale works on i64, but its type is",
               {{VectorOp::rescale, type, 0, 0, 0, 0, 0}});
  for (ElementType type : {i8, i16, u8})
    expectCode("add works on f32, i32 or i64, but its type is",
               {{VectorOp::add, type, 0, 0, 0, 0, 0}});
  expectCode("its type is unknown",
             {{VectorOp::add, ElementType(77), 0, 0, 0, 0, 0}});
}

TEST(VerifyTypes, OperandsAreOfTheInstructionsKind) {
  expectCode("instruction 0: register 0 holds an integer, but add f32 takes an "
             "f32",
             {{VectorOp::add, f32, 1, 0, 0, 0, 0}});
  expectCode("register 1 holds an f32, but add i32 takes an integer",
             {{VectorOp::add, i32, 0, 1, 0, 0, 0}});
  expectCode("register 1 holds an f32, but to_f32 f32 takes an integer",
             {{VectorOp::to_f32, f32, 1, 0, 0, 0, 0}});
  expectCode("register 0 holds an integer, but to_int i32 takes an f32",
             {{VectorOp::to_int, i32, 0, 0, 0, 0, 0}});
  expectCode("register 1 holds an f32, but rescale i64 takes an integer",
             {{VectorOp::rescale, i64, 0, 0, 1, 0, 5}});
  // Neither comparisons nor selections mix types.
  expectCode("register 3 holds an integer, but select f32 takes an f32",
             {{VectorOp::cmp_lt, i32, 0, 0, 0, 0, 0},
              {VectorOp::select, f32, 3, 1, 1, 0, 0}});
  expectCode("register 1 holds an f32, but select i32 takes an integer",
             {{VectorOp::select, i32, 0, 0, 1, 0, 0}});
  // Register 2 is the output.
  expectCode("register 2 holds an f32, but max i32 takes an integer",
             {{VectorOp::max, i32, 0, 2, 0, 0, 0}}, true);
  expectCode("",
             {{VectorOp::to_f32, f32, 0, 0, 0, 0, 0},
              {VectorOp::max, f32, 3, 2, 0, 0, 0}},
             true);
}

TEST(VerifyTypes, WhatIsStoredIsOfTheOutputsKind) {
  expectCode("it stores an integer, but its output holds an f32",
             {{VectorOp::add, i32, 0, 0, 0, 0, 0}});
  expectInvalid("it stores an f32, but its output holds an integer", [](P &p) {
    retype(p, u8, i8, i32);
    vector(p).output->buffer = test::tinySum;
  });
  expectInvalid("it stores an integer, but its output holds an f32", [](P &p) {
    retype(p, u8, i8, i32);
    vector(p).inputs.pop_back();
    vector(p).code.clear();
  });
}

TEST(VerifyTypes, Immediates) {
  for (int64_t bad : {int64_t(-1), int64_t(63), int64_t(1) << 40})
    expectCode("it shifts by " + std::to_string(bad) + ", but must by 0 to 62",
               {{VectorOp::rescale, i64, 0, 0, 0, 0, bad}});
  for (int64_t bad : {int64_t(1) << 31, -(int64_t(1) << 31) - 1})
    expectCode("the constant " + std::to_string(bad) + " is not a value of i32",
               {{VectorOp::constant, i32, 0, 0, 0, 0, bad}});
  for (int64_t shift : {0, 62})
    expectCode("", {{VectorOp::rescale, i64, 0, 0, 0, 0, shift},
                    {VectorOp::constant, i64, 0, 0, 0, 0, INT64_MIN},
                    {VectorOp::constant, i32, 0, 0, 0, 0, INT32_MIN},
                    {VectorOp::to_f32, f32, 3, 0, 0, 0, 0}});
}

TEST(VerifyTypes, PaddingIsAValueOfTheBuffer) {
  auto pad = [](ElementType sum, double padding) {
    return errorAfter([&](P &p) {
      retype(p, i16, i16, i64);
      vector(p).inputs[0]->padding = padding;
      // The contraction writes a buffer of its own, except for i64.
      if (sum == i64)
        return;
      contract(p).output->buffer = uint32_t(p.program.buffers.size());
      p.program.buffers.push_back(
          std::make_unique<BufferT>(buffer(p, test::tinySum)));
      p.program.buffers.back()->offset = 1024;
      buffer(p, test::tinySum).element = sum;
    });
  };
  struct {
    ElementType type;
    double low, high;
  } ranges[] = {{u8, 0, 255},
                {i8, -128, 127},
                {i16, -32768, 32767},
                {i32, -2147483648.0, 2147483647},
                {i64, -std::ldexp(1, 63), std::ldexp(1, 63) - 1024}};
  for (const auto &[type, low, high] : ranges) {
    EXPECT_EQ(pad(type, low), "");
    EXPECT_EQ(pad(type, high), "");
    for (double bad : {0.5, std::nan(""), std::ldexp(1, 63), low * 2 - 1})
      EXPECT_NE(pad(type, bad).find("the padding of input 0 is "),
                std::string::npos)
          << EnumNameElementType(type) << " " << bad;
  }
  EXPECT_NE(pad(u8, 256).find("is not a value of u8"), std::string::npos);
  EXPECT_NE(pad(i8, -129).find("is not a value of i8"), std::string::npos);
}

TEST(VerifyTypes, TheInitialValueIsOneOfTheOutput) {
  auto reduce = [](double initial) {
    return [initial](P &p) {
      retype(p, u8, i8, i32);
      p.program.buffers.push_back(
          std::make_unique<BufferT>(buffer(p, test::tinySum)));
      p.program.buffers.back()->element = i8;
      p.program.buffers.back()->offset = 1024;
      VectorT &v = vector(p);
      v.output->buffer = uint32_t(p.program.buffers.size() - 1);
      v.code = {{VectorOp::max, i32, 0, 2, 0, 0, 0}};
      v.reduces = v.initialized = true;
      v.initial = initial;
    };
  };
  EXPECT_EQ(errorAfter(reduce(-128)), "");
  expectInvalid("the initial value is -129.000000, which is not a value of i8",
                reduce(-129));
  expectInvalid("the initial value is 0.500000, which is not a value of i8",
                reduce(0.5));
}

} // namespace
} // namespace crania::binary
