// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BoundedDecoder.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace crania::solvers {

using encoding::DecoderCost;

namespace {

/// The number of shapes of a half of the decoder that are tried for a first
/// choice, whose energy bounds the search, and the most shapes.
constexpr size_t fewShapes = 500, mostShapes = 4000;
/// The limits of a search: splits of the room for tables, sizes of buffers, and
/// shapes that are solved.
constexpr size_t mostSplits = 128, mostBuffers = 4, mostSolved = 2000;
/// Prices of the whole room for tables, relative to the energy of a tensor. The
/// relaxation bounds the energy at each of them.
constexpr double prices[] = {0.01, 0.03, 0.1, 0.3, 1, 3};
constexpr double infinity = std::numeric_limits<double>::infinity();
/// The tolerance for sums of areas in another order, whose last digits may
/// differ.
constexpr double roundingUm2 = 1e-6;

/// A set of candidates of all segments.
using CandidateSet = std::vector<uint64_t>;
constexpr size_t setBits = 64;

/// Returns at most `most` of the sorted values: the largest, the smallest, and
/// some in between.
std::vector<double> thinned(const std::set<double> &sorted, size_t most) {
  assert(most > 0 && "a set of no values");
  const std::vector<double> values(sorted.begin(), sorted.end());
  if (values.size() <= most)
    return values;
  if (most == 1)
    return {values.back()};
  std::vector<double> kept;
  for (size_t i = 0; i < most; ++i)
    kept.push_back(values[i * (values.size() - 1) / (most - 1)]);
  return kept;
}

/// The hardware of a half of the decoder except its tables. Without lanes, the
/// half does not exist.
/// there.
struct Shape {
  unsigned lanes = 0;
  double windowUm2 = 0;
  std::vector<double> unitUm2; ///< by unit; negative if the unit is absent
  CandidateSet admitted;       ///< the candidates that the shape can decode

  double fixedUm2() const {
    double um2 = windowUm2;
    for (double unit : unitUm2)
      um2 += std::max(unit, 0.0);
    return lanes * um2;
  }
};

/// A candidate of a segment and the hardware that it needs.
struct Item {
  size_t candidate;
  double picojoules;
  bool isPlain;
  const DecoderCost *positions, *values;
  double positionsUm2, valuesUm2; ///< one copy of the tables
  double bufferUm2;
};

/// The candidates of a segment by ascending energy.
using Items = std::vector<Item>;

/// A partial choice for a tensor.
struct Node {
  double picojoules, positionsUm2, valuesUm2;
  size_t item;   ///< index in the segment
  size_t before; ///< index in the partial choices of the segment before
};
using Front = std::vector<Node>;

/// A decoder without its tables, and the room that it leaves for tables.
struct Machine {
  const Shape *positions, *values;
  bool isPlain;
  double bufferUm2;
  double roomUm2;
  double bound; ///< a lower bound on the energy
  size_t order; ///< the order in which machines were made
};

class BoundedDecoder {
public:
  BoundedDecoder(const EncodingProblem &problem,
                 const std::vector<std::vector<size_t>> &allowed)
      : problem(problem) {
    for (size_t s = 0; s < allowed.size(); ++s)
      addSegment(problem.segments[s], allowed[s]);
    // A decoder of one block at a time holds the tables of all clusters of a
    // tensor.
    for (size_t s = 0; s < segments.size(); ++s)
      if (s == 0 || problem.blocksAtOnce > 1 ||
          problem.segments[s].tensor != problem.segments[s - 1].tensor)
        groups.push_back({s, s + 1});
      else
        groups.back().second = s + 1;
  }

  std::optional<EncodingChoice> run() {
    for (size_t shapes : {fewShapes, mostShapes})
      search(shapes);
    return best;
  }

private:
  void search(size_t mostShapes) {
    const std::vector<Shape> positions = shapesOf(&Item::positions, mostShapes);
    const std::vector<Shape> values = shapesOf(&Item::values, mostShapes);
    std::vector<Machine> machines = machinesOf(positions, values);
    std::sort(machines.begin(), machines.end(),
              [](const Machine &a, const Machine &b) {
                return std::tie(a.bound, a.order) < std::tie(b.bound, b.order);
              });
    size_t solved = 0;
    for (const Machine &machine : machines) {
      if (machine.bound >= least || solved == mostSolved)
        break;
      if (relaxedBound(machine) >= least)
        continue;
      solve(machine);
      ++solved;
    }
  }

  void addSegment(const EncodingProblem::Segment &segment,
                  const std::vector<size_t> &allowed) {
    Items items;
    for (size_t c : allowed) {
      const EncodingProblem::Candidate &candidate = segment.candidates[c];
      const DecoderCost &positions = candidate.decoder.positions;
      const DecoderCost &values = candidate.decoder.values;
      const double buffer =
          problem.blocksAtOnce > 1 && !candidate.decoder.isPlain
              ? encoding::memoryUm2(8 * candidate.largestBlock)
              : 0;
      items.push_back({c, candidate.picojoules, candidate.decoder.isPlain,
                       &positions, &values, positions.tableUm2(),
                       values.tableUm2(), buffer});
    }
    std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) {
      return std::tie(a.picojoules, a.candidate) <
             std::tie(b.picojoules, b.candidate);
    });
    firstWord.push_back(setWords);
    setWords += (items.size() + setBits - 1) / setBits;
    segments.push_back(std::move(items));
  }

  template <typename Predicate>
  CandidateSet setOf(Predicate predicate) const {
    CandidateSet set(setWords);
    for (size_t s = 0; s < segments.size(); ++s)
      for (size_t i = 0; i < segments[s].size(); ++i)
        if (predicate(segments[s][i]))
          set[firstWord[s] + i / setBits] |= uint64_t(1) << (i % setBits);
    return set;
  }

  /// Returns the shapes of a half that differ in the candidates that they can
  /// decode.
  std::vector<Shape> shapesOf(const DecoderCost *Item::*half,
                              size_t mostShapes) const {
    std::set<unsigned> lanes;
    std::set<double> windows;
    UnitAreas units;
    for (const Items &items : segments)
      for (const Item &item : items) {
        const DecoderCost &cost = *(item.*half);
        if (item.isPlain || cost.lanes == 0)
          continue;
        lanes.insert(cost.lanes);
        windows.insert(cost.windowUm2());
        units[cost.unit].insert(cost.unitUm2());
      }
    std::vector<std::string_view> names;
    size_t most = 1;
    for (const auto &unit : units) {
      names.push_back(unit.first);
      most = std::max(most, unit.second.size());
    }
    const std::vector<std::vector<double>> levels = levelsOf(
        units, most,
        mostShapes / std::max<size_t>(lanes.size() * windows.size(), 1));
    std::map<CandidateSet, Shape> bySet;
    auto add = [&](Shape shape) {
      if (problem.blocksAtOnce * shape.fixedUm2() >
          problem.budgetUm2 + roundingUm2)
        return;
      shape.admitted = setOf([&](const Item &item) {
        return isWithin(item, *(item.*half), shape, names);
      });
      auto [at, isNew] = bySet.try_emplace(shape.admitted, shape);
      if (!isNew && shape.fixedUm2() < at->second.fixedUm2())
        at->second = std::move(shape);
    };
    add(Shape());
    for (unsigned lane : lanes)
      for (double window : windows)
        forEachUnits(levels, [&](const std::vector<double> &unitUm2) {
          add({lane, window, unitUm2, {}});
        });
    std::vector<Shape> shapes;
    for (auto &entry : bySet)
      if (boundOf(entry.second) < least)
        shapes.push_back(std::move(entry.second));
    return shapes;
  }

  using UnitAreas = std::map<std::string_view, std::set<double>>;

  /// Returns the areas that each unit may have: `most` of them, or as many as
  /// keep the number of combinations within bounds, but at least one.
  static std::vector<std::vector<double>>
  levelsOf(const UnitAreas &units, size_t most, size_t mostCombinations) {
    for (;; --most) {
      std::vector<std::vector<double>> levels;
      size_t combinations = 1;
      for (const auto &unit : units) {
        levels.push_back(thinned(unit.second, most));
        combinations *= levels.back().size() + 1;
      }
      if (combinations <= mostCombinations || most == 1)
        return levels;
    }
  }

  /// Visits all combinations of one level, or none, of each unit.
  template <typename Visit>
  static void forEachUnits(const std::vector<std::vector<double>> &levels,
                           Visit visit) {
    std::vector<size_t> at(levels.size());
    for (;;) {
      std::vector<double> um2;
      for (size_t u = 0; u < levels.size(); ++u)
        um2.push_back(at[u] == 0 ? -1 : levels[u][at[u] - 1]);
      visit(um2);
      size_t u = 0;
      for (; u < levels.size() && ++at[u] > levels[u].size(); ++u)
        at[u] = 0;
      if (u == levels.size())
        return;
    }
  }

  static bool isWithin(const Item &item, const DecoderCost &cost,
                       const Shape &shape,
                       const std::vector<std::string_view> &names) {
    if (item.isPlain || cost.lanes == 0)
      return true;
    if (cost.lanes > shape.lanes || cost.windowUm2() > shape.windowUm2)
      return false;
    const size_t unit = size_t(
        std::find(names.begin(), names.end(), cost.unit) - names.begin());
    assert(unit < shape.unitUm2.size() && "the shape lacks a unit");
    return cost.unitUm2() <= shape.unitUm2[unit];
  }

  std::vector<Machine> machinesOf(const std::vector<Shape> &positions,
                                  const std::vector<Shape> &values) const {
    std::set<double> distinct = {0};
    bool hasPlain = false;
    for (const Items &items : segments)
      for (const Item &item : items) {
        distinct.insert(item.bufferUm2);
        hasPlain |= item.isPlain;
      }
    const std::vector<double> buffers = thinned(distinct, mostBuffers);
    std::vector<Machine> machines;
    for (const Shape &p : positions)
      for (const Shape &v : values)
        for (double buffer : buffers)
          for (bool isPlain : {false, true}) {
            const double room =
                problem.budgetUm2 + roundingUm2 -
                (isPlain ? problem.plainDecoderUm2 : 0) -
                problem.blocksAtOnce * (p.fixedUm2() + v.fixedUm2() + buffer);
            if (room < 0 || (isPlain && !hasPlain))
              continue;
            Machine machine{&p, &v, isPlain, buffer, room, 0, machines.size()};
            machine.bound = boundOf(machine);
            if (machine.bound < least)
              machines.push_back(machine);
          }
    return machines;
  }

  /// Returns the room that the tables of an item take.
  double roomOf(const Item &item, const Machine &machine) const {
    return item.isPlain ? 0
                        : problem.blocksAtOnce *
                              (machine.positions->lanes * item.positionsUm2 +
                               machine.values->lanes * item.valuesUm2);
  }
  bool fits(const Item &item, const Machine &machine) const {
    return (item.isPlain ? machine.isPlain
                         : item.bufferUm2 <= machine.bufferUm2) &&
           roomOf(item, machine) <= machine.roomUm2;
  }

  /// Visits the items of a segment that a machine has room for, by ascending
  /// energy, until `visit` stops it.
  template <typename Visit>
  void forEachItem(size_t s, const Machine &machine, Visit visit) const {
    const size_t words = (segments[s].size() + setBits - 1) / setBits;
    for (size_t w = 0; w < words; ++w) {
      uint64_t set = machine.positions->admitted[firstWord[s] + w] &
                     machine.values->admitted[firstWord[s] + w];
      for (; set != 0; set &= set - 1) {
        const size_t i = w * setBits + size_t(__builtin_ctzll(set));
        if (fits(segments[s][i], machine) && visit(i))
          return;
      }
    }
  }

  /// Returns the sum of the least energies of the segments. Stops early with a
  /// value that is no less than the best choice so far.
  double boundOf(const Machine &machine) const {
    double sum = 0;
    for (size_t s = 0; s < segments.size() && sum < least; ++s)
      sum += cheapestOf(s, machine);
    return sum;
  }

  double cheapestOf(size_t s, const Machine &machine) const {
    double cheapest = infinity;
    forEachItem(s, machine, [&](size_t i) {
      cheapest = segments[s][i].picojoules;
      return true;
    });
    return cheapest;
  }

  /// Returns a bound for one half of the decoder that holds for every other
  /// half.
  double boundOf(const Shape &shape) const {
    double sum = 0;
    for (size_t s = 0; s < segments.size(); ++s) {
      double cheapest = infinity;
      for (size_t i = 0; i < segments[s].size() && cheapest == infinity; ++i)
        if (shape.admitted[firstWord[s] + i / setBits] >> (i % setBits) & 1)
          cheapest = segments[s][i].picojoules;
      sum += cheapest;
    }
    return sum;
  }

  /// Returns a bound with a price for room. No tensor may take more room than
  /// there is. Returns the highest bound of several prices.
  double relaxedBound(const Machine &machine) const {
    double sum = 0;
    for (const auto &group : groups) {
      double free = 0;
      for (size_t s = group.first; s < group.second; ++s)
        free += cheapestOf(s, machine);
      double bound = free;
      for (double price : prices)
        bound = std::max(bound, pricedBound(group, machine, price * free));
      sum += bound;
    }
    return sum;
  }

  double pricedBound(const std::pair<size_t, size_t> &group,
                     const Machine &machine, double priceOfRoom) const {
    double bound = -priceOfRoom;
    for (size_t s = group.first; s < group.second; ++s) {
      double least = infinity;
      forEachItem(s, machine, [&](size_t i) {
        const Item &item = segments[s][i];
        const double part =
            machine.roomUm2 > 0 ? roomOf(item, machine) / machine.roomUm2 : 0;
        least = std::min(least, item.picojoules + priceOfRoom * part);
        return false;
      });
      bound += least;
    }
    return bound;
  }

  /// Returns, for each segment of a tensor, the partial choices up to that
  /// segment that no other choice dominates.
  std::vector<Front> frontsOf(const std::pair<size_t, size_t> &group,
                              const Machine &machine) const {
    const double p = problem.blocksAtOnce * double(machine.positions->lanes);
    const double v = problem.blocksAtOnce * double(machine.values->lanes);
    std::vector<Front> fronts = {{Node{0, 0, 0, 0, 0}}};
    // A better choice has at most this much energy above the least for this
    // tensor.
    const double spare = least - machine.bound;
    double cheapest = 0;
    for (size_t s = group.first; s < group.second; ++s) {
      cheapest += cheapestOf(s, machine);
      Front next;
      for (size_t before = 0; before < fronts.back().size(); ++before) {
        const Node &node = fronts.back()[before];
        forEachItem(s, machine, [&](size_t i) {
          const Item &item = segments[s][i];
          Node more{node.picojoules + item.picojoules,
                    node.positionsUm2 + (item.isPlain ? 0 : item.positionsUm2),
                    node.valuesUm2 + (item.isPlain ? 0 : item.valuesUm2), i,
                    before};
          if (more.picojoules - cheapest >= spare)
            return true;
          if (p * more.positionsUm2 + v * more.valuesUm2 <= machine.roomUm2)
            next.push_back(more);
          return false;
        });
      }
      fronts.push_back(unbeaten(std::move(next)));
    }
    return fronts;
  }

  /// Returns the choices that no other one dominates, by ascending energy.
  static Front unbeaten(Front front) {
    std::sort(front.begin(), front.end(), [](const Node &a, const Node &b) {
      return std::tie(a.picojoules, a.before, a.item) <
             std::tie(b.picojoules, b.before, b.item);
    });
    // The stairs are the choices that are kept: the more room for positions,
    // the less for values.
    std::map<double, double> stairs;
    Front kept;
    for (const Node &node : front) {
      auto behind = stairs.upper_bound(node.positionsUm2);
      if (behind != stairs.begin() &&
          std::prev(behind)->second <= node.valuesUm2)
        continue;
      while (behind != stairs.end() && behind->second >= node.valuesUm2)
        behind = stairs.erase(behind);
      stairs[node.positionsUm2] = node.valuesUm2;
      kept.push_back(node);
    }
    return kept;
  }

  /// Finds the best split of the room, and keeps its choice if it is the best
  /// so far.
  void solve(const Machine &machine) {
    std::vector<std::vector<Front>> fronts;
    std::set<double> distinct = {0};
    for (const auto &group : groups) {
      fronts.push_back(frontsOf(group, machine));
      for (const Node &node : fronts.back().back())
        distinct.insert(node.positionsUm2);
    }
    const std::vector<double> splits = thinned(distinct, mostSplits);
    const double p = problem.blocksAtOnce * double(machine.positions->lanes);
    const double v = problem.blocksAtOnce * double(machine.values->lanes);
    for (double split : splits) {
      std::vector<size_t> ends;
      double sum = 0;
      for (size_t g = 0; g < groups.size() && sum < least; ++g) {
        const Front &front = fronts[g].back();
        const auto node =
            std::find_if(front.begin(), front.end(), [&](const Node &n) {
              return n.positionsUm2 <= split &&
                     p * split + v * n.valuesUm2 <= machine.roomUm2;
            });
        sum += node == front.end() ? infinity : node->picojoules;
        ends.push_back(size_t(node - front.begin()));
      }
      if (sum < least)
        keep(fronts, ends, sum);
    }
  }

  void keep(const std::vector<std::vector<Front>> &fronts,
            const std::vector<size_t> &ends, double picojoules) {
    EncodingChoice choice;
    choice.candidates.resize(segments.size());
    for (size_t g = 0; g < groups.size(); ++g) {
      size_t at = ends[g];
      for (size_t s = groups[g].second; s-- > groups[g].first;) {
        const Node &node = fronts[g][s - groups[g].first + 1][at];
        choice.candidates[s] = segments[s][node.item].candidate;
        at = node.before;
      }
    }
    // The areas were added up in another order.
    if (!choice.verify(problem))
      return;
    least = picojoules;
    best = std::move(choice);
  }

  const EncodingProblem &problem;
  std::vector<Items> segments;
  std::vector<size_t> firstWord; // the first word of each segment in a
                                 // CandidateSet
  size_t setWords = 0;
  std::vector<std::pair<size_t, size_t>> groups; // the segments that share
                                                 // tables
  std::optional<EncodingChoice> best;
  double least = infinity;
};

} // namespace

std::optional<EncodingChoice>
chooseBounded(const EncodingProblem &problem,
              const std::vector<std::vector<size_t>> &allowed) {
  assert(allowed.size() == problem.segments.size() &&
         "allowed candidates of each segment");
  assert(problem.blocksAtOnce > 0 && "a decoder of no blocks");
  return BoundedDecoder(problem, allowed).run();
}

} // namespace crania::solvers
