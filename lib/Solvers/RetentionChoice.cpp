// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/RetentionChoice.h"

#include <algorithm>
#include <cassert>
#include <string>

using namespace crania;
using namespace crania::solvers;

namespace {

/// A range of store bytes that belongs to a segment.
struct Allocation {
  uint64_t offset, bytes;
  size_t segment;
};

using Offsets = std::vector<std::optional<uint64_t>>;

/// Returns the allocations sorted by offset, without empty segments.
std::vector<Allocation> allocationsOf(const RetentionProblem &problem,
                                      const Offsets &offsets) {
  std::vector<Allocation> allocations;
  for (size_t i = 0; i < offsets.size(); ++i)
    if (offsets[i] && problem.segments[i].bytes > 0)
      allocations.push_back({*offsets[i], problem.segments[i].bytes, i});
  std::sort(allocations.begin(), allocations.end(),
            [](const Allocation &a, const Allocation &b) {
              return a.offset < b.offset;
            });
  return allocations;
}

Status checkAllocations(const RetentionProblem &problem,
                        const Offsets &offsets) {
  uint64_t end = 0;
  for (const Allocation &a : allocationsOf(problem, offsets)) {
    std::string name = "segment " + std::to_string(a.segment);
    if (a.bytes > problem.storeBytes || a.offset > problem.storeBytes - a.bytes)
      return Error{name + " ends at byte " +
                   std::to_string(a.offset + a.bytes) + " of a store of " +
                   std::to_string(problem.storeBytes) + " bytes"};
    if (a.offset < end)
      return Error{name + " overlaps another one in the store"};
    end = a.offset + a.bytes;
  }
  return {};
}

Offsets decisionsOf(const RetentionProblem &problem) {
  Offsets offsets;
  for (const RetentionProblem::Segment &segment : problem.segments)
    offsets.push_back(segment.decided ? segment.storeOffset : std::nullopt);
  return offsets;
}

/// Returns the lowest offset at which `bytes` fit between the allocations.
std::optional<uint64_t> firstFit(const std::vector<Allocation> &allocations,
                                 uint64_t storeBytes, uint64_t bytes) {
  uint64_t begin = 0;
  for (const Allocation &a : allocations) {
    assert(a.offset >= begin && "allocations overlap");
    if (a.offset - begin >= bytes)
      return begin;
    begin = a.offset + a.bytes;
  }
  assert(begin <= storeBytes && "an allocation leaves the store");
  if (storeBytes - begin >= bytes)
    return begin;
  return std::nullopt;
}

} // namespace

Status RetentionProblem::check() const {
  return checkAllocations(*this, decisionsOf(*this));
}

Status RetentionChoice::verify(const RetentionProblem &problem) const {
  if (storeOffsets.size() != problem.segments.size())
    return Error{
        "the schedule has a different number of segments than the problem"};
  for (size_t i = 0; i < storeOffsets.size(); ++i) {
    const RetentionProblem::Segment &segment = problem.segments[i];
    if (segment.decided && segment.storeOffset != storeOffsets[i])
      return Error{"segment " + std::to_string(i) +
                   " was decided already, but the schedule changes it"};
  }
  return checkAllocations(problem, storeOffsets);
}

double RetentionChoice::expectedBytes(const RetentionProblem &problem) const {
  assert(storeOffsets.size() == problem.segments.size() &&
         "the schedule belongs to another problem");
  double bytes = 0;
  for (size_t i = 0; i < storeOffsets.size(); ++i)
    if (!storeOffsets[i])
      bytes += problem.segments[i].uses * double(problem.segments[i].bytes);
  return bytes;
}

RetentionChoice solvers::retainNothing(const RetentionProblem &problem) {
  return {decisionsOf(problem)};
}

RetentionChoice solvers::retainGreedily(const RetentionProblem &problem) {
  assert(problem.check() && "the problem is invalid");
  RetentionChoice schedule = retainNothing(problem);
  std::vector<size_t> order;
  for (size_t i = 0; i < problem.segments.size(); ++i)
    if (!problem.segments[i].decided && problem.segments[i].uses > 0)
      order.push_back(i);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    double usesA = problem.segments[a].uses, usesB = problem.segments[b].uses;
    return usesA != usesB ? usesA > usesB : a < b;
  });

  std::vector<Allocation> allocations =
      allocationsOf(problem, schedule.storeOffsets);
  for (size_t i : order) {
    uint64_t bytes = problem.segments[i].bytes;
    std::optional<uint64_t> offset =
        firstFit(allocations, problem.storeBytes, bytes);
    if (!offset)
      continue;
    schedule.storeOffsets[i] = offset;
    if (bytes == 0)
      continue;
    auto behind =
        std::find_if(allocations.begin(), allocations.end(),
                     [&](const Allocation &a) { return a.offset > *offset; });
    allocations.insert(behind, {*offset, bytes, i});
  }
  return schedule;
}

std::vector<double> solvers::expectedUses(Span<const double> exitHistogram) {
  size_t rounds = exitHistogram.size();
  // reached[r] = P(R >= r + 1). The uses of cluster k are the sum of `reached`
  // from k on.
  std::vector<double> reached(rounds), uses(rounds);
  double tail = 0, sum = 0;
  for (size_t r = rounds; r-- > 0;) {
    tail += exitHistogram[r];
    reached[r] = tail;
    sum += reached[r];
    uses[r] = sum;
  }
  return uses;
}
