// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "EieRun.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

/// docs/Simulator.md has the figures and says where they deviate.
TEST(Eie, PeakAreaAndPowerAreNearThePublishedOnes) {
  Result<EieFigures> model = runEie();
  ASSERT_TRUE(model) << model.error().message;
  auto isNear = [](double value, double published) {
    return value <= published * eieTolerance &&
           value >= published / eieTolerance;
  };
  EXPECT_TRUE(isNear(model->gigaOperationsPerSecond,
                     publishedEie.gigaOperationsPerSecond))
      << model->gigaOperationsPerSecond;
  EXPECT_TRUE(isNear(model->mm2, publishedEie.mm2)) << model->mm2;
  EXPECT_TRUE(isNear(model->watts, publishedEie.watts)) << model->watts;
  // No machine is faster than its multipliers.
  EXPECT_LE(model->gigaOperationsPerSecond, 64 * 2 * 0.8);
}
