// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/Boundaries.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace crania;
using namespace crania::clustering;

namespace {

std::vector<uint64_t> sizesOf(const char *text,
                              const std::vector<float> &weights) {
  Result<Boundaries> boundaries = Boundaries::parse(text);
  EXPECT_TRUE(bool(boundaries)) << text;
  auto sizes = boundaries->sizes(weights);
  EXPECT_TRUE(bool(sizes)) << text;
  EXPECT_EQ(sizes->size(), boundaries->clusters());
  return *sizes;
}

void expectRefused(const char *text, const char *reason) {
  Result<Boundaries> boundaries = Boundaries::parse(text);
  ASSERT_FALSE(bool(boundaries)) << text;
  EXPECT_NE(boundaries.error().message.find(reason), std::string::npos)
      << boundaries.error().message;
}

using Sizes = std::vector<uint64_t>;

TEST(BoundariesTest, AreAtFractions) {
  const std::vector<float> weights(10);
  EXPECT_EQ(sizesOf("0.1,.2,0.3,0.4", weights), (Sizes{1, 2, 3, 4}));
  EXPECT_EQ(sizesOf("1", weights), Sizes{10});
  EXPECT_EQ(sizesOf("equal:5", weights), Sizes(5, 2));
  EXPECT_EQ(Boundaries().clusters(), 1u);
}

TEST(BoundariesTest, RefuseWhatIsNone) {
  expectRefused("", "'' is not a fraction");
  expectRefused("0.5,", "'' is not a fraction");
  expectRefused("0.5,x", "'x' is not a fraction");
  expectRefused("0.5,0.6", "add up to 1.1");
  expectRefused("-0.5,1.5", "'-0.5' is not a fraction");
  expectRefused("0,1", "'0' is not a fraction");
  expectRefused("nan,1", "'nan' is not a fraction");
  expectRefused("4", "equal:K");
  expectRefused("equal:0", "'0' is not a number of clusters");
  expectRefused("equal:256", "'256' is not a number of clusters");
  expectRefused("equal:2x", "'2x' is not a number of clusters");
  expectRefused("kmeans:", "'' is not a number of clusters");
  expectRefused("kmeans:300", "'300' is not a number of clusters");
}

TEST(BoundariesTest, CutWhereMagnitudesDoByKMeans) {
  EXPECT_EQ(sizesOf("kmeans:3", {-9, 1, 9.5f, 4, -1, 0.5f, 4.5f, 0}),
            (Sizes{2, 2, 4}));
  EXPECT_EQ(sizesOf("kmeans:3", {2, -2, 0}), (Sizes{2, 1, 0}));
  EXPECT_EQ(sizesOf("kmeans:2", {}), (Sizes{0, 0}));
  auto sizes = Boundaries::parse("kmeans:2")
                   ->sizes(std::vector<float>{
                       1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_FALSE(bool(sizes));
}

/// Returns the squared error of magnitudes in descending order, cut into groups
/// of these sizes.
double squaredError(const std::vector<float> &sorted, const Sizes &sizes) {
  double error = 0;
  auto next = sorted.begin();
  for (uint64_t size : sizes) {
    const auto end = next + ptrdiff_t(size);
    const double mean =
        size ? std::accumulate(next, end, 0.0) / double(size) : 0;
    for (; next != end; ++next)
      error += (*next - mean) * (*next - mean);
  }
  return error;
}

RC_GTEST_PROP(BoundariesTest, NoOtherCutInThreeIsBetterThanKMeans, ()) {
  const auto integers = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(-50, 50)));
  std::vector<float> weights(integers.begin(), integers.end()), sorted;
  for (float weight : weights)
    sorted.push_back(std::abs(weight));
  std::sort(sorted.rbegin(), sorted.rend());
  const double found = squaredError(sorted, sizesOf("kmeans:3", weights));
  const uint64_t n = weights.size();
  for (uint64_t a = 0; a <= n; ++a)
    for (uint64_t b = 0; a + b <= n; ++b)
      RC_ASSERT(found <= squaredError(sorted, {a, b, n - a - b}) + 1e-6);
}

} // namespace
