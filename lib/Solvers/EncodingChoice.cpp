// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/EncodingChoice.h"

#include "BoundedDecoder.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <set>

namespace crania::solvers {

using encoding::DecoderHardware;

namespace {

/// The largest energy of a program relative to the least one, in exchange for a
/// smaller decoder.
constexpr double allowedEnergy = 1.003;
/// The sizes of tables that are tried next, relative to the largest.
constexpr double smallerTables[] = {0.8, 0.5, 0.25, 0.1};
/// The largest time of an encoding relative to the fastest one of its segment
/// or to the fetch of its bytes; and relative to the fastest one if the
/// encoding is as fast as the fetch of its bytes.
constexpr double allowedSlowdown = 1.02, allowedGrowth = 1.1;
/// The largest relative time with a small decoder, which is slower than DRAM
/// anyway.
constexpr double slowdownWithinBudget = 1.2;

/// The limits on the parts of a decoder.
struct DecoderLimits {
  struct Half {
    unsigned lanes = 0;
    uint64_t tableBits = 0;
    unsigned stepBits = 0;
    std::set<std::string_view> units;

    void add(const encoding::DecoderCost &cost) {
      if (cost.lanes == 0)
        return;
      lanes = std::max(lanes, cost.lanes);
      tableBits = std::max(tableBits, cost.tableBits);
      stepBits = std::max(stepBits, cost.stepBits);
      units.insert(cost.unit);
    }
    bool admits(const encoding::DecoderCost &cost) const {
      return cost.lanes == 0 ||
             (cost.lanes <= lanes && cost.tableBits <= tableBits &&
              cost.stepBits <= stepBits && units.count(cost.unit) != 0);
    }
  };

  Half positions, values;
  bool isPlain = false;

  static DecoderLimits of(const EncodingProblem &problem,
                          const EncodingChoice &choice) {
    DecoderLimits limits;
    for (size_t s = 0; s < choice.candidates.size(); ++s) {
      const EncodingProblem::Candidate &candidate =
          problem.segments[s].candidates[choice.candidates[s]];
      if (candidate.decoder.isPlain) {
        limits.isPlain = true;
        continue;
      }
      limits.positions.add(candidate.decoder.positions);
      limits.values.add(candidate.decoder.values);
    }
    return limits;
  }

  bool admits(const EncodingProblem::Candidate &candidate) const {
    if (candidate.decoder.isPlain)
      return isPlain;
    return positions.admits(candidate.decoder.positions) &&
           values.admits(candidate.decoder.values);
  }

  /// Returns the limits with one part smaller, or without it.
  std::vector<DecoderLimits> smaller() const {
    std::vector<DecoderLimits> result;
    for (Half DecoderLimits::*half :
         {&DecoderLimits::positions, &DecoderLimits::values}) {
      for (double part : smallerTables)
        if ((this->*half).tableBits > 0) {
          result.push_back(*this);
          (result.back().*half).tableBits =
              uint64_t(double((this->*half).tableBits) * part);
        }
      if ((this->*half).lanes > 1) {
        result.push_back(*this);
        (result.back().*half).lanes /= 2;
      }
      if ((this->*half).stepBits > 8) {
        result.push_back(*this);
        (result.back().*half).stepBits = (this->*half).stepBits > 16 ? 16 : 8;
      }
      for (std::string_view unit : (this->*half).units) {
        result.push_back(*this);
        (result.back().*half).units.erase(unit);
      }
    }
    if (isPlain) {
      result.push_back(*this);
      result.back().isPlain = false;
    }
    return result;
  }
};

class Solver {
public:
  Solver(const EncodingProblem &problem, bool fastOnly)
      : problem(problem), fastOnly(fastOnly) {}

  std::optional<EncodingChoice> run() {
    if (std::isinf(problem.budgetUm2))
      return frugally();
    std::vector<std::vector<size_t>> candidates;
    for (const EncodingProblem::Segment &segment : problem.segments)
      candidates.push_back(unbeaten(segment, allowed(segment)));
    return chooseBounded(problem, candidates);
  }

private:
  /// Returns the candidates that may be taken. Each is within the budget on its
  /// own.
  std::vector<size_t> allowed(const EncodingProblem::Segment &segment) const {
    std::vector<size_t> possible;
    double least = std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < segment.candidates.size(); ++c)
      if (isWithinBudget(alone(segment, c))) {
        possible.push_back(c);
        least = std::min(least, segment.candidates[c].cycles);
      }
    if (!fastOnly)
      return possible;
    // An encoding with more bytes takes longer to fetch from DRAM. As long as
    // the difference is small, the energy decides.
    auto isFast = [&](size_t c) {
      const EncodingProblem::Candidate &candidate = segment.candidates[c];
      if (!std::isinf(problem.budgetUm2))
        return candidate.cycles <= slowdownWithinBudget * least;
      return candidate.cycles <= allowedSlowdown * least ||
             (candidate.cycles <= allowedSlowdown * candidate.dramCycles &&
              candidate.cycles <= allowedGrowth * least);
    };
    std::vector<size_t> fast;
    std::copy_if(possible.begin(), possible.end(), std::back_inserter(fast),
                 isFast);
    return fast;
  }

  DecoderHardware alone(const EncodingProblem::Segment &segment,
                        size_t c) const {
    DecoderHardware decoder(problem.blocksAtOnce);
    decoder.add(segment.candidates[c].decoder,
                segment.candidates[c].largestBlock);
    return decoder;
  }

  bool isWithinBudget(const DecoderHardware &decoder) const {
    return decoder.areaUm2(problem.plainDecoderUm2) <= problem.budgetUm2;
  }

  /// Returns the candidate of least energy of each segment among those that
  /// `allows` admits, or nothing if a segment has none.
  template <typename Allows>
  std::optional<EncodingChoice> cheapest(const Allows &allows) const {
    assert(possible.size() == problem.segments.size() &&
           "candidates of each segment");
    EncodingChoice choice;
    for (size_t s = 0; s < problem.segments.size(); ++s) {
      const EncodingProblem::Segment &segment = problem.segments[s];
      size_t best = segment.candidates.size();
      for (size_t c : possible[s])
        if (allows(segment.candidates[c]) &&
            (best == segment.candidates.size() ||
             segment.candidates[c].picojoules <
                 segment.candidates[best].picojoules))
          best = c;
      if (best == segment.candidates.size())
        return std::nullopt;
      choice.candidates.push_back(best);
    }
    return choice;
  }

  /// Starts from the cheapest choice and makes parts of the decoder smaller or
  /// leaves them out. Each step takes the one that saves the most area for its
  /// energy.
  EncodingChoice frugally() {
    for (const EncodingProblem::Segment &segment : problem.segments)
      possible.push_back(allowed(segment));
    EncodingChoice best =
        *cheapest([](const EncodingProblem::Candidate &) { return true; });
    const double most = best.picojoules(problem) * allowedEnergy;
    DecoderLimits limits = DecoderLimits::of(problem, best);
    for (bool isSmaller = true; isSmaller;) {
      isSmaller = false;
      const double picojoules = best.picojoules(problem), um2 = areaOf(best);
      double bestRatio = 0;
      std::optional<EncodingChoice> next;
      for (const DecoderLimits &smaller : limits.smaller()) {
        std::optional<EncodingChoice> choice =
            cheapest([&](const EncodingProblem::Candidate &candidate) {
              return smaller.admits(candidate);
            });
        if (!choice)
          continue;
        const double more = choice->picojoules(problem);
        const double saved = um2 - areaOf(*choice);
        if (more > most || saved <= 0)
          continue;
        // Moves that cost nothing come first, the largest one before others.
        constexpr double leastPart = 1e-6;
        const double ratio =
            saved / std::max(more - picojoules, leastPart * most);
        if (ratio > bestRatio) {
          bestRatio = ratio;
          next = std::move(choice);
        }
      }
      if (!next)
        continue;
      best = std::move(*next);
      limits = DecoderLimits::of(problem, best);
      isSmaller = true;
    }
    return best;
  }

  double areaOf(const EncodingChoice &choice) const {
    return problem.hardwareOf(choice.candidates)
        .areaUm2(problem.plainDecoderUm2);
  }

  /// Returns the candidates that no other one dominates.
  std::vector<size_t> unbeaten(const EncodingProblem::Segment &segment,
                               const std::vector<size_t> &all) const {
    auto beats = [&](size_t a, size_t b) {
      const double pa = segment.candidates[a].picojoules;
      const double pb = segment.candidates[b].picojoules;
      if (pa > pb || !alone(segment, a).isWithin(alone(segment, b)))
        return false;
      return a < b || pa < pb || !alone(segment, b).isWithin(alone(segment, a));
    };
    std::vector<size_t> kept;
    for (size_t c : all)
      if (std::none_of(all.begin(), all.end(),
                       [&](size_t other) { return beats(other, c); }))
        kept.push_back(c);
    return kept;
  }

  const EncodingProblem &problem;
  const bool fastOnly;
  std::vector<std::vector<size_t>> possible;
};

std::string um2Text(double um2) {
  return std::to_string(int64_t(std::ceil(um2))) + " um2";
}

} // namespace

Status EncodingProblem::check() const {
  for (const Segment &segment : segments)
    if (segment.candidates.empty())
      return Error{segment.name + ": none of the allowed encodings can express "
                                  "it; allow bitmap"};
  return {};
}

DecoderHardware
EncodingProblem::hardwareOf(const std::vector<size_t> &chosen) const {
  assert(chosen.size() == segments.size() && "a candidate per segment");
  DecoderHardware decoder(blocksAtOnce);
  for (size_t s = 0; s < segments.size(); ++s) {
    if (s > 0 && segments[s - 1].tensor != segments[s].tensor)
      decoder.beginTensor();
    assert(chosen[s] < segments[s].candidates.size() &&
           "there is no such candidate");
    const Candidate &candidate = segments[s].candidates[chosen[s]];
    decoder.add(candidate.decoder, candidate.largestBlock);
  }
  return decoder;
}

double EncodingChoice::picojoules(const EncodingProblem &problem) const {
  assert(candidates.size() == problem.segments.size() &&
         "the choice belongs to another problem");
  double sum = 0;
  for (size_t s = 0; s < candidates.size(); ++s)
    sum += problem.segments[s].candidates[candidates[s]].picojoules;
  return sum;
}

Status EncodingChoice::verify(const EncodingProblem &problem) const {
  if (candidates.size() != problem.segments.size())
    return Error{"the choice decides " + std::to_string(candidates.size()) +
                 " segments, but there are " +
                 std::to_string(problem.segments.size())};
  for (size_t s = 0; s < candidates.size(); ++s)
    if (candidates[s] >= problem.segments[s].candidates.size())
      return Error{problem.segments[s].name + ": there is no candidate " +
                   std::to_string(candidates[s])};
  const double area =
      problem.hardwareOf(candidates).areaUm2(problem.plainDecoderUm2);
  if (area <= problem.budgetUm2)
    return {};
  return Error{"the decoder takes " + um2Text(area) + ", but may take " +
               um2Text(problem.budgetUm2)};
}

Result<EncodingChoice> chooseEncodings(const EncodingProblem &problem) {
  assert(problem.check() && "the problem is invalid");
  for (bool fastOnly : {true, false})
    if (std::optional<EncodingChoice> choice = Solver(problem, fastOnly).run())
      return *choice;
  return Error{"no choice of the allowed encodings has a decoder within the " +
               um2Text(problem.budgetUm2) +
               " that the target's limits.addition_percent leaves for it; "
               "allow other encodings or raise the limit"};
}

} // namespace crania::solvers
