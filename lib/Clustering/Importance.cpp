// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/Importance.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

using namespace crania;
using namespace crania::clustering;

//===----------------------------------------------------------------------===//
// Fractions
//===----------------------------------------------------------------------===//

namespace {

constexpr size_t maxClusters = 255;
constexpr double fractionTolerance = 1e-6;

Error fractionError(std::string_view text, const std::string &reason) {
  return Error{"clusters '" + std::string(text) + "': " + reason +
               "; give fractions that add up to 1, e.g. 0.1,0.2,0.3,0.4, or "
               "equal:K"};
}

template <typename T>
bool parseNumber(std::string_view text, T &value) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Result<std::vector<double>> equalFractions(std::string_view text,
                                           std::string_view count) {
  unsigned clusters;
  if (!parseNumber(count, clusters) || clusters < 1 || clusters > maxClusters)
    return fractionError(text, "'" + std::string(count) +
                                   "' is no number of clusters from 1 to 255");
  return std::vector<double>(clusters, 1.0 / clusters);
}

} // namespace

Result<std::vector<double>> clustering::parseFractions(std::string_view text) {
  constexpr std::string_view equal = "equal:";
  if (text.substr(0, equal.size()) == equal)
    return equalFractions(text, text.substr(equal.size()));

  std::vector<double> fractions;
  double sum = 0;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    std::string_view item = text.substr(begin, end - begin);
    double fraction;
    if (!parseNumber(item, fraction) || !(fraction > 0 && fraction <= 1))
      return fractionError(text, "'" + std::string(item) +
                                     "' is no fraction between 0 and 1");
    fractions.push_back(fraction);
    sum += fraction;
    begin = end + 1;
  }
  if (fractions.size() > maxClusters)
    return fractionError(text, "more than 255 clusters");
  if (std::abs(sum - 1) > fractionTolerance)
    return fractionError(text,
                         "the fractions add up to " + std::to_string(sum));
  return fractions;
}

std::vector<uint64_t> clustering::clusterSizes(uint64_t count,
                                               Span<const double> fractions) {
  std::vector<uint64_t> sizes;
  double sum = 0;
  uint64_t assigned = 0;
  for (size_t i = 0; i < fractions.size(); ++i) {
    sum += fractions[i];
    bool isLast = i + 1 == fractions.size();
    uint64_t boundary =
        isLast ? count
               : std::min<uint64_t>(count, std::llround(double(count) * sum));
    sizes.push_back(boundary - assigned);
    assigned = boundary;
  }
  return sizes;
}

//===----------------------------------------------------------------------===//
// Assignment
//===----------------------------------------------------------------------===//

namespace {

/// |w| as an integer with the same order: the bits of a float without its sign.
uint32_t magnitudeKey(float weight) {
  uint32_t bits;
  std::memcpy(&bits, &weight, sizeof(bits));
  return bits & 0x7fffffffu;
}

// Keys have 31 bits: a histogram of the upper 16 finds the bin of a rank, one
// of the lower 15 the key within the bin.
constexpr unsigned lowBits = 15;
constexpr size_t highBins = size_t(1) << 16;
constexpr size_t lowBins = size_t(1) << lowBits;

/// Where a cluster ends: at the weight with magnitude `key`, of which the first
/// `equalInside` in index order still belong to it or to an earlier cluster.
struct Boundary {
  uint32_t key = 0;
  uint64_t equalInside = 0;
  uint64_t equalSeen = 0;

  bool contains(uint32_t other) {
    return other > key || (other == key && equalSeen++ < equalInside);
  }
};

/// Position, counted from the largest key, split into bin and rank in the bin.
struct RankInBin {
  size_t bin;
  uint64_t rank; // 1-based
};

RankInBin findBin(Span<const uint64_t> histogram, uint64_t rank) {
  size_t bin = histogram.size();
  while (bin-- > 0) {
    if (rank <= histogram[bin])
      return {bin, rank};
    rank -= histogram[bin];
  }
  return {0, 0};
}

/// The boundary behind the `rank` largest weights, rank between 1 and all.
Boundary findBoundary(Span<const float> weights,
                      Span<const uint64_t> highHistogram, uint64_t rank) {
  RankInBin high = findBin(highHistogram, rank);
  std::vector<uint64_t> lowHistogram(lowBins);
  for (float weight : weights) {
    uint32_t key = magnitudeKey(weight);
    if (key >> lowBits == high.bin)
      ++lowHistogram[key & (lowBins - 1)];
  }
  RankInBin low = findBin(lowHistogram, high.rank);
  Boundary boundary;
  boundary.key = uint32_t(high.bin << lowBits | low.bin);
  boundary.equalInside = low.rank;
  return boundary;
}

} // namespace

Result<std::vector<uint8_t>>
clustering::assignByImportance(Span<const float> weights,
                               Span<const uint64_t> sizes) {
  std::vector<uint64_t> highHistogram(highBins);
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!std::isfinite(weights[i]))
      return Error{"weight " + std::to_string(i) + " is not finite"};
    ++highHistogram[magnitudeKey(weights[i]) >> lowBits];
  }

  std::vector<Boundary> boundaries;
  uint64_t rank = 0;
  for (size_t k = 0; k + 1 < sizes.size(); ++k) {
    rank += sizes[k];
    // Behind rank 0 nothing lies inside: a key no weight has.
    boundaries.push_back(rank ? findBoundary(weights, highHistogram, rank)
                              : Boundary{UINT32_MAX, 0, 0});
  }

  std::vector<uint8_t> assignment(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    uint32_t key = magnitudeKey(weights[i]);
    // All boundaries are asked, as each counts the weights equal to its key.
    uint8_t cluster = 0;
    for (Boundary &boundary : boundaries)
      cluster += !boundary.contains(key);
    assignment[i] = cluster;
  }
  return assignment;
}
