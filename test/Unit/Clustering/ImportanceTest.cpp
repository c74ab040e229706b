// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/Importance.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::clustering;

namespace {

/// Assigns clusters by the definition: sort by magnitude, earlier index first,
/// and cut.
std::vector<uint8_t> assignBySorting(const std::vector<float> &weights,
                                     const std::vector<uint64_t> &sizes) {
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    float x = std::fabs(weights[a]), y = std::fabs(weights[b]);
    return x != y ? x > y : a < b;
  });
  std::vector<uint8_t> assignment(weights.size());
  size_t next = 0;
  for (size_t k = 0; k < sizes.size(); ++k)
    for (uint64_t i = 0; i < sizes[k]; ++i)
      assignment[order[next++]] = uint8_t(k);
  return assignment;
}

TEST(ClusterSizesTest, RoundsTheBoundaries) {
  std::vector<double> fractions{0.1, 0.2, 0.3, 0.4};
  EXPECT_EQ(clusterSizes(25, fractions), (std::vector<uint64_t>{3, 5, 7, 10}));
  EXPECT_EQ(clusterSizes(1, fractions), (std::vector<uint64_t>{0, 0, 1, 0}));
}

RC_GTEST_PROP(ClusterSizesTest, AddUpToAllWeights, ()) {
  auto parts = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 100)));
  double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  std::vector<double> fractions;
  for (int part : parts)
    fractions.push_back(part / sum);
  auto count = *rc::gen::inRange<uint64_t>(0, 1000000);
  std::vector<uint64_t> sizes = clusterSizes(count, fractions);
  RC_ASSERT(sizes.size() == fractions.size());
  RC_ASSERT(std::accumulate(sizes.begin(), sizes.end(), uint64_t(0)) == count);
}

TEST(ImportanceTest, LargestMagnitudeFirst) {
  std::vector<float> weights{0.5f, -2.0f, 1.0f, 0.25f};
  std::vector<uint64_t> sizes{2, 2};
  auto assignment = assignByImportance(weights, sizes);
  ASSERT_TRUE(bool(assignment));
  EXPECT_EQ(*assignment, (std::vector<uint8_t>{1, 0, 0, 1}));
}

TEST(ImportanceTest, EarlierOfEqualWeightsFirst) {
  std::vector<float> weights{1, -1, 1, 0.0f, -0.0f};
  std::vector<uint64_t> sizes{1, 1, 2, 1};
  auto assignment = assignByImportance(weights, sizes);
  ASSERT_TRUE(bool(assignment));
  EXPECT_EQ(*assignment, (std::vector<uint8_t>{0, 1, 2, 2, 3}));
}

TEST(ImportanceTest, RefusesWeightsThatAreNotFinite) {
  std::vector<uint64_t> sizes{3};
  for (float bad : {std::numeric_limits<float>::quiet_NaN(),
                    std::numeric_limits<float>::infinity()}) {
    std::vector<float> weights{1, 2, bad};
    auto assignment = assignByImportance(weights, sizes);
    ASSERT_FALSE(bool(assignment));
    EXPECT_EQ(assignment.error().message, "weight 2 is not finite");
  }
}

/// Returns the sizes of the clusters that `cuts` separate.
std::vector<uint64_t> sizesBetween(std::vector<size_t> cuts, size_t count) {
  std::sort(cuts.begin(), cuts.end());
  cuts.push_back(count);
  std::vector<uint64_t> sizes;
  size_t begin = 0;
  for (size_t end : cuts) {
    sizes.push_back(end - begin);
    begin = end;
  }
  return sizes;
}

RC_GTEST_PROP(ImportanceTest, IsSortingByMagnitudeWithFewTies, ()) {
  // The weights have any finite bit patterns. Many of them differ only in the
  // lowest bits.
  auto bits = *rc::gen::container<std::vector<uint32_t>>(
      rc::gen::oneOf(rc::gen::arbitrary<uint32_t>(),
                     rc::gen::inRange<uint32_t>(0x3f800000u, 0x3f800100u)));
  std::vector<float> weights;
  for (uint32_t word : bits) {
    float weight;
    std::memcpy(&weight, &word, sizeof(weight));
    if (std::isfinite(weight))
      weights.push_back(weight);
  }
  auto cuts = *rc::gen::container<std::vector<size_t>>(
      *rc::gen::inRange(0, 12),
      rc::gen::inRange<size_t>(0, weights.size() + 1));
  std::vector<uint64_t> sizes = sizesBetween(cuts, weights.size());
  auto assignment = assignByImportance(weights, sizes);
  RC_ASSERT(bool(assignment));
  RC_ASSERT(*assignment == assignBySorting(weights, sizes));
}

RC_GTEST_PROP(ImportanceTest, IsSortingByMagnitudeWithManyTies, ()) {
  // There are few distinct values, so that ties are common. Sizes may be 0.
  auto raw = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-8, 9));
  auto cuts = *rc::gen::container<std::vector<size_t>>(
      3, rc::gen::inRange<size_t>(0, raw.size() + 1));
  std::vector<float> weights;
  for (int value : raw)
    weights.push_back(float(value) / 3);
  std::vector<uint64_t> sizes = sizesBetween(cuts, weights.size());
  auto assignment = assignByImportance(weights, sizes);
  RC_ASSERT(bool(assignment));
  RC_ASSERT(*assignment == assignBySorting(weights, sizes));
}

} // namespace
