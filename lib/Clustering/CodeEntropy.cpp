// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/CodeEntropy.h"

#include <array>
#include <cassert>
#include <cmath>

using namespace crania;
using namespace crania::clustering;

namespace {

using Histogram = std::array<uint64_t, 256>;

/// Returns the bits of an ideal code for all counted symbols together.
double bitsOf(const Histogram &histogram) {
  uint64_t total = 0;
  for (uint64_t count : histogram)
    total += count;
  double bits = 0;
  for (uint64_t count : histogram)
    if (count)
      bits -= double(count) * std::log2(double(count) / double(total));
  return bits;
}

/// Returns the bits that tell which `part` of `total` items are meant.
double bitsOfPositions(uint64_t part, uint64_t total) {
  assert(part <= total && "a part is larger than the whole");
  Histogram histogram{};
  histogram[0] = part;
  histogram[1] = total - part;
  return bitsOf(histogram);
}

} // namespace

double clustering::entropy(Span<const int8_t> symbols) {
  if (symbols.empty())
    return 0;
  Histogram histogram{};
  for (int8_t symbol : symbols)
    ++histogram[uint8_t(symbol)];
  return bitsOf(histogram) / double(symbols.size());
}

double clustering::conditionalEntropy(Span<const int8_t> symbols,
                                      Span<const int8_t> contexts) {
  assert(symbols.size() == contexts.size() && "a context per symbol");
  if (symbols.empty())
    return 0;
  std::vector<Histogram> histograms(256);
  for (size_t i = 0; i < symbols.size(); ++i)
    ++histograms[uint8_t(contexts[i])][uint8_t(symbols[i])];
  double bits = 0;
  for (const Histogram &histogram : histograms)
    bits += bitsOf(histogram);
  return bits / double(symbols.size());
}

std::vector<double> clustering::clusterEntropies(Span<const int8_t> codes,
                                                 Span<const uint8_t> assignment,
                                                 unsigned clusters) {
  assert(codes.size() == assignment.size() && "a cluster per weight");
  std::vector<double> bits(clusters);
  if (codes.empty())
    return bits;
  std::vector<Histogram> values(clusters);
  std::vector<uint64_t> sizes(clusters);
  for (size_t i = 0; i < codes.size(); ++i) {
    assert(assignment[i] < clusters && "there is no such cluster");
    ++values[assignment[i]][uint8_t(codes[i])];
    ++sizes[assignment[i]];
  }
  uint64_t left = codes.size();
  for (unsigned k = 0; k < clusters; ++k) {
    bits[k] = (bitsOfPositions(sizes[k], left) + bitsOf(values[k])) /
              double(codes.size());
    left -= sizes[k];
  }
  return bits;
}
