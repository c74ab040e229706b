// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/Requantization.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

using namespace crania;
using namespace crania::quantization;

namespace {

/// Applies the formula of docs/Arithmetic.md. Sets `didWrap` if 64 bits
/// overflow.
int64_t apply(const Requantization &r, const std::vector<int64_t> &a,
              size_t channel, bool &didWrap) {
  auto at = [&](const auto &values) {
    return values.size() == 1 ? values[0] : values[channel];
  };
  __int128 sum = at(r.addends);
  for (size_t i = 0; i < a.size(); ++i)
    sum += __int128(a[i]) * at(r.multipliers[i]);
  didWrap = sum != int64_t(sum);
  return int64_t(sum) >> r.shift;
}

} // namespace

TEST(Requantization, HalvesAreRoundedUp) {
  const std::vector<RequantizationTerm> terms = {{{0.5}, 1000}};
  const std::vector<double> offsets = {0};
  auto r = requantize(terms, offsets);
  ASSERT_TRUE(r);
  bool didWrap = false;
  const int64_t expected[][2] = {{0, 0}, {1, 1}, {3, 2}, {-1, 0}, {-3, -1}};
  for (auto [a, y] : expected)
    EXPECT_EQ(apply(*r, {a}, 0, didWrap), y) << a;
}

TEST(Requantization, UsesAsManyBitsAsFit) {
  const std::vector<RequantizationTerm> terms = {{{0.75, 0.001}, 2e9}};
  const std::vector<double> offsets = {0, 3};
  auto r = requantize(terms, offsets);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->shift, 31u);
  EXPECT_EQ(r->multipliers[0][0], 1610612736); // 0.75 * 2^31
  EXPECT_EQ(r->addends[1], int64_t(3.5 * 2147483648.0));
}

/// Returns the largest sum of any channel.
static double largestSum(const std::vector<RequantizationTerm> &terms,
                         const Requantization &r) {
  double sum = 0;
  for (int64_t addend : r.addends)
    sum = std::max(sum, std::fabs(double(addend)));
  for (size_t i = 0; i < terms.size(); ++i) {
    double multiplier = 0;
    for (int32_t m : r.multipliers[i])
      multiplier = std::max(multiplier, std::fabs(double(m)));
    sum += terms[i].magnitude * multiplier;
  }
  return sum;
}

/// Rounding adds 0.5 of the result and 0.5 of each multiplier.
TEST(Requantization, SumsWithTheirRoundingsHave62Bits) {
  const double limit = 0x1p62;
  // Alone, 0.75 takes all 62 bits. With the half for rounding, 1.25 is too
  // much.
  const std::vector<double> offsets = {0.75}, none = {0};
  const std::vector<RequantizationTerm> nothing;
  auto r = requantize(nothing, offsets);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->shift, 61u);
  EXPECT_LE(largestSum(nothing, *r), limit);
  // 3e18 is 0.65 * 2^62: a multiplier of 1.53 would fit, but it is rounded to
  // 2.
  const double magnitude = 3e18;
  for (double factor : {1.53, 1.4, 0.9, 0.6}) {
    const std::vector<RequantizationTerm> terms = {
        {{std::ldexp(factor, -20)}, magnitude}};
    auto wide = requantize(terms, none);
    ASSERT_TRUE(wide);
    EXPECT_LE(largestSum(terms, *wide), limit) << factor;
  }
}

TEST(Requantization, RefusesWhatFitsNoInteger) {
  const std::vector<double> offsets = {0};
  for (double factor : {1e12, double(INFINITY), double(NAN)}) {
    const std::vector<RequantizationTerm> terms = {{{factor}, 100}};
    EXPECT_FALSE(requantize(terms, offsets)) << factor;
  }
}

RC_GTEST_PROP(Requantization, IsOffByLittleMoreThanHalfAUnit, ()) {
  const auto channels = *rc::gen::inRange<size_t>(1, 4);
  const auto count = *rc::gen::inRange<size_t>(1, 4);
  auto real = [](double scale) {
    return rc::gen::map(rc::gen::inRange(-1000000, 1000000),
                        [scale](int x) { return double(x) / 1e6 * scale; });
  };
  std::vector<RequantizationTerm> terms;
  for (size_t i = 0; i < count; ++i) {
    const double magnitude = std::ldexp(1.0, *rc::gen::inRange(7, 40));
    // Sums of products of that size become integers of up to 16 bits.
    const auto size = *rc::gen::element<size_t>(1, channels);
    terms.push_back({*rc::gen::container<std::vector<double>>(
                         size, real(32768 / magnitude)),
                     magnitude});
  }
  const auto offsets =
      *rc::gen::container<std::vector<double>>(channels, real(32768));
  auto r = requantize(terms, offsets);
  RC_ASSERT(bool(r));
  RC_ASSERT(r->shift <= 62u);
  for (size_t channel = 0; channel < channels; ++channel) {
    std::vector<int64_t> a;
    double exact = offsets[channel], tolerance = 0.5;
    for (const RequantizationTerm &term : terms) {
      a.push_back(int64_t(*real(term.magnitude)));
      const size_t c = term.factors.size() == 1 ? 0 : channel;
      exact += double(a.back()) * term.factors[c];
      // The multiplier is rounded to an integer.
      tolerance += term.magnitude * std::ldexp(0.5, -int(r->shift));
    }
    bool didWrap = false;
    const double y = double(apply(*r, a, channel, didWrap));
    RC_ASSERT(!didWrap);
    RC_ASSERT(std::fabs(y - exact) <= tolerance + 1e-6);
  }
}
