// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/Tiling.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace crania::encoding {
namespace {

RC_GTEST_PROP(Tiling, TilesPartitionTheTensor, ()) {
  Tiling tiling;
  tiling.groups = *rc::gen::inRange(1, 4);
  tiling.outputs = *rc::gen::inRange(1, 20);
  tiling.depth = *rc::gen::inRange(1, 20);
  tiling.tileOutputs = *rc::gen::inRange(1, 25);
  tiling.tileDepth = *rc::gen::inRange(1, 25);
  std::vector<int> seen(tiling.elements());
  for (uint64_t i = 0; i < tiling.tiles(); ++i) {
    Tiling::Tile tile = tiling.tile(i);
    RC_ASSERT(tile.positions() > 0u);
    for (uint64_t p = 0; p < tile.positions(); ++p)
      ++seen.at(tiling.element(tile, p));
  }
  RC_ASSERT(seen == std::vector<int>(tiling.elements(), 1));
}

TEST(Tiling, NumbersGroupThenOutputsThenDepth) {
  Tiling tiling{2, 3, 4, 2, 3};
  ASSERT_EQ(tiling.tiles(), 8u);
  Tiling::Tile last = tiling.tile(7);
  EXPECT_EQ(last.group, 1u);
  EXPECT_EQ(last.firstOutput, 2u);
  EXPECT_EQ(last.outputs, 1u);
  EXPECT_EQ(last.firstDepth, 3u);
  EXPECT_EQ(last.depth, 1u);
  EXPECT_EQ(tiling.element(last, 0), 23u);
  EXPECT_EQ(tiling.element(tiling.tile(0), 4), 5u); // output 1, depth 1
}

} // namespace
} // namespace crania::encoding
