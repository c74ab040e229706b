// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/VectorTraits.h"

#include <gtest/gtest.h>

namespace crania::binary {
namespace {

constexpr auto f32 = ElementType::f32, i32 = ElementType::i32,
               i64 = ElementType::i64;

TEST(VectorTraits, HasARowPerOperation) {
  for (VectorOp op : EnumValuesVectorOp()) {
    EXPECT_EQ(traitsOf(op).op, op) << EnumNameVectorOp(op);
    EXPECT_LE(operandsOf(op), 3u) << EnumNameVectorOp(op);
    EXPECT_TRUE(hasType(op, f32) || hasType(op, i32) || hasType(op, i64))
        << EnumNameVectorOp(op);
    // Elements of these types are loaded and stored only.
    for (ElementType type :
         {ElementType::i16, ElementType::i8, ElementType::u8})
      EXPECT_FALSE(hasType(op, type)) << EnumNameVectorOp(op);
  }
}

TEST(VectorTraits, TextOfTypesAgreesWithTheTypes) {
  for (VectorOp op : EnumValuesVectorOp())
    for (ElementType type : {f32, i32, i64})
      EXPECT_EQ(hasType(op, type), typesOf(op).find(EnumNameElementType(
                                       type)) != std::string_view::npos)
          << EnumNameVectorOp(op) << " " << EnumNameElementType(type);
  EXPECT_EQ(typesOf(VectorOp::add), "f32, i32 or i64");
  EXPECT_EQ(typesOf(VectorOp::div), "f32");
  EXPECT_EQ(typesOf(VectorOp::shr), "i32 or i64");
  EXPECT_EQ(typesOf(VectorOp::rescale), "i64");
}

TEST(VectorTraits, Operands) {
  EXPECT_EQ(operandsOf(VectorOp::constant), 0u);
  EXPECT_EQ(operandsOf(VectorOp::roundeven), 1u);
  EXPECT_EQ(operandsOf(VectorOp::pow), 2u);
  EXPECT_EQ(operandsOf(VectorOp::select), 3u);
  EXPECT_EQ(operandsOf(VectorOp::rescale), 3u);
}

TEST(VectorTraits, ConversionsRunOnTheLanesForF32) {
  EXPECT_TRUE(runsOnFloatLanes(VectorOp::to_int, i32));
  EXPECT_TRUE(runsOnFloatLanes(VectorOp::to_f32, f32));
  EXPECT_FALSE(takesFloats(VectorOp::to_f32, f32));
  EXPECT_TRUE(takesFloats(VectorOp::to_int, i64));
  EXPECT_TRUE(runsOnFloatLanes(VectorOp::add, f32));
  EXPECT_FALSE(runsOnFloatLanes(VectorOp::add, i32));
}

TEST(VectorTraits, OnlyTwoOperationsHaveAnImmediate) {
  for (VectorOp op : EnumValuesVectorOp()) {
    const Immediate expected = op == VectorOp::constant  ? Immediate::value
                               : op == VectorOp::rescale ? Immediate::shift
                                                         : Immediate::none;
    EXPECT_EQ(traitsOf(op).immediate, expected) << EnumNameVectorOp(op);
    EXPECT_EQ(traitsOf(op).unit == LaneUnit::none, op == VectorOp::constant)
        << EnumNameVectorOp(op);
  }
}

} // namespace
} // namespace crania::binary
