// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Scheduling/LayoutChoice.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>

namespace crania::scheduling {

using layout::DecoderHardware;

namespace {

/// What a larger decoder has to save, as a factor on the energy.
constexpr double worthLargerDecoder = 1.005;
/// Partial choices that are kept to find a bound.
constexpr size_t fewPartials = 64;
/// By how much a layout may be slower than another one of its segment.
constexpr double allowedSlowdown = 1.02;

/// Choices of the first segments, as a list from the last one backwards.
struct Partial {
  double picojoules;
  DecoderHardware decoder;
  size_t candidate;
  size_t order; ///< among those of as many segments
  std::shared_ptr<const Partial> before;
};
using PartialPointer = std::shared_ptr<const Partial>;

class Solver {
public:
  Solver(const LayoutProblem &problem, bool fastOnly)
      : problem(problem), fastOnly(fastOnly) {}

  std::optional<LayoutChoice> run() {
    if (std::isinf(problem.budgetUm2))
      return separately();
    findCandidates();
    // A few of the cheapest partial choices lead to a good whole one, which
    // bounds the exact search.
    double bound = std::numeric_limits<double>::infinity();
    if (PartialPointer good = search(fewPartials, bound))
      bound = good->picojoules;
    PartialPointer best = search(std::numeric_limits<size_t>::max(), bound);
    if (!best)
      return std::nullopt;
    return unwind(best);
  }

private:
  /// Candidates that may be taken, each within the budget for itself.
  std::vector<size_t> allowed(const LayoutProblem::Segment &segment) const {
    std::vector<size_t> possible;
    double least = std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < segment.candidates.size(); ++c)
      if (isWithinBudget(alone(segment, c))) {
        possible.push_back(c);
        least = std::min(least, segment.candidates[c].cycles);
      }
    if (!fastOnly)
      return possible;
    std::vector<size_t> fast;
    for (size_t c : possible)
      if (segment.candidates[c].cycles <= allowedSlowdown * least)
        fast.push_back(c);
    return fast;
  }

  DecoderHardware alone(const LayoutProblem::Segment &segment, size_t c) const {
    DecoderHardware decoder(problem.blocksAtOnce);
    decoder.add(segment.candidates[c].decoder,
                segment.candidates[c].largestBlock);
    return decoder;
  }

  bool isWithinBudget(const DecoderHardware &decoder) const {
    return decoder.areaUm2(problem.plainDecoderUm2) <= problem.budgetUm2;
  }

  LayoutChoice separately() const {
    LayoutChoice choice;
    for (const LayoutProblem::Segment &segment : problem.segments) {
      choice.candidates.push_back(frugal(segment, allowed(segment)));
    }
    return choice;
  }

  /// The candidate with the smallest decoder of those of nearly the least
  /// energy.
  size_t frugal(const LayoutProblem::Segment &segment,
                const std::vector<size_t> &candidates) const {
    double least = std::numeric_limits<double>::infinity();
    for (size_t c : candidates)
      least = std::min(least, segment.candidates[c].picojoules);
    auto key = [&](size_t c) {
      return std::pair(alone(segment, c).areaUm2(problem.plainDecoderUm2),
                       segment.candidates[c].picojoules);
    };
    size_t best = segment.candidates.size();
    for (size_t c : candidates)
      if (segment.candidates[c].picojoules <= worthLargerDecoder * least &&
          (best == segment.candidates.size() || key(c) < key(best)))
        best = c;
    return best;
  }

  /// Candidates of each segment without those that another one beats, and what
  /// the segments behind each one take at least.
  void findCandidates() {
    for (const LayoutProblem::Segment &segment : problem.segments)
      candidates.push_back(unbeaten(segment, allowed(segment)));
    leastBehind.resize(problem.segments.size() + 1);
    for (size_t s = problem.segments.size(); s-- > 0;) {
      double least = std::numeric_limits<double>::infinity();
      for (size_t c : candidates[s])
        least = std::min(least, problem.segments[s].candidates[c].picojoules);
      leastBehind[s] = leastBehind[s + 1] + least;
    }
  }

  std::vector<size_t> unbeaten(const LayoutProblem::Segment &segment,
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

  /// The best choice that takes at most `bound`, keeping `most` partial ones.
  PartialPointer search(size_t most, double bound) const {
    std::vector<PartialPointer> partials = {std::make_shared<Partial>(
        Partial{0, DecoderHardware(problem.blocksAtOnce), 0, 0, nullptr})};
    for (size_t s = 0; s < problem.segments.size(); ++s) {
      partials = extend(partials, s, bound);
      partials.resize(std::min(partials.size(), most));
    }
    return partials.empty() ? nullptr : partials.front();
  }

  /// All ways to go on that no other one beats, cheapest first.
  std::vector<PartialPointer>
  extend(const std::vector<PartialPointer> &partials, size_t s,
         double bound) const {
    const LayoutProblem::Segment &segment = problem.segments[s];
    const bool endsTensor = s + 1 == problem.segments.size() ||
                            problem.segments[s + 1].tensor != segment.tensor;
    // Sums in another order may differ in the last places.
    constexpr double roundingRoom = 1 + 1e-9;
    std::vector<PartialPointer> next;
    for (const PartialPointer &partial : partials)
      for (size_t c : candidates[s]) {
        const LayoutProblem::Candidate &candidate = segment.candidates[c];
        const double picojoules = partial->picojoules + candidate.picojoules;
        if (picojoules + leastBehind[s + 1] > bound * roundingRoom)
          continue;
        DecoderHardware decoder = partial->decoder;
        decoder.add(candidate.decoder, candidate.largestBlock);
        if (!isWithinBudget(decoder))
          continue;
        if (endsTensor)
          decoder.beginTensor();
        next.push_back(std::make_shared<Partial>(
            Partial{picojoules, std::move(decoder), c, next.size(), partial}));
      }
    return undominated(std::move(next));
  }

  static std::vector<PartialPointer>
  undominated(std::vector<PartialPointer> partials) {
    std::sort(partials.begin(), partials.end(),
              [](const PartialPointer &a, const PartialPointer &b) {
                return std::tie(a->picojoules, a->order) <
                       std::tie(b->picojoules, b->order);
              });
    std::vector<PartialPointer> kept;
    for (PartialPointer &partial : partials)
      if (std::none_of(kept.begin(), kept.end(), [&](const auto &better) {
            return better->decoder.isWithin(partial->decoder);
          }))
        kept.push_back(std::move(partial));
    return kept;
  }

  LayoutChoice unwind(PartialPointer partial) const {
    LayoutChoice choice;
    choice.candidates.resize(problem.segments.size());
    for (size_t s = problem.segments.size(); s-- > 0; partial = partial->before)
      choice.candidates[s] = partial->candidate;
    return choice;
  }

  const LayoutProblem &problem;
  const bool fastOnly;
  std::vector<std::vector<size_t>> candidates;
  std::vector<double> leastBehind;
};

std::string um2Text(double um2) {
  return std::to_string(int64_t(std::ceil(um2))) + " um2";
}

} // namespace

Status LayoutProblem::check() const {
  for (const Segment &segment : segments)
    if (segment.candidates.empty())
      return Error{segment.name + ": none of the allowed layouts can express "
                                  "it; allow bitmap"};
  return {};
}

DecoderHardware
LayoutProblem::hardwareOf(const std::vector<size_t> &chosen) const {
  DecoderHardware decoder(blocksAtOnce);
  for (size_t s = 0; s < segments.size(); ++s) {
    if (s > 0 && segments[s - 1].tensor != segments[s].tensor)
      decoder.beginTensor();
    const Candidate &candidate = segments[s].candidates[chosen[s]];
    decoder.add(candidate.decoder, candidate.largestBlock);
  }
  return decoder;
}

double LayoutChoice::picojoules(const LayoutProblem &problem) const {
  double sum = 0;
  for (size_t s = 0; s < candidates.size(); ++s)
    sum += problem.segments[s].candidates[candidates[s]].picojoules;
  return sum;
}

Status LayoutChoice::verify(const LayoutProblem &problem) const {
  if (candidates.size() != problem.segments.size())
    return Error{"decides " + std::to_string(candidates.size()) +
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

Result<LayoutChoice> chooseLayouts(const LayoutProblem &problem) {
  for (bool fastOnly : {true, false})
    if (std::optional<LayoutChoice> choice = Solver(problem, fastOnly).run())
      return *choice;
  return Error{"no choice of the allowed layouts has a decoder within the " +
               um2Text(problem.budgetUm2) +
               " that the target's limits.addition_percent leaves for it; "
               "allow other layouts or raise the limit"};
}

} // namespace crania::scheduling
