// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/ThresholdChoice.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

using namespace crania;
using namespace crania::solvers;

namespace {

constexpr size_t folds = 5;

/// The sets of thresholds among which a choice is made.
enum class Family {
  perRound, ///< any threshold in each round
  shared,   ///< the same threshold in all rounds, which overfits less
};

/// Some inputs of a problem, sorted by their confidence in each round.
class Sample {
public:
  Sample(const ThresholdProblem &problem, std::vector<uint32_t> inputs)
      : problem(problem), inputs(std::move(inputs)) {
    for (size_t r = 0; r + 1 < problem.rounds.size(); ++r) {
      const std::vector<double> &confidence = problem.rounds[r].confidence;
      std::vector<uint32_t> &order = sorted.emplace_back();
      for (uint32_t input : this->inputs)
        if (confidence[input] >= problem.lowest) // which no NaN is
          order.push_back(input);
      std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
        return confidence[a] > confidence[b];
      });
    }
  }

  /// Returns the thresholds of a family of the least cost whose loss is at most
  /// `limit` inputs.
  std::vector<double> choose(Family family, double limit) {
    return family == Family::shared ? chooseShared(limit)
                                    : choosePerRound(limit);
  }

  struct Totals {
    double cost = 0;
    int64_t loss = 0;
  };
  Totals totals(const std::vector<double> &thresholds) const {
    Totals sum;
    for (uint32_t input : inputs) {
      const size_t round = exitRound(input, thresholds, 0);
      sum.cost += costUntil(round);
      sum.loss += problem.rounds[round].loss[input];
    }
    return sum;
  }

  size_t exitRound(uint32_t input, const std::vector<double> &thresholds,
                   size_t from) const {
    for (size_t r = from; r < thresholds.size(); ++r)
      if (thresholds[r] < problem.never &&
          problem.rounds[r].confidence[input] >= thresholds[r])
        return r;
    return thresholds.size();
  }

  double costUntil(size_t round) const {
    double cost = 0;
    for (size_t r = 0; r <= round; ++r)
      cost += problem.rounds[r].cost;
    return cost;
  }

private:
  struct Shared {
    double threshold = 0;
    Totals totals;
  };

  /// Returns candidates for a threshold of all rounds, with their effects:
  /// values half way between two confidences of the inputs in any round, at
  /// most 512 of them at even distances in the order of their size.
  const std::vector<Shared> &sharedCandidates() {
    if (!shared.empty())
      return shared;
    std::vector<double> values = {problem.lowest};
    for (size_t r = 0; r < sorted.size(); ++r)
      for (uint32_t input : sorted[r])
        values.push_back(problem.rounds[r].confidence[input]);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    constexpr size_t most = 512;
    const size_t stride = values.size() / most + 1;
    for (size_t i = 0; i + 1 < values.size(); i += stride) {
      const double middle = (values[i] + values[i + 1]) / 2;
      const double threshold = middle > values[i] ? middle : values[i + 1];
      const std::vector<double> all(sorted.size(), threshold);
      shared.push_back({threshold, totals(all)});
    }
    const std::vector<double> never(sorted.size(), problem.never);
    shared.push_back({problem.never, totals(never)});
    return shared;
  }

  std::vector<double> chooseShared(double limit) {
    const Shared *best = nullptr;
    for (const Shared &candidate : sharedCandidates())
      if (double(candidate.totals.loss) <= limit &&
          (!best || candidate.totals.cost < best->totals.cost))
        best = &candidate;
    // Without an exit there is no loss.
    return std::vector<double>(sorted.size(),
                               best ? best->threshold : problem.never);
  }

  std::vector<double> choosePerRound(double limit) const {
    std::vector<double> best(sorted.size(), problem.never);
    double bestCost = totals(best).cost;
    // With a larger multiplier, the loss is smaller and the cost is larger.
    double low = 0, high = 1e6 * totals(best).cost;
    for (unsigned step = 0; step < 60; ++step) {
      const double multiplier = step == 0 ? 0 : std::sqrt(low * high);
      const std::vector<double> thresholds = descend({multiplier}, best);
      const Totals reached = totals(thresholds);
      if (double(reached.loss) <= limit) {
        if (reached.cost < bestCost) {
          best = thresholds;
          bestCost = reached.cost;
        }
        high = multiplier;
      } else {
        low = std::max(multiplier, 1e-9 * bestCost);
      }
      if (high <= low * 1.001)
        break;
    }
    // A multiplier reaches only the convex hull of cost and loss. The rest of
    // the limit is used up threshold by threshold.
    return descend({0, limit}, best);
  }

  /// The objective of a descent: the least cost + multiplier * loss among the
  /// thresholds whose loss is at most `limit` inputs.
  struct Objective {
    double multiplier = 0;
    double limit = std::numeric_limits<double>::infinity();
  };

  /// Improves one threshold after the other until none can be improved.
  std::vector<double> descend(const Objective &objective,
                              std::vector<double> thresholds) const {
    constexpr unsigned mostPasses = 20;
    for (unsigned pass = 0; pass < mostPasses; ++pass) {
      const std::vector<double> before = thresholds;
      for (size_t r = thresholds.size(); r-- > 0;)
        improve(objective, r, thresholds);
      if (thresholds == before)
        break;
    }
    return thresholds;
  }

  /// Sets the threshold of a round to the best one, given the others. The
  /// inputs that reach the round are taken in the order of their confidence;
  /// the best prefix of them exits.
  void improve(const Objective &objective, size_t round,
               std::vector<double> &thresholds) const {
    const std::vector<uint32_t> &order = sorted[round];
    thresholds[round] = problem.never;
    int64_t loss = totals(thresholds).loss;
    double change = 0, bestChange = 0, best = problem.never;
    for (size_t i = 0; i < order.size(); ++i) {
      const uint32_t input = order[i];
      if (exitRound(input, thresholds, 0) > round) {
        const size_t later = exitRound(input, thresholds, round + 1);
        const int lost = problem.rounds[round].loss[input] -
                         problem.rounds[later].loss[input];
        loss += lost;
        change +=
            costUntil(round) - costUntil(later) + objective.multiplier * lost;
      }
      const std::optional<double> threshold = thresholdAfter(round, i);
      if (!threshold || change >= bestChange || double(loss) > objective.limit)
        continue;
      bestChange = change;
      best = *threshold;
    }
    thresholds[round] = best;
  }

  /// Returns a threshold that the first `i + 1` inputs in the order of a round
  /// pass, and no others. It is half way between the confidences of two inputs,
  /// so that it is at the edge of neither. Returns nullopt if there is none.
  std::optional<double> thresholdAfter(size_t round, size_t i) const {
    const std::vector<double> &confidence = problem.rounds[round].confidence;
    const std::vector<uint32_t> &order = sorted[round];
    const double here = confidence[order[i]];
    const double next =
        i + 1 < order.size() ? confidence[order[i + 1]] : problem.lowest;
    if (i + 1 < order.size() && next == here)
      return std::nullopt;
    const double middle = (here + next) / 2;
    const double threshold = middle > next ? middle : here;
    if (threshold >= problem.never)
      return std::nullopt;
    return threshold;
  }

  const ThresholdProblem &problem;
  std::vector<uint32_t> inputs;
  std::vector<std::vector<uint32_t>> sorted;
  std::vector<Shared> shared; ///< empty until it is needed
};

std::vector<uint32_t> allInputs(const ThresholdProblem &problem) {
  std::vector<uint32_t> inputs(problem.inputs());
  std::iota(inputs.begin(), inputs.end(), 0);
  return inputs;
}

/// Sums up inputs that exit by different thresholds.
class OutcomeSum {
public:
  explicit OutcomeSum(const ThresholdProblem &problem) : problem(problem) {}

  void add(const Sample &sample, uint32_t input,
           const std::vector<double> &thresholds) {
    const size_t round = sample.exitRound(input, thresholds, 0);
    const double loss = problem.rounds[round].loss[input];
    ++count;
    cost += sample.costUntil(round);
    rounds += double(round + 1);
    sum += loss;
    squares += loss * loss;
  }

  ThresholdOutcome result() const {
    const double n = double(std::max<size_t>(count, 1));
    const double mean = sum / n;
    const double variance = std::max(0.0, squares / n - mean * mean);
    constexpr double normalQuantile = 1.96; // of 95 %, two-sided
    return {cost / n, rounds / n, mean,
            normalQuantile * std::sqrt(variance / n)};
  }

private:
  const ThresholdProblem &problem;
  size_t count = 0;
  double cost = 0, rounds = 0, sum = 0, squares = 0;
};

/// Returns the outcome of all folds if each exits by thresholds that were
/// chosen on the others, with a limit on their loss as a share.
class CrossFit {
public:
  explicit CrossFit(const ThresholdProblem &problem) : problem(problem) {
    for (size_t fold = 0; fold < folds; ++fold) {
      std::vector<uint32_t> others;
      for (uint32_t i = 0; i < problem.inputs(); ++i)
        if (i % folds != fold)
          others.push_back(i);
      counts.push_back(others.size());
      samples.emplace_back(problem, std::move(others));
    }
  }

  ThresholdOutcome outcome(Family family, double maxLoss) {
    OutcomeSum sum(problem);
    for (size_t fold = 0; fold < folds; ++fold) {
      const std::vector<double> thresholds =
          samples[fold].choose(family, maxLoss * double(counts[fold]));
      for (size_t i = fold; i < problem.inputs(); i += folds)
        sum.add(samples[fold], uint32_t(i), thresholds);
    }
    return sum.result();
  }

private:
  const ThresholdProblem &problem;
  std::vector<Sample> samples;
  std::vector<size_t> counts;
};

} // namespace

Status ThresholdProblem::check() const {
  if (rounds.empty())
    return Error{"there are no rounds"};
  for (size_t r = 0; r < rounds.size(); ++r) {
    const Round &round = rounds[r];
    const std::string name = "round " + std::to_string(r + 1);
    if (round.loss.size() != inputs() ||
        (r + 1 < rounds.size() && round.confidence.size() != inputs()))
      return Error{name + " has other inputs than round 1"};
    if (!(round.cost >= 0))
      return Error{name + " has no cost of at least 0"};
    for (int8_t loss : round.loss)
      if (loss < -1 || loss > 1)
        return Error{name + " has a loss that is none of -1, 0 and 1"};
  }
  for (int8_t loss : rounds.back().loss)
    if (loss != 0)
      return Error{"the last round loses against itself"};
  return {};
}

ThresholdOutcome solvers::outcomeOf(const ThresholdProblem &problem,
                                    const std::vector<double> &thresholds) {
  assert(thresholds.size() + 1 == problem.rounds.size() &&
         "a threshold per round but the last");
  const Sample sample(problem, {});
  OutcomeSum sum(problem);
  for (uint32_t input : allInputs(problem))
    sum.add(sample, input, thresholds);
  return sum.result();
}

ThresholdChoice solvers::chooseThresholds(const ThresholdProblem &problem) {
  assert(problem.check() && "the problem is valid");
  Sample all(problem, allInputs(problem));
  CrossFit crossFit(problem);
  ThresholdChoice best;
  best.thresholds.assign(problem.rounds.size() - 1, problem.never);
  best.fitted = best.crossFitted = outcomeOf(problem, best.thresholds);
  constexpr unsigned steps = 8;
  for (Family family : {Family::perRound, Family::shared}) {
    for (unsigned step = 0; step <= steps; ++step) {
      const double limit = problem.maxLoss * (1 - double(step) / steps);
      const ThresholdOutcome outcome = crossFit.outcome(family, limit);
      if (outcome.loss > problem.maxLoss)
        continue;
      if (outcome.meanCost < best.crossFitted.meanCost) {
        best.thresholds = all.choose(family, limit * double(problem.inputs()));
        best.fitted = outcomeOf(problem, best.thresholds);
        best.crossFitted = outcome;
      }
      break;
    }
  }
  return best;
}
