// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SOLVERS_ENCODINGCHOICE_H
#define CRANIA_SOLVERS_ENCODINGCHOICE_H

#include "crania/Encoding/DecoderCost.h"
#include "crania/Support/Result.h"

#include <limits>
#include <string>
#include <vector>

namespace crania::solvers {

/// The problem of choosing an encoding for each segment. The cost of a segment
/// depends only on its own encoding. But all segments share the one decoder of
/// the machine, which has the hardware that any of them needs, and its area is
/// bounded.
struct EncodingProblem {
  struct Candidate {
    /// Energy of fetching and decoding the segment once; the choice minimizes
    /// it.
    double picojoules = 0;
    /// Cycles until the segment is fetched and decoded.
    double cycles = 0;
    /// Cycles until the segment is fetched.
    double dramCycles = 0;
    encoding::SegmentCost decoder;
    uint64_t largestBlock = 0;
  };
  struct Segment {
    std::string name; ///< for messages
    unsigned tensor;  ///< the segments of a tensor are consecutive
    std::vector<Candidate> candidates;
  };

  std::vector<Segment> segments;
  unsigned blocksAtOnce = 1;
  double plainDecoderUm2 = 0;
  double budgetUm2 = std::numeric_limits<double>::infinity();

  /// Returns success, or an error that names the segment without a candidate.
  Status check() const;
  /// Returns the decoder that a choice needs.
  encoding::DecoderHardware
  hardwareOf(const std::vector<size_t> &candidates) const;
};

struct EncodingChoice {
  /// For each segment, the index of its candidate.
  std::vector<size_t> candidates;

  double picojoules(const EncodingProblem &problem) const;
  /// Returns success, or an error that names the segment without such a
  /// candidate, or says by how much the decoder exceeds the budget.
  Status verify(const EncodingProblem &problem) const;
};

/// Returns the choice of least energy whose decoder is within the budget.
///
/// Without a budget, it takes no candidate that is more than 2 % slower than
/// the fastest one of its segment, or 10 % if more bytes are the reason. It
/// then makes the decoder smaller, part by part, as long as the energy of the
/// program exceeds the least one by at most 0.3 %.
///
/// With a budget, it takes no candidate that is more than 20 % slower than the
/// fastest one whose decoder alone is within the budget, unless this leaves no
/// choice. docs/Encodings.md describes the search. Fails if no choice is within
/// the budget. `problem.check()` must succeed.
Result<EncodingChoice> chooseEncodings(const EncodingProblem &problem);

} // namespace crania::solvers

#endif // CRANIA_SOLVERS_ENCODINGCHOICE_H
