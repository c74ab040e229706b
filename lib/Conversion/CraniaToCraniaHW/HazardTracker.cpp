// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HazardTracker.h"
#include "Network.h"
#include "llvm/ADT/STLExtras.h"

#include <cassert>

using namespace mlir;
using namespace crania::lowering;

void HazardTracker::access(Command command, Memory memory, uint64_t begin,
                           uint64_t end, bool isWrite) {
  assert(memory < memories && "no such memory");
  assert(begin < end && "an access without bytes");
  touch(command, ranges[memory], begin, end, isWrite);
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
    // Bytes in front that no command has touched.
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
HazardTracker::before(Command command) const {
  SmallVector<Command> others;
  if (auto own = direct.find(command); own != direct.end())
    llvm::append_range(others, own->second);
  if (auto follows = followed.find(command); follows != followed.end())
    others.push_back(follows->second);
  return others;
}

void HazardTracker::extendDone(Command end) const {
  for (Command command = done.size(); command < end; ++command) {
    llvm::BitVector all(command);
    for (Command other : before(command)) {
      assert(other < command && "commands come in order");
      all.set(other);
      all |= done[other];
    }
    done.push_back(std::move(all));
  }
}

SmallVector<HazardTracker::Command>
HazardTracker::dependenciesOf(Command command) const {
  SmallVector<Command> dependencies;
  auto own = direct.find(command);
  if (own == direct.end())
    return dependencies;
  extendDone(command);
  llvm::BitVector implied(command);
  for (Command other : before(command))
    implied |= done[other];
  if (auto follows = followed.find(command); follows != followed.end())
    implied.set(follows->second);
  for (Command candidate : own->second)
    if (!implied.test(candidate))
      dependencies.push_back(candidate);
  llvm::sort(dependencies);
  return dependencies;
}
