// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SCHEDULING_LAYOUTCHOICE_H
#define CRANIA_SCHEDULING_LAYOUTCHOICE_H

#include "crania/Layout/DecoderCost.h"
#include "crania/Support/Result.h"

#include <limits>
#include <string>
#include <vector>

namespace crania::scheduling {

/// Which layout each segment takes. What a segment costs depends on its own
/// layout only, but all share the one decoder of the machine, whose area is
/// bounded: it has what any of them needs.
struct LayoutProblem {
  struct Candidate {
    /// Energy of fetching and decoding the segment once: what is minimised.
    double picojoules = 0;
    /// Until it is fetched and decoded.
    double cycles = 0;
    /// Until it is fetched.
    double dramCycles = 0;
    layout::SegmentCost decoder;
    uint64_t largestBlock = 0;
  };
  struct Segment {
    std::string name; ///< for messages
    unsigned tensor;  ///< segments of a tensor follow each other
    std::vector<Candidate> candidates;
  };

  std::vector<Segment> segments;
  unsigned blocksAtOnce = 1;
  double plainDecoderUm2 = 0;
  double budgetUm2 = std::numeric_limits<double>::infinity();

  /// Success, or which segment has no candidate at all.
  Status check() const;
  /// The decoder of a choice.
  layout::DecoderHardware
  hardwareOf(const std::vector<size_t> &candidates) const;
};

struct LayoutChoice {
  /// Per segment, its candidate.
  std::vector<size_t> candidates;

  double picojoules(const LayoutProblem &problem) const;
  /// Success, or which segment has no such candidate, or by how much the
  /// decoder exceeds the budget.
  Status verify(const LayoutProblem &problem) const;
};

/// The choice of least energy whose decoder is within the budget. Without a
/// budget, no candidate is taken that is more than 2 % slower than the fastest
/// one of its segment, or 10 % if that is due to its bytes, and the decoder is
/// made smaller, part by part, as long as the program takes at most 0.3 % of
/// energy more than the least. With one, no candidate is taken that is more
/// than 20 % slower than the fastest one that has a decoder within the budget
/// for itself, unless that leaves no choice; how is in docs/Layouts.md. An
/// error says that no choice is within the budget. `problem.check()` holds.
Result<LayoutChoice> chooseLayouts(const LayoutProblem &problem);

} // namespace crania::scheduling

#endif // CRANIA_SCHEDULING_LAYOUTCHOICE_H
