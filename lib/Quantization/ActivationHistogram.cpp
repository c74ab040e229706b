// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Quantization/ActivationHistogram.h"
#include "crania/Quantization/IntegerFormat.h"
#include "crania/Support/Decimal.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

using namespace crania;
using namespace crania::quantization;

//===----------------------------------------------------------------------===//
// RangeRule
//===----------------------------------------------------------------------===//

Result<RangeRule> RangeRule::parse(std::string_view text) {
  constexpr std::string_view percentile = "percentile:";
  if (text == "max")
    return RangeRule{Kind::maximum, 100};
  if (text == "mse")
    return RangeRule{Kind::leastSquares, 100};
  if (text.substr(0, percentile.size()) == percentile) {
    std::string_view number = text.substr(percentile.size());
    double value = 0;
    auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), value);
    if (error == std::errc() && end == number.data() + number.size() &&
        value > 0 && value <= 100)
      return RangeRule{Kind::percentile, value};
  }
  return Error{
      "'" + std::string(text) +
      "' is not a rule for ranges; there are mse, max, and percentile:P "
      "with P above 0 and up to 100"};
}

std::string RangeRule::text() const {
  if (kind == Kind::maximum)
    return "max";
  if (kind == Kind::leastSquares)
    return "mse";
  return "percentile:" + shortestDecimal(percentage);
}

//===----------------------------------------------------------------------===//
// ActivationHistogram
//===----------------------------------------------------------------------===//

namespace {

// A bin is the upper half of the bits of a magnitude: 8 of the exponent and 7
// of the significand.
constexpr unsigned binShift = 16;
constexpr size_t binCount = size_t(1) << 15;

size_t binOf(float magnitude) {
  uint32_t bits;
  std::memcpy(&bits, &magnitude, sizeof(bits));
  return bits >> binShift;
}

float binStart(size_t bin) {
  const uint32_t bits = uint32_t(bin) << binShift;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Returns the middle of a bin. Bin 0 holds zeros and the numbers next to them.
double binCentre(size_t bin) {
  return bin == 0 ? 0 : (double(binStart(bin)) + binStart(bin + 1)) / 2;
}

} // namespace

ActivationHistogram::ActivationHistogram() : bins(binCount) {}

void ActivationHistogram::add(Span<const float> values) {
  for (float value : values) {
    if (!std::isfinite(value)) {
      nonFinite = true;
      continue;
    }
    ++bins[binOf(std::fabs(value))];
    ++total;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
}

double ActivationHistogram::percentileOf(double percentage) const {
  assert(percentage > 0 && percentage <= 100 && "not a percentage");
  const double rank = std::ceil(double(total) * percentage / 100);
  double seen = 0;
  for (size_t bin = 0; bin < binCount; ++bin) {
    seen += double(bins[bin]);
    if (seen < rank)
      continue;
    const bool isEnd = bin == 0 || bin + 1 == binCount;
    return isEnd ? binStart(bin) : binStart(bin + 1);
  }
  return std::max(-double(lowest), double(highest));
}

/// Returns the squared error of rounding to `levels` steps up to `clip`, and of
/// clipping beyond. The error of a value within the range is evenly distributed
/// up to half a step. A value below half a step becomes 0.
double ActivationHistogram::squaredError(double clip, double levels) const {
  assert(levels > 0 && "integers of no levels");
  const double step = clip / levels, rounding = step * step / 12;
  double sum = 0;
  for (size_t bin = 1; bin < binCount; ++bin) {
    if (bins[bin] == 0)
      continue;
    const double value = binCentre(bin);
    const double error = value > clip       ? (value - clip) * (value - clip)
                         : value < step / 2 ? value * value
                                            : rounding;
    sum += double(bins[bin]) * error;
  }
  return sum;
}

/// Returns the best of a series of clips, from the largest magnitude down to a
/// fiftieth of it.
double ActivationHistogram::leastSquares(unsigned bits) const {
  const double largest = std::max(-double(lowest), double(highest));
  const double levels =
      double(formatFor(bits, std::min(0.0, double(lowest))).high());
  constexpr double ratio = 0.98;
  constexpr int candidates = 194; // 0.98^194 = 1/50
  double best = largest, leastError = squaredError(largest, levels);
  double clip = largest;
  for (int i = 0; i < candidates; ++i) {
    clip *= ratio;
    const double error = squaredError(clip, levels);
    if (error < leastError) {
      leastError = error;
      best = clip;
    }
  }
  return best;
}

ActivationHistogram::Range ActivationHistogram::range(const RangeRule &rule,
                                                      unsigned bits) const {
  assert(bits >= 2 && bits <= 32 && "integers have from 2 to 32 bits");
  if (total == 0)
    return {};
  const double largest = std::max(-double(lowest), double(highest));
  double clip = largest;
  if (rule.kind == RangeRule::Kind::percentile)
    clip = std::min(largest, percentileOf(rule.percentage));
  if (rule.kind == RangeRule::Kind::leastSquares)
    clip = leastSquares(bits);
  // If most values are 0, the percentile is 0, but the other values matter.
  if (clip == 0)
    clip = largest;
  return {lowest < 0 ? -clip : 0, clip};
}
