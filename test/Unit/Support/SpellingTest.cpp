// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Spelling.h"

#include <gtest/gtest.h>

namespace crania {
namespace {

const std::vector<std::string> keys = {"array.rows", "array.cols", "clock_mhz"};

TEST(Spelling, FindsTheNearest) {
  EXPECT_EQ(nearestSpelling("array.row", keys), "array.rows");
  EXPECT_EQ(nearestSpelling("arry.cols", keys), "array.cols");
  EXPECT_EQ(nearestSpelling("clock_Mhz", keys), "clock_mhz");
}

TEST(Spelling, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearestSpelling("voltage", keys), "");
  EXPECT_EQ(nearestSpelling("", keys), "");
  EXPECT_EQ(nearestSpelling(std::string(100000, 'a'), keys), "");
  EXPECT_EQ(nearestSpelling("rows", {}), "");
}

TEST(Spelling, JoinsNames) {
  EXPECT_EQ(joinNames(keys), "array.rows, array.cols, clock_mhz");
  EXPECT_EQ(joinNames({}), "");
}

} // namespace
} // namespace crania
