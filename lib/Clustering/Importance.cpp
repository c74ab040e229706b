// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/Importance.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <string>

using namespace crania;
using namespace crania::clustering;

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
    assert(boundary >= assigned && "a fraction is negative");
    sizes.push_back(boundary - assigned);
    assigned = boundary;
  }
  assert((fractions.empty() || std::abs(sum - 1) < 1e-5) &&
         "the fractions do not add up to 1");
  return sizes;
}

//===----------------------------------------------------------------------===//
// Assignment
//===----------------------------------------------------------------------===//

namespace {

/// Returns |w| as an integer with the same order: the bits of the float without
/// its sign.
uint32_t magnitudeKey(float weight) {
  uint32_t bits;
  std::memcpy(&bits, &weight, sizeof(bits));
  return bits & 0x7fffffffu;
}

// Keys have 31 bits. A histogram of the upper 16 finds the bin of a rank, and
// one of the lower 15 finds the key within the bin.
constexpr unsigned lowBits = 15;
constexpr size_t highBins = size_t(1) << 16;
constexpr size_t lowBins = size_t(1) << lowBits;
constexpr uint32_t infinityKey = 0x7f800000u;

/// The end of a cluster, at the weight with magnitude `key`. The first
/// `equalInside` weights of that magnitude, in index order, still belong to
/// this cluster or to an earlier one.
struct Boundary {
  uint32_t key = 0;
  uint64_t equalInside = 0;
  uint64_t equalSeen = 0;

  bool contains(uint32_t other) {
    return other > key || (other == key && equalSeen++ < equalInside);
  }
};

/// A position in the order from the largest key, split into a bin and a rank
/// within the bin.
struct RankInBin {
  size_t bin;
  uint64_t rank; // 1-based
};

RankInBin findBin(Span<const uint64_t> histogram, uint64_t rank) {
  assert(rank > 0 && "ranks count from 1");
  size_t bin = histogram.size();
  while (bin-- > 0) {
    if (rank <= histogram[bin])
      return {bin, rank};
    rank -= histogram[bin];
  }
  assert(false && "the rank is above the number of weights");
  return {0, 0};
}

size_t binOf(uint32_t key) { return key >> lowBits; }

/// Assigns weights to clusters in three passes over the weights, for any number
/// of clusters. Only the weights of a bin that contains a boundary are compared
/// with boundaries.
class Assignment {
public:
  Assignment(Span<const float> weights, Span<const uint64_t> sizes)
      : weights(weights), sizes(sizes) {}

  Result<std::vector<uint8_t>> run() {
    std::vector<uint64_t> histogram(highBins);
    for (float weight : weights)
      ++histogram[binOf(magnitudeKey(weight))];
    if (Status status = checkFinite(histogram); !status)
      return status.error();
    placeBoundaries(histogram);
    findKeys();
    std::vector<uint8_t> assignment(weights.size());
    for (size_t i = 0; i < weights.size(); ++i) {
      uint32_t key = magnitudeKey(weights[i]);
      uint8_t cluster = clusterOfBin[binOf(key)];
      assignment[i] = cluster == mixed ? compare(key) : cluster;
    }
    return assignment;
  }

private:
  /// Checks that all weights are finite. Those that are not have the largest
  /// keys.
  Status checkFinite(Span<const uint64_t> histogram) const {
    if (std::all_of(histogram.begin() + binOf(infinityKey), histogram.end(),
                    [](uint64_t count) { return count == 0; }))
      return {};
    const float *found =
        std::find_if(weights.begin(), weights.end(),
                     [](float weight) { return !std::isfinite(weight); });
    return Error{"weight " + std::to_string(found - weights.begin()) +
                 " is not finite"};
  }

  /// Finds the bin of each boundary, and the cluster of the bins between them.
  void placeBoundaries(Span<const uint64_t> histogram) {
    clusterOfBin.resize(highBins);
    uint64_t rank = 0;
    size_t end = highBins;
    auto fill = [&](size_t begin, size_t cluster) {
      std::fill(clusterOfBin.begin() + begin, clusterOfBin.begin() + end,
                uint8_t(cluster));
      end = begin;
    };
    for (size_t k = 0; k + 1 < sizes.size(); ++k) {
      rank += sizes[k];
      // No weight is inside a boundary at rank 0, so it gets a key that no
      // weight has.
      boundaries.push_back({UINT32_MAX, 0, 0});
      places.push_back(rank ? findBin(histogram, rank)
                            : RankInBin{highBins, 0});
      fill(places.back().bin, k);
    }
    fill(0, boundaries.size());
    for (const RankInBin &place : places)
      if (place.bin < highBins)
        clusterOfBin[place.bin] = mixed;
  }

  /// Finds the key of each boundary within its bin.
  void findKeys() {
    std::map<size_t, std::vector<uint64_t>> histograms;
    for (const RankInBin &place : places)
      if (place.bin < highBins)
        histograms[place.bin].resize(lowBins);
    for (float weight : weights) {
      uint32_t key = magnitudeKey(weight);
      if (clusterOfBin[binOf(key)] == mixed)
        ++histograms[binOf(key)][key & (lowBins - 1)];
    }
    for (size_t k = 0; k < boundaries.size(); ++k) {
      auto histogram = histograms.find(places[k].bin);
      if (histogram == histograms.end())
        continue;
      RankInBin low = findBin(histogram->second, places[k].rank);
      boundaries[k].key = uint32_t(places[k].bin << lowBits | low.bin);
      boundaries[k].equalInside = low.rank;
    }
  }

  /// Returns the cluster of a key in a mixed bin. Each boundary counts the
  /// weights equal to its key, so none can be skipped.
  uint8_t compare(uint32_t key) {
    uint8_t cluster = 0;
    for (Boundary &boundary : boundaries)
      cluster += !boundary.contains(key);
    return cluster;
  }

  /// The marker of a bin that contains a boundary; cluster numbers are smaller.
  static constexpr uint8_t mixed = maxClusters;

  Span<const float> weights;
  Span<const uint64_t> sizes;
  std::vector<Boundary> boundaries;
  /// The bin and the rank in it of each boundary; the bin is `highBins` for
  /// rank 0.
  std::vector<RankInBin> places;
  std::vector<uint8_t> clusterOfBin;
};

} // namespace

Result<std::vector<uint8_t>>
clustering::assignByImportance(Span<const float> weights,
                               Span<const uint64_t> sizes) {
  assert(!sizes.empty() && sizes.size() <= maxClusters &&
         "from 1 to 255 clusters");
  assert(std::accumulate(sizes.begin(), sizes.end(), uint64_t(0)) ==
             weights.size() &&
         "the sizes do not add up to the weights");
  return Assignment(weights, sizes).run();
}
