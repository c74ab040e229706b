// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SOLVERS_THRESHOLDCHOICE_H
#define CRANIA_SOLVERS_THRESHOLDCHOICE_H

#include "crania/Support/Result.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crania::solvers {

/// The problem of choosing the thresholds at which inputs exit. An input exits
/// in the first round whose confidence is at least the threshold of that round,
/// or in the last round. The choice minimizes the mean cost of an input, while
/// the mean loss stays within a limit.
struct ThresholdProblem {
  struct Round {
    /// Confidence of each input; larger is more confident, and NaN never exits.
    /// Not used in the last round.
    std::vector<double> confidence;
    /// Change of each input against the last round if it exits here: 1 if only
    /// the last round answers it right, -1 if only this round does, otherwise
    /// 0.
    std::vector<int8_t> loss;
    /// Cost of the round for one input, for example its energy.
    double cost = 0;
  };

  std::vector<Round> rounds;
  /// Largest mean loss of an input, as a share.
  double maxLoss = 0;
  /// The least confidence that there is. No threshold is below it.
  double lowest = 0;
  /// A round with this threshold lets no input exit, whatever its confidence.
  /// All others are below it.
  double never = 1;

  size_t inputs() const { return rounds.front().loss.size(); }
  /// Returns success, or an error if the rounds have different inputs, a cost
  /// is no number of at least 0, or a loss is none of -1, 0 and 1.
  Status check() const;
};

/// The effect of thresholds on a set of inputs.
struct ThresholdOutcome {
  double meanCost = 0, meanRounds = 0;
  double loss = 0; ///< mean, as a share of the inputs
  /// Half the width of the 95 % confidence interval of `loss`. It is paired: it
  /// follows from the spread of the differences of each input.
  double lossInterval = 0;
};

struct ThresholdChoice {
  std::vector<double> thresholds; ///< one per round but the last
  /// The outcome on the inputs on which the thresholds were chosen.
  ThresholdOutcome fitted;
  /// The outcome on inputs that did not take part: each of the five folds of
  /// the inputs exits by thresholds that were chosen on the other four.
  ThresholdOutcome crossFitted;
};

/// Returns the outcome of thresholds for the inputs of a problem.
ThresholdOutcome outcomeOf(const ThresholdProblem &problem,
                           const std::vector<double> &thresholds);

/// Chooses thresholds by coordinate descent on cost + multiplier * loss, with
/// bisection on the multiplier. As thresholds that use up the limit on some
/// inputs exceed it on half of all others, the limit is tightened until the
/// cross-fitted loss is within `maxLoss`, too. One threshold for all rounds is
/// tried as well, because it overfits less on few inputs. The cheaper of both
/// is taken, by the cross-fitted cost. If both fail, no input exits early. The
/// problem must be valid. Takes time in proportion to rounds * inputs.
ThresholdChoice chooseThresholds(const ThresholdProblem &problem);

} // namespace crania::solvers

#endif // CRANIA_SOLVERS_THRESHOLDCHOICE_H
