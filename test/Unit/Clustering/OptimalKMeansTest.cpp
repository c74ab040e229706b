// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/OptimalKMeans.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::clustering;

namespace {

using Weighted = std::map<double, double>; // value -> weight

/// Returns the squared error of points [begin, end) about their mean, by its
/// definition.
double errorOf(const std::vector<std::pair<double, double>> &points,
               size_t begin, size_t end) {
  double weight = 0, sum = 0, error = 0;
  for (size_t i = begin; i < end; ++i) {
    weight += points[i].second;
    sum += points[i].second * points[i].first;
  }
  for (size_t i = begin; i < end; ++i)
    error += points[i].second * std::pow(points[i].first - sum / weight, 2);
  return error;
}

/// Returns the smallest squared error over all ways to cut sorted points into k
/// groups.
double bruteForce(const std::vector<std::pair<double, double>> &points,
                  size_t begin, unsigned k) {
  if (k == 1)
    return errorOf(points, begin, points.size());
  double best = std::numeric_limits<double>::infinity();
  for (size_t end = begin + 1; end + k - 1 <= points.size(); ++end)
    best = std::min(best, errorOf(points, begin, end) +
                              bruteForce(points, end, k - 1));
  return best;
}

double bruteForce(const Weighted &points, unsigned k) {
  return bruteForce({points.begin(), points.end()}, 0,
                    unsigned(std::min<size_t>(k, points.size())));
}

/// Computes the optimum by the textbook recursion over all pairs of positions.
double byAllPairs(const std::vector<double> &values, unsigned k) {
  const size_t count = values.size();
  std::vector<double> first(count + 1), second(count + 1);
  for (size_t i = 0; i < count; ++i) {
    first[i + 1] = first[i] + values[i];
    second[i + 1] = second[i] + values[i] * values[i];
  }
  auto cost = [&](size_t begin, size_t end) {
    const double sum = first[end] - first[begin];
    return second[end] - second[begin] - sum * sum / double(end - begin);
  };
  std::vector<double> best(count + 1);
  for (size_t end = 1; end <= count; ++end)
    best[end] = cost(0, end);
  for (unsigned m = 2; m <= k; ++m)
    for (size_t end = count; end >= m; --end) {
      double least = std::numeric_limits<double>::infinity();
      for (size_t begin = m - 1; begin < end; ++begin)
        least = std::min(least, best[begin] + cost(begin, end));
      best[end] = least;
    }
  return best[count];
}

void expectOptimum(const std::vector<float> &values, unsigned k) {
  auto result = optimalKMeans(values, k);
  ASSERT_TRUE(bool(result));
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double optimum = byAllPairs(sorted, k);
  EXPECT_NEAR(result->squaredError, optimum, 1e-9 * optimum);
}

/// Checks that `firsts` gives the groups, that the centers are their means, and
/// that the error is the error of these groups.
void checkConsistent(const KMeans &result, const Weighted &points, unsigned k) {
  RC_ASSERT(result.centers.size() == std::min<size_t>(k, points.size()));
  RC_ASSERT(result.firsts.size() == result.centers.size());
  std::vector<double> weight(k), sum(k);
  double error = 0;
  for (auto [value, w] : points) {
    const size_t group = result.groupOf(value);
    RC_ASSERT(group < result.centers.size());
    weight[group] += w;
    sum[group] += w * value;
    error += w * std::pow(value - result.centers[group], 2);
  }
  for (size_t g = 0; g < result.centers.size(); ++g)
    RC_ASSERT(std::abs(result.centers[g] - sum[g] / weight[g]) < 1e-6);
  RC_ASSERT(std::abs(error - result.squaredError) < 1e-6 * (1 + error));
}

RC_GTEST_PROP(OptimalKMeansTest, IsTheBestOfAllCuts, ()) {
  auto raw = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(-40, 41)));
  raw.resize(std::min<size_t>(raw.size(), 12));
  const auto k = *rc::gen::inRange(1u, 6u);
  std::vector<float> values;
  Weighted points;
  for (int value : raw) {
    values.push_back(float(value) / 8);
    ++points[values.back()];
  }
  auto result = optimalKMeans(values, k);
  RC_ASSERT(bool(result));
  const double best = bruteForce(points, k);
  RC_ASSERT(std::abs(result->squaredError - best) < 1e-9 * (1 + best));
  checkConsistent(*result, points, k);
}

RC_GTEST_PROP(OptimalKMeansTest, IsTheBestOfAllCutsWithWeights, ()) {
  auto raw =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::pair<int, int>>>(
          rc::gen::pair(rc::gen::inRange(-40, 41), rc::gen::inRange(0, 9))));
  raw.resize(std::min<size_t>(raw.size(), 12));
  const auto k = *rc::gen::inRange(1u, 6u);
  std::vector<float> values, weights;
  Weighted points;
  for (auto [value, weight] : raw) {
    values.push_back(float(value) / 8);
    weights.push_back(float(weight) / 4);
    if (weight)
      points[values.back()] += weights.back();
  }
  auto result = optimalKMeans(values, weights, k);
  RC_ASSERT(bool(result));
  const double best = points.empty() ? 0 : bruteForce(points, k);
  RC_ASSERT(std::abs(result->squaredError - best) < 1e-9 * (1 + best));
  checkConsistent(*result, points, k);
}

// With more than 4096 distinct values, the search skips positions where no
// boundary can be.
TEST(OptimalKMeansTest, IsTheOptimumOfManyValues) {
  std::mt19937 engine(1);
  std::exponential_distribution<float> exponential;
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> laplace, flat, twoSorts, outliers;
  for (int i = 0; i < 9000; ++i) {
    laplace.push_back(exponential(engine) * (i % 2 ? 1.0f : -1.0f));
    flat.push_back(uniform(engine));
    twoSorts.push_back(uniform(engine) + (i % 3 ? 5.0f : 0.0f));
    outliers.push_back(i < 5 ? 1e4f * float(i) : laplace.back());
  }
  for (const auto &values : {laplace, flat, twoSorts, outliers})
    for (unsigned k : {1u, 2u, 3u, 7u})
      expectOptimum(values, k);
}

TEST(OptimalKMeansTest, SymmetricValuesHaveTwoOptima) {
  std::vector<float> values;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(1 + float(i) * 1e-3f);
    values.push_back(-values.back());
  }
  expectOptimum(values, 3);
}

RC_GTEST_PROP(OptimalKMeansTest, HalvesAreTheirValues, ()) {
  auto raw =
      *rc::gen::container<std::vector<int>>(rc::gen::inRange(-2048, 2049));
  const auto k = *rc::gen::inRange(1u, 6u);
  std::vector<float> values;
  std::vector<uint16_t> bits;
  for (int value : raw) {
    // Integers up to 2048 are exact in f16, and so are their products with
    // 2^-24.
    const float scale = *rc::gen::elementOf(std::vector<float>{1, 0x1p-24f});
    int exponent = 0;
    const float magnitude = std::fabs(float(value) * scale);
    std::frexp(magnitude, &exponent);
    uint16_t half = 0;
    if (magnitude >= 0x1p-14f)
      half = uint16_t((exponent + 14) << 10 |
                      int(std::ldexp(magnitude, 11 - exponent)) % 1024);
    else
      half = uint16_t(std::ldexp(magnitude, 24));
    bits.push_back(uint16_t(half | (std::signbit(float(value)) ? 0x8000 : 0)));
    values.push_back(float(value) * scale);
  }
  auto halves = optimalKMeansOfHalves(bits, k),
       floats = optimalKMeans(values, k);
  RC_ASSERT(bool(halves));
  RC_ASSERT(bool(floats));
  RC_ASSERT(halves->centers == floats->centers);
  RC_ASSERT(halves->firsts == floats->firsts);
  RC_ASSERT(halves->squaredError == floats->squaredError);
}

RC_GTEST_PROP(OptimalKMeansTest, OrderOfValuesDoesNotMatter, ()) {
  auto values = *rc::gen::container<std::vector<float>>(
      rc::gen::map(rc::gen::inRange(-100000, 100001),
                   [](int value) { return float(value) / 1000; }));
  auto other = values;
  std::reverse(other.begin(), other.end());
  auto a = optimalKMeans(values, 4), b = optimalKMeans(other, 4);
  RC_ASSERT(bool(a));
  RC_ASSERT(bool(b));
  RC_ASSERT(a->centers == b->centers);
  RC_ASSERT(a->squaredError == b->squaredError);
}

TEST(OptimalKMeansTest, FewerDifferentValuesThanGroups) {
  auto result = optimalKMeans(std::vector<float>{2, 0.0f, -0.0f, 2}, 5);
  ASSERT_TRUE(bool(result));
  EXPECT_EQ(result->centers, (std::vector<double>{0, 2}));
  EXPECT_EQ(result->squaredError, 0);
  auto none = optimalKMeans(std::vector<float>{}, 5);
  ASSERT_TRUE(bool(none));
  EXPECT_TRUE(none->centers.empty());
}

void expectRefused(const Result<KMeans> &result, const char *reason) {
  ASSERT_FALSE(bool(result));
  EXPECT_NE(result.error().message.find(reason), std::string::npos)
      << result.error().message;
}

TEST(OptimalKMeansTest, RefusesWhatHasNoOptimum) {
  using Floats = std::vector<float>;
  const float infinity = std::numeric_limits<float>::infinity();
  expectRefused(optimalKMeans(Floats{1}, 0), "no groups");
  expectRefused(optimalKMeans(Floats{1, -infinity}, 2),
                "value 1 is not finite");
  expectRefused(optimalKMeans(Floats{1, 2}, Floats{1}, 2),
                "2 values with 1 weights");
  expectRefused(optimalKMeans(Floats{1, 2}, Floats{1, -1}, 2),
                "weight 1 is negative");
  expectRefused(optimalKMeans(Floats{1, 2}, Floats{1, infinity}, 2),
                "weight 1 is not finite");
  expectRefused(optimalKMeansOfHalves(std::vector<uint16_t>{1, 0x7c01}, 2),
                "value 1 is not finite");
}

} // namespace
