// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HazardTracker.h"
#include "Network.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace crania::lowering;

namespace {

/// Accesses of more pieces than this are taken as one piece from the first to
/// the last byte: more tokens, never fewer.
constexpr int64_t mostRuns = 4096;

/// The contiguous pieces of an access, in elements.
struct Runs {
  int64_t length = 1;
  /// Dimensions that step from piece to piece.
  SmallVector<std::pair<int64_t, int64_t>> steps; // (extent, stride)
  int64_t count = 1;

  explicit Runs(const Access &access) {
    SmallVector<std::pair<int64_t, int64_t>> dims;
    for (const Access::Dim &dim : access.dims)
      if (dim.extent > 1 && dim.stride != 0)
        dims.push_back({dim.extent, dim.stride});
    llvm::sort(dims, [](auto a, auto b) { return a.second < b.second; });
    for (auto [extent, stride] : dims) {
      if (steps.empty() && stride == length) {
        length *= extent;
        continue;
      }
      steps.push_back({extent, stride});
      count *= extent;
    }
    if (count <= mostRuns)
      return;
    for (auto [extent, stride] : steps)
      length += (extent - 1) * stride;
    steps.clear();
    count = 1;
  }

  /// First element of piece `index`, from the first element of the access.
  int64_t start(int64_t index) const {
    int64_t at = 0;
    for (auto [extent, stride] : steps) {
      at += index % extent * stride;
      index /= extent;
    }
    return at;
  }
};

} // namespace

void HazardTracker::access(Command command, Memory memory, uint64_t base,
                           const Access &access, bool isWrite) {
  Runs runs(access);
  constexpr uint64_t size = Storage::bytesPerElement;
  for (int64_t i = 0; i < runs.count; ++i) {
    uint64_t begin = base + (access.offset + runs.start(i)) * size;
    touch(command, ranges[memory], begin, begin + runs.length * size, isWrite);
  }
}

void HazardTracker::split(Ranges &ranges, uint64_t at) {
  auto it = ranges.upper_bound(at);
  if (it == ranges.begin())
    return;
  --it;
  if (it->first == at || it->second.end <= at)
    return;
  Range behind = it->second;
  it->second.end = at;
  ranges.emplace(at, std::move(behind));
}

void HazardTracker::touch(Command command, Ranges &ranges, uint64_t begin,
                          uint64_t end, bool isWrite) {
  split(ranges, begin);
  split(ranges, end);
  uint64_t at = begin;
  for (auto it = ranges.lower_bound(begin); it != ranges.end() && at < end;) {
    if (it->first >= end)
      break;
    Range &range = it->second;
    if (range.writer)
      addDependency(command, *range.writer);
    if (isWrite) {
      for (Command reader : range.readers)
        addDependency(command, reader);
      it = ranges.erase(it);
      continue;
    }
    // Bytes in front that nothing has touched.
    if (it->first > at)
      ranges.emplace(at, Range{it->first, std::nullopt, {command}});
    if (range.readers.empty() || range.readers.back() != command)
      range.readers.push_back(command);
    at = range.end;
    ++it;
  }
  if (isWrite)
    ranges.emplace(begin, Range{end, command, {}});
  else if (at < end)
    ranges.emplace(at, Range{end, std::nullopt, {command}});
}

SmallVector<HazardTracker::Command>
HazardTracker::dependenciesOf(Command command) const {
  SmallVector<Command> dependencies;
  auto own = direct.find(command);
  if (own == direct.end())
    return dependencies;
  for (Command candidate : own->second) {
    bool isImplied = llvm::any_of(own->second, [&](Command other) {
      auto theirs = direct.find(other);
      return theirs != direct.end() && theirs->second.contains(candidate);
    });
    if (!isImplied)
      dependencies.push_back(candidate);
  }
  llvm::sort(dependencies);
  return dependencies;
}
