// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SOLVERS_RETENTIONCHOICE_H
#define CRANIA_SOLVERS_RETENTIONCHOICE_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace crania::solvers {

/// The problem of choosing the encoded clusters that a weight store holds for a
/// stream of inputs.
///
/// A segment that is not retained is read from DRAM at each of its uses, and a
/// retained one once. Retaining segment i thus saves uses_i * bytes_i bytes per
/// input, and the best choice is a 0/1 knapsack problem.
struct RetentionProblem {
  struct Segment {
    uint64_t bytes = 0;
    /// Expected reads per input.
    double uses = 0;
    /// True if the decision is already made: a store offset, or streamed.
    bool decided = false;
    std::optional<uint64_t> storeOffset;
  };

  /// The segments in the order in which an inference consumes them.
  std::vector<Segment> segments;
  uint64_t storeBytes = 0;

  /// Returns success, or an error that says why no schedule is possible: a
  /// decision lies outside the store or overlaps another one.
  Status check() const;
};

struct RetentionChoice {
  /// For each segment, its byte offset in the store, or nothing if it is
  /// streamed.
  std::vector<std::optional<uint64_t>> storeOffsets;

  /// Returns success, or an error that names the segment that leaves the store,
  /// overlaps another one or changes a decision.
  Status verify(const RetentionProblem &problem) const;
  /// Returns the expected DRAM bytes per input once the store is warm.
  double expectedBytes(const RetentionProblem &problem) const;
};

/// Fills the store greedily by uses, which are the gain per byte. This is
/// optimal if segments may be split, and otherwise at most the largest segment
/// worse than optimal. Ties go to the earlier segment. `problem.check()` must
/// succeed.
RetentionChoice retainGreedily(const RetentionProblem &problem);

/// Streams every segment that has no decision yet.
RetentionChoice retainNothing(const RetentionProblem &problem);

/// Returns the expected number of rounds per input that use cluster k, for k =
/// 1, 2, ...: the sum over r >= k of P(R >= r), where R is the exit round and
/// `exitHistogram` its distribution.
std::vector<double> expectedUses(Span<const double> exitHistogram);

} // namespace crania::solvers

#endif // CRANIA_SOLVERS_RETENTIONCHOICE_H
