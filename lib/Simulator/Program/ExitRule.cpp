// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Program/ExitRule.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace crania;

double simulator::confidenceOf(binary::ExitRule rule,
                               Span<const float> logits) {
  assert(!logits.empty() && "a network has a class");
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  double maximum = -std::numeric_limits<double>::infinity();
  for (float logit : logits) {
    if (std::isnan(logit))
      return undefined;
    maximum = std::max(maximum, double(logit));
  }
  double sum = 0;
  for (float logit : logits)
    sum += std::exp(double(logit) - maximum);

  double largest = 0, second = 0, entropy = 0;
  for (float logit : logits) {
    const double p = std::exp(double(logit) - maximum) / sum;
    if (std::isnan(p))
      return undefined;
    if (p > 0)
      entropy -= p * std::log(p);
    second = std::max(second, std::min(largest, p));
    largest = std::max(largest, p);
  }
  switch (rule) {
  case binary::ExitRule::softmax:
    return largest;
  case binary::ExitRule::margin:
    return largest - second;
  case binary::ExitRule::entropy:
    return entropy;
  }
  return undefined;
}

bool simulator::passesThreshold(binary::ExitRule rule, double confidence,
                                double threshold) {
  if (rule == binary::ExitRule::entropy)
    return threshold > 0 && confidence <= threshold;
  return threshold < 1 && confidence >= threshold;
}

size_t simulator::predictionOf(Span<const float> logits) {
  assert(!logits.empty() && "a network has a class");
  size_t best = 0;
  for (size_t i = 1; i < logits.size(); ++i)
    if (logits[i] > logits[best] ||
        (std::isnan(logits[best]) && !std::isnan(logits[i])))
      best = i;
  return best;
}
