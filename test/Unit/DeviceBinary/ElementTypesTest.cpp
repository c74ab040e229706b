// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/ElementTypes.h"

#include <gtest/gtest.h>

namespace crania::binary {
namespace {

/// The names tell the kind, the sign and the bits.
TEST(ElementTypes, AreAsTheirNamesSay) {
  for (ElementType type : EnumValuesElementType()) {
    const std::string name(nameOf(type));
    const ElementTraits &traits = traitsOf(type);
    EXPECT_EQ(traits.type, type) << name;
    EXPECT_EQ(8 * traits.bytes, std::stoul(name.substr(1))) << name;
    EXPECT_EQ(traits.isFloat, name[0] == 'f') << name;
    EXPECT_EQ(traits.isSigned, name[0] != 'u') << name;
    EXPECT_EQ(bytesOf(type), traits.bytes);
    EXPECT_EQ(isFloat(type), traits.isFloat);
  }
}

TEST(ElementTypes, WeightsDecideTheSums) {
  EXPECT_EQ(traitsOf(ElementType::f32).sum, ElementType::f32);
  EXPECT_EQ(traitsOf(ElementType::i8).sum, ElementType::i32);
  EXPECT_EQ(traitsOf(ElementType::i16).sum, ElementType::i64);
  for (ElementType type :
       {ElementType::i32, ElementType::i64, ElementType::u8}) {
    EXPECT_EQ(traitsOf(type).sum, std::nullopt);
    EXPECT_FALSE(isWeightType(type));
  }
  EXPECT_TRUE(isWeightType(ElementType::i8));
  EXPECT_FALSE(isWeightType(ElementType(100))) << "unknown to the schema";
}

TEST(ElementTypes, OnlyBytesMixTheirSigns) {
  for (ElementType weights : EnumValuesElementType())
    for (ElementType input : EnumValuesElementType())
      EXPECT_EQ(takesInput(weights, input),
                input == weights ||
                    (weights == ElementType::i8 && input == ElementType::u8))
          << nameOf(weights) << " " << nameOf(input);
  EXPECT_FALSE(takesInput(ElementType::u8, ElementType::i8));
}

} // namespace
} // namespace crania::binary
