// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/Boundaries.h"

#include "crania/Clustering/Importance.h"
#include "crania/Clustering/OptimalKMeans.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <string>

using namespace crania;
using namespace crania::clustering;

namespace {

constexpr double fractionTolerance = 1e-6;

Error boundaryError(std::string_view text, const std::string &reason) {
  return Error{"clusters '" + std::string(text) + "': " + reason +
               "; give fractions that add up to 1, e.g. 0.1,0.2,0.3,0.4, or "
               "equal:K, or kmeans:K"};
}

template <typename T>
bool parseNumber(std::string_view text, T &value) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Parses "<prefix>K" and returns K, or 0 if the text has another prefix. Fails
/// if K is not a number from 1 to 255.
Result<unsigned> parseCount(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix)
    return 0u;
  const std::string_view count = text.substr(prefix.size());
  unsigned clusters;
  if (!parseNumber(count, clusters) || clusters < 1 || clusters > maxClusters)
    return boundaryError(text,
                         "'" + std::string(count) +
                             "' is not a number of clusters from 1 to 255");
  return clusters;
}

Result<std::vector<double>> parseFractions(std::string_view text) {
  std::vector<double> fractions;
  double sum = 0;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    std::string_view item = text.substr(begin, end - begin);
    double fraction;
    if (!parseNumber(item, fraction) || !(fraction > 0 && fraction <= 1))
      return boundaryError(text, "'" + std::string(item) +
                                     "' is not a fraction between 0 and 1");
    fractions.push_back(fraction);
    sum += fraction;
    begin = end + 1;
  }
  if (fractions.size() > maxClusters)
    return boundaryError(text, "more than 255 clusters");
  if (std::abs(sum - 1) > fractionTolerance)
    return boundaryError(text,
                         "the fractions add up to " + std::to_string(sum));
  return fractions;
}

} // namespace

Result<Boundaries> Boundaries::parse(std::string_view text) {
  Result<unsigned> equal = parseCount(text, "equal:");
  if (!equal)
    return equal.error();
  if (*equal != 0)
    return Boundaries(std::vector<double>(*equal, 1.0 / *equal));
  Result<unsigned> groups = parseCount(text, "kmeans:");
  if (!groups)
    return groups.error();
  if (*groups != 0) {
    Boundaries boundaries;
    boundaries.kMeansGroups = *groups;
    return boundaries;
  }
  Result<std::vector<double>> fractions = parseFractions(text);
  if (!fractions)
    return fractions.error();
  return Boundaries(std::move(*fractions));
}

Result<std::vector<uint64_t>>
Boundaries::sizes(Span<const float> weights) const {
  assert(clusters() > 0 && clusters() <= maxClusters &&
         "from 1 to 255 clusters");
  if (kMeansGroups == 0)
    return clusterSizes(weights.size(), fractions);
  std::vector<uint64_t> sizes(kMeansGroups);
  if (weights.empty())
    return sizes;
  std::vector<float> magnitudes(weights.begin(), weights.end());
  for (float &magnitude : magnitudes)
    magnitude = std::abs(magnitude);
  Result<KMeans> groups = optimalKMeans(magnitudes, kMeansGroups);
  if (!groups)
    return groups.error();
  assert(groups->centers.size() <= kMeansGroups && "too many groups");
  for (float magnitude : magnitudes)
    ++sizes[groups->centers.size() - 1 - groups->groupOf(magnitude)];
  return sizes;
}
