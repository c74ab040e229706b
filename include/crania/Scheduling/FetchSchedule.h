// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SCHEDULING_FETCHSCHEDULE_H
#define CRANIA_SCHEDULING_FETCHSCHEDULE_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace crania::scheduling {

/// Which encoded clusters a weight store holds for a stream of inputs.
///
/// A segment that is not retained is read from DRAM at each of its uses; a
/// retained one once. Retaining segment i is thus worth uses_i * bytes_i bytes
/// per input, and the best choice is a 0/1 knapsack.
struct FetchProblem {
  struct Segment {
    uint64_t bytes = 0;
    /// Expected reads per input.
    double uses = 0;
    /// Set when the decision is made already: a store offset, or streamed.
    bool decided = false;
    std::optional<uint64_t> storeOffset;
  };

  /// In the order in which an inference consumes them.
  std::vector<Segment> segments;
  uint64_t storeBytes = 0;

  /// Success, or why no schedule is possible: decisions that are out of the
  /// store or overlap.
  Status check() const;
};

struct FetchSchedule {
  /// Per segment, its byte offset in the store, or nothing if it is streamed.
  std::vector<std::optional<uint64_t>> storeOffsets;

  /// Success, or which segment leaves the store, overlaps another or changes a
  /// decision.
  Status verify(const FetchProblem &problem) const;
  /// Expected DRAM bytes per input once the store is warm.
  double expectedBytes(const FetchProblem &problem) const;
};

/// Fills the store greedily by uses, which is the gain per byte: optimal when
/// segments may be split, and at most the largest segment away from it when
/// they are taken whole. Ties go to the earlier segment. `problem.check()`
/// holds.
FetchSchedule scheduleGreedily(const FetchProblem &problem);

/// Streams every segment that is not decided.
FetchSchedule scheduleNothing(const FetchProblem &problem);

/// Expected number of rounds that use cluster k, per input, for k = 1, 2, ...:
/// the sum over r >= k of P(R >= r), R being the exit round and `exitHistogram`
/// its distribution.
std::vector<double> expectedUses(Span<const double> exitHistogram);

} // namespace crania::scheduling

#endif // CRANIA_SCHEDULING_FETCHSCHEDULE_H
