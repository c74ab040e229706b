// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ScaleSimRuns.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

TEST(ScaleSim, ComputeCyclesOfDenseLayersAreEqual) {
  const std::vector<ScaleSimLayer> layers = scaleSimLayers();
  ASSERT_EQ(layers.size(), 26u);
  for (const ScaleSimLayer &layer : layers) {
    Result<uint64_t> cycles = simulate(layer);
    ASSERT_TRUE(cycles) << cycles.error().message;
    EXPECT_EQ(*cycles, layer.cycles) << layer.name;
  }
}
