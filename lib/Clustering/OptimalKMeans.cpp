// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/OptimalKMeans.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <utility>

using namespace crania;
using namespace crania::clustering;

size_t KMeans::groupOf(double value) const {
  auto next = std::upper_bound(firsts.begin(), firsts.end(), value);
  return next == firsts.begin() ? 0 : size_t(next - firsts.begin()) - 1;
}

//===----------------------------------------------------------------------===//
// Sums of squared errors of intervals
//===----------------------------------------------------------------------===//

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Sums over the points before a position.
struct Moments {
  double weight = 0, first = 0, second = 0;
};

/// Returns the squared error of the points between two positions about their
/// mean.
inline double squaredError(const Moments &begin, const Moments &end) {
  const double weight = end.weight - begin.weight;
  if (!(weight > 0))
    return 0;
  const double first = end.first - begin.first;
  return std::max(0.0, end.second - begin.second - first * first / weight);
}

/// Distinct points in ascending order, and the sums before each position. The
/// sums are taken relative to the mean of all points, so that little cancels.
struct Points {
  std::vector<double> values;
  std::vector<Moments> before; // one more entry than values

  size_t size() const { return values.size(); }
};

Points makePoints(std::vector<double> values, Span<const double> weights) {
  assert(!values.empty() && values.size() == weights.size() &&
         "a weight per point");
  assert(std::adjacent_find(values.begin(), values.end(),
                            std::greater_equal<>()) == values.end() &&
         "the points do not ascend");
  double weight = 0, first = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    weight += weights[i];
    first += weights[i] * values[i];
  }
  const double mean = first / weight;
  Points points{std::move(values), {}};
  points.before.resize(points.size() + 1);
  Moments sum;
  for (size_t i = 0; i < points.size(); ++i) {
    const double value = points.values[i] - mean;
    sum.weight += weights[i];
    sum.first += weights[i] * value;
    sum.second += weights[i] * value * value;
    points.before[i + 1] = sum;
  }
  return points;
}

//===----------------------------------------------------------------------===//
// Dynamic programming over candidates
//===----------------------------------------------------------------------===//

/// The possible positions of a boundary between two groups, in ascending order.
using Candidates = std::vector<uint32_t>;

/// Computes costs[t] = min over s of previous[s] + cost(s, t), and choices[t],
/// the first s that attains it. The choice ascends with t because squared
/// errors of intervals satisfy the quadrangle inequality. Solving the middle t
/// first therefore halves the remaining search.
template <typename Cost>
class RowMinima {
public:
  RowMinima(Span<const double> previous, const Cost &cost)
      : previous(previous), cost(cost) {}

  void run(Span<double> costs, Span<uint32_t> choices) {
    this->costs = costs;
    this->choices = choices;
    search(0, costs.size(), 0, previous.size());
  }

private:
  /// Solves the rows [begin, end), whose choices are in [low, high).
  void search(size_t begin, size_t end, size_t low, size_t high) {
    while (begin < end) {
      const size_t middle = begin + (end - begin) / 2;
      double best = infinite;
      size_t choice = low;
      for (size_t s = low; s < high; ++s) {
        const double sum = previous[s] + cost(s, middle);
        if (sum < best) {
          best = sum;
          choice = s;
        }
      }
      costs[middle] = best;
      choices[middle] = uint32_t(choice);
      search(begin, middle, low, choice + 1);
      begin = middle + 1;
      low = choice;
    }
  }

  Span<const double> previous;
  const Cost &cost;
  Span<double> costs;
  Span<uint32_t> choices;
};

template <typename Cost>
void rowMinima(Span<const double> previous, const Cost &cost,
               std::vector<double> &costs, std::vector<uint32_t> &choices,
               size_t rows) {
  assert(!previous.empty() && "a row has no choice");
  costs.resize(rows);
  choices.resize(rows);
  RowMinima<Cost>(previous, cost).run(costs, choices);
}

/// Finds the k - 1 boundaries between k groups.
///
/// The search starts with few candidates per boundary. The points between
/// neighboring candidates form a bin. The best solution with boundaries at
/// candidates is an upper bound of the optimum.
///
/// That solution nearly gives a lower bound, too. Consider a solution with a
/// boundary within a bin of points x with mean u, between groups with the
/// centers c and c'. Moving the points to u costs nothing where a bin has one
/// group, and changes the cost of this bin by at most sum |x - u| * (c' - c).
/// Afterwards, all points of the bin may go to the nearer center, which moves
/// the boundary to a candidate beside the bin.
///
/// A boundary can therefore only be beside candidates of solutions that are as
/// good as the best one up to the sum of these changes. The windows of
/// positions shrink to the bins beside these candidates, until all bins are
/// single points.
class Search {
public:
  Search(const Points &points, unsigned groups)
      : points(points), groups(groups),
        coarse(std::max<size_t>(4096, 64 * size_t(groups))) {
    assert(groups > 0 && groups <= points.size() && "a group has a point");
  }

  /// Returns the positions at which groups begin and end, from 0 to the number
  /// of points.
  std::vector<uint32_t> run() {
    const uint32_t count = uint32_t(points.size());
    windows.assign(groups + 1, {0, count});
    windows.front() = {0, 0};
    windows.back() = {count, count};
    placeFirst();
    size_t limit = coarse / 2;
    while (!isComplete()) {
      const uint64_t before = totalWidth();
      shrink();
      // Where the bounds exclude little, finer bins give better bounds.
      if (totalWidth() > before / 2)
        limit *= 8;
      place(limit);
    }
    std::vector<std::vector<uint32_t>> choices;
    forward(&choices);
    std::vector<uint32_t> best(groups + 1);
    uint32_t index = 0;
    for (unsigned m = groups; m > 0; --m) {
      best[m] = candidates[m][index];
      index = choices[m][index];
    }
    return best;
  }

private:
  struct Window {
    uint32_t low, high; // both ends are possible positions
  };

  uint64_t totalWidth() const {
    uint64_t sum = 0;
    for (const Window &window : windows)
      sum += window.high - window.low;
    return sum;
  }

  /// Places the first candidates. Half of them are at equal counts of points,
  /// and half at equal distances of the values, so that bins with few points
  /// are not wide.
  void placeFirst() {
    const uint32_t count = uint32_t(points.size());
    const size_t half = coarse / 2;
    if (count <= coarse)
      return place(points.size() + 1);
    std::vector<uint32_t> positions;
    for (size_t i = 0; i <= half; ++i)
      positions.push_back(uint32_t(uint64_t(count) * i / half));
    const double from = points.values.front(), to = points.values.back();
    auto next = points.values.begin();
    for (size_t i = 1; i < half; ++i) {
      next = std::lower_bound(next, points.values.end(),
                              from + (to - from) * (double(i) / double(half)));
      positions.push_back(uint32_t(next - points.values.begin()));
    }
    distribute(std::move(positions));
  }

  /// Places at least `limit` candidates per window, or one at each of its
  /// positions. Candidates are at multiples of powers of two, so that
  /// overlapping windows share them.
  void place(size_t limit) {
    std::vector<uint32_t> positions;
    uint32_t next = 0; // smaller positions have the finest step
    uint32_t finest = UINT32_MAX;
    for (const Window &window : windows) {
      uint32_t step = 1;
      while ((window.high - window.low) / (2 * uint64_t(step)) >= limit)
        step *= 2;
      const uint32_t begin =
          step < finest ? window.low : std::max(window.low, next);
      positions.push_back(window.low);
      for (uint64_t at = (uint64_t(begin) + step - 1) / step * step;
           at <= window.high; at += step)
        positions.push_back(uint32_t(at));
      positions.push_back(window.high);
      if (window.high + 1 > next || step < finest) {
        next = window.high + 1;
        finest = step;
      }
    }
    distribute(std::move(positions));
  }

  /// Gives each window the positions that are inside it.
  void distribute(std::vector<uint32_t> positions) {
    std::sort(positions.begin(), positions.end());
    positions.erase(std::unique(positions.begin(), positions.end()),
                    positions.end());
    candidates.assign(groups + 1, {});
    moments.assign(groups + 1, {});
    for (unsigned m = 0; m <= groups; ++m) {
      candidates[m].assign(
          std::lower_bound(positions.begin(), positions.end(), windows[m].low),
          std::upper_bound(positions.begin(), positions.end(),
                           windows[m].high));
      for (uint32_t position : candidates[m])
        moments[m].push_back(points.before[position]);
    }
  }

  bool isComplete() const {
    for (unsigned m = 0; m <= groups; ++m)
      if (candidates[m].size() != windows[m].high - windows[m].low + size_t(1))
        return false;
    return true;
  }

  /// Returns costs[m][t], the cost of the best m groups that end at candidate t
  /// of boundary m. `choices` receives the candidates of boundary m - 1.
  std::vector<std::vector<double>>
  forward(std::vector<std::vector<uint32_t>> *choices = nullptr) const {
    std::vector<std::vector<double>> costs(groups + 1);
    std::vector<uint32_t> unused;
    if (choices)
      choices->resize(groups + 1);
    costs[0] = {0};
    for (unsigned m = 1; m <= groups; ++m) {
      auto cost = [&](size_t s, size_t t) {
        return costBetween(moments[m - 1][s], moments[m][t]);
      };
      rowMinima<decltype(cost)>(costs[m - 1], cost, costs[m],
                                choices ? (*choices)[m] : unused,
                                candidates[m].size());
    }
    return costs;
  }

  /// Returns costs[m][t], the cost of the best groups from candidate t of
  /// boundary m to the end. The candidates are counted from the back.
  std::vector<std::vector<double>> backward() const {
    std::vector<std::vector<double>> costs(groups + 1);
    std::vector<uint32_t> unused;
    costs[groups] = {0};
    for (unsigned m = groups; m-- > 0;) {
      const Moments *begins = &moments[m].back(),
                    *ends = &moments[m + 1].back();
      auto cost = [&](size_t s, size_t t) {
        return costBetween(*(begins - t), *(ends - s));
      };
      rowMinima<decltype(cost)>(costs[m + 1], cost, costs[m], unused,
                                candidates[m].size());
    }
    return costs;
  }

  /// Returns the cost of a group between two positions. A group that ends
  /// before it begins costs more than any solution, and more with distance, so
  /// that choices ascend.
  double costBetween(const Moments &begin, const Moments &end) const {
    const double weight = end.weight - begin.weight;
    return weight >= 0 ? squaredError(begin, end) : impossible * (1 - weight);
  }

  /// Returns a bound on the cost by which a solution with boundaries at
  /// candidates can exceed one with boundaries within bins.
  double slack() const {
    double sum = 0;
    for (unsigned m = 1; m < groups; ++m) {
      const double centers =
          valueAt(windows[m + 1].high - 1) - valueAt(windows[m - 1].low);
      double largest = 0;
      for (size_t t = 0; t + 1 < candidates[m].size(); ++t) {
        const double width = points.values[candidates[m][t + 1] - 1] -
                             points.values[candidates[m][t]];
        const double weight = moments[m][t + 1].weight - moments[m][t].weight;
        // The sum of |x - u| is largest with half of the points at each end.
        largest = std::max(largest, weight * width / 2);
      }
      sum += largest * centers;
    }
    return sum;
  }

  double valueAt(uint32_t position) const {
    return points.values[std::min<size_t>(position, points.size() - 1)];
  }

  void shrink() {
    const auto before = forward(), behind = backward();
    // The sums are rounded, so solutions within the rounding error stay.
    const double limit =
        before[groups].front() + slack() + 1e-10 * points.before.back().second;
    for (unsigned m = 1; m < groups; ++m) {
      const size_t last = candidates[m].size() - 1;
      auto isPossible = [&](size_t t) {
        return before[m][t] + behind[m][last - t] <= limit;
      };
      size_t low = 0, high = last;
      while (low < high && !isPossible(low))
        ++low;
      while (high > low && !isPossible(high))
        --high;
      windows[m] = {candidates[m][low ? low - 1 : 0],
                    candidates[m][std::min(high + 1, last)]};
    }
  }

  const Points &points;
  const unsigned groups;
  const size_t coarse;
  /// A cost that is larger than that of any solution.
  const double impossible = 1 + 2 * points.before.back().second;
  std::vector<Window> windows;
  std::vector<Candidates> candidates;
  std::vector<std::vector<Moments>> moments; // before each candidate
};

//===----------------------------------------------------------------------===//
// From values to sorted points
//===----------------------------------------------------------------------===//

KMeans solve(std::vector<double> values, std::vector<double> weights,
             unsigned k) {
  KMeans result;
  if (values.empty())
    return result;
  const Points points = makePoints(std::move(values), weights);
  const unsigned groups = unsigned(std::min<size_t>(k, points.size()));
  const std::vector<uint32_t> bounds = Search(points, groups).run();
  for (unsigned m = 0; m < groups; ++m) {
    if (bounds[m] == bounds[m + 1])
      continue; // split with no gain beyond rounding
    double weight = 0, first = 0, error = 0;
    for (uint32_t i = bounds[m]; i < bounds[m + 1]; ++i) {
      weight += weights[i];
      first += weights[i] * points.values[i];
    }
    const double center = first / weight;
    for (uint32_t i = bounds[m]; i < bounds[m + 1]; ++i) {
      const double difference = points.values[i] - center;
      error += weights[i] * difference * difference;
    }
    result.centers.push_back(center);
    result.firsts.push_back(points.values[bounds[m]]);
    result.squaredError += error;
  }
  return result;
}

Status checkArguments(size_t count, unsigned k) {
  if (k == 0)
    return Error{"k-means with no groups; give at least 1"};
  if (count >= std::numeric_limits<uint32_t>::max())
    return Error{"k-means of " + std::to_string(count) +
                 " values; at most 4294967294 are possible"};
  return {};
}

/// Returns the bits of an f32 as an integer with the same order. -0 becomes 0.
uint32_t orderedKey(float value) {
  value += 0.0f;
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

float valueOfKey(uint32_t key) {
  const uint32_t bits = key & 0x80000000u ? key ^ 0x80000000u : ~key;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Sorts items by the key that `keyOf` returns, 11 bits at a time. The sort is
/// stable.
template <typename Item, typename KeyOf>
void radixSort(std::vector<Item> &items, KeyOf keyOf) {
  constexpr unsigned bits = 11, passes = 3;
  constexpr size_t bins = size_t(1) << bits;
  std::array<std::vector<uint32_t>, passes> counts;
  counts.fill(std::vector<uint32_t>(bins));
  for (const Item &item : items)
    for (unsigned pass = 0; pass < passes; ++pass)
      ++counts[pass][keyOf(item) >> (pass * bits) & (bins - 1)];
  std::vector<Item> other(items.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    uint32_t sum = 0;
    for (uint32_t &count : counts[pass])
      sum += std::exchange(count, sum);
    for (const Item &item : items)
      other[counts[pass][keyOf(item) >> (pass * bits) & (bins - 1)]++] = item;
    std::swap(items, other);
  }
}

struct WeightedKey {
  uint32_t key;
  float weight;
};

Error notFinite(const char *what, size_t index) {
  return Error{std::string(what) + " " + std::to_string(index) +
               " is not finite"};
}

} // namespace

Result<KMeans> clustering::optimalKMeans(Span<const float> values, unsigned k) {
  if (Status status = checkArguments(values.size(), k); !status)
    return status.error();
  std::vector<uint32_t> keys(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      return notFinite("value", i);
    keys[i] = orderedKey(values[i]);
  }
  radixSort(keys, [](uint32_t key) { return key; });
  std::vector<double> points, weights;
  points.reserve(keys.size());
  weights.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i && keys[i] == keys[i - 1]) {
      ++weights.back();
      continue;
    }
    points.push_back(valueOfKey(keys[i]));
    weights.push_back(1);
  }
  return solve(std::move(points), std::move(weights), k);
}

Result<KMeans> clustering::optimalKMeans(Span<const float> values,
                                         Span<const float> weights,
                                         unsigned k) {
  if (Status status = checkArguments(values.size(), k); !status)
    return status.error();
  if (values.size() != weights.size())
    return Error{"k-means of " + std::to_string(values.size()) +
                 " values with " + std::to_string(weights.size()) +
                 " weights; give one for each"};
  std::vector<WeightedKey> keys;
  keys.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      return notFinite("value", i);
    if (!std::isfinite(weights[i]))
      return notFinite("weight", i);
    if (weights[i] < 0)
      return Error{"weight " + std::to_string(i) + " is negative"};
    if (weights[i] > 0)
      keys.push_back({orderedKey(values[i]), weights[i]});
  }
  radixSort(keys, [](const WeightedKey &item) { return item.key; });
  std::vector<double> points, sums;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i && keys[i].key == keys[i - 1].key) {
      sums.back() += keys[i].weight;
      continue;
    }
    points.push_back(valueOfKey(keys[i].key));
    sums.push_back(keys[i].weight);
  }
  return solve(std::move(points), std::move(sums), k);
}

//===----------------------------------------------------------------------===//
// Halves
//===----------------------------------------------------------------------===//

namespace {

constexpr size_t halfCount = size_t(1) << 16;

/// Returns the value of finite IEEE half-precision bits.
double valueOfHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int significand = bits & 1023;
  const double magnitude = exponent
                               ? std::ldexp(1024 + significand, exponent - 25)
                               : std::ldexp(significand, -24);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/// Returns how many times each half-precision value occurs. Four histograms
/// take turns, because increments of the same counter would wait for each
/// other.
std::vector<uint64_t> countHalves(Span<const uint16_t> bits) {
  std::vector<uint32_t> counts(4 * halfCount);
  size_t i = 0;
  for (; i + 4 <= bits.size(); i += 4)
    for (size_t lane = 0; lane < 4; ++lane)
      ++counts[lane * halfCount + bits[i + lane]];
  for (; i < bits.size(); ++i)
    ++counts[bits[i]];
  std::vector<uint64_t> sums(halfCount);
  for (size_t half = 0; half < halfCount; ++half)
    for (size_t lane = 0; lane < 4; ++lane)
      sums[half] += counts[lane * halfCount + half];
  return sums;
}

bool isFiniteHalf(uint16_t bits) { return (bits & 0x7c00) != 0x7c00; }

} // namespace

Result<KMeans> clustering::optimalKMeansOfHalves(Span<const uint16_t> bits,
                                                 unsigned k) {
  if (Status status = checkArguments(bits.size(), k); !status)
    return status.error();
  std::vector<uint64_t> counts = countHalves(bits);
  constexpr size_t negative = halfCount / 2;
  counts[0] += std::exchange(counts[negative], 0); // -0 is 0
  std::vector<double> points, weights;
  auto add = [&](size_t half) {
    if (!counts[half])
      return true;
    if (!isFiniteHalf(uint16_t(half)))
      return false;
    points.push_back(valueOfHalf(uint16_t(half)));
    weights.push_back(double(counts[half]));
    return true;
  };
  bool finite = true;
  for (size_t half = halfCount; half-- > negative;)
    finite &= add(half);
  for (size_t half = 0; half < negative; ++half)
    finite &= add(half);
  if (!finite)
    return notFinite("value", size_t(std::find_if_not(bits.begin(), bits.end(),
                                                      isFiniteHalf) -
                                     bits.begin()));
  return solve(std::move(points), std::move(weights), k);
}
