// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Program/WeightStore.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

bool WeightStore::holds(const ProgramView &program, uint32_t block) const {
  const ProgramView::Block &b = program.block(block);
  if (b.bytes == 0)
    return true;
  auto it = byOffset.find(b.storeOffset);
  return it != byOffset.end() && it->second == block;
}

Status WeightStore::insert(const ProgramView &program, uint32_t block) {
  const ProgramView::Block &b = program.block(block);
  if (holds(program, block))
    return {};
  const uint64_t capacity = program.target().weightStore.bytes;
  if (b.storeOffset > capacity || b.bytes > capacity - b.storeOffset)
    return Error{"block " + std::to_string(b.index) + " of cluster " +
                 std::to_string(b.cluster + 1) + " of '" +
                 program.weights(b.weights).name()->str() +
                 "' exceeds the weight store of " + std::to_string(capacity) +
                 " bytes"};

  auto next = byOffset.lower_bound(b.storeOffset);
  bool overlapsNext =
      next != byOffset.end() && next->first < b.storeOffset + b.bytes;
  bool overlapsPrevious =
      next != byOffset.begin() &&
      std::prev(next)->first + program.block(std::prev(next)->second).bytes >
          b.storeOffset;
  if (overlapsNext || overlapsPrevious) {
    const ProgramView::Block &other =
        program.block(overlapsNext ? next->second : std::prev(next)->second);
    return Error{"byte " + std::to_string(b.storeOffset) +
                 " of the weight store is needed for '" +
                 program.weights(b.weights).name()->str() +
                 "' while it holds '" +
                 program.weights(other.weights).name()->str() +
                 "'; a Release is missing"};
  }
  byOffset.emplace(b.storeOffset, block);
  held += b.bytes;
  return {};
}

void WeightStore::release(const ProgramView &program, uint32_t weights,
                          unsigned cluster) {
  for (auto it = byOffset.begin(); it != byOffset.end();) {
    const ProgramView::Block &b = program.block(it->second);
    bool drop = b.weights == weights && b.cluster == cluster;
    if (drop)
      held -= b.bytes;
    it = drop ? byOffset.erase(it) : std::next(it);
  }
}

bool WeightStore::lookUp(const target::TargetModel::WeightStore &cache,
                         uint64_t line, bool allocates) {
  assert(cache.isCache() && cache.sets() > 0 && "the store is not a cache");
  sets.resize(cache.sets());
  std::vector<uint64_t> &set = sets[line % cache.sets()];
  const auto it = std::find(set.begin(), set.end(), line);
  if (it != set.end()) {
    if (cache.policy == target::StorePolicy::lru)
      std::rotate(it, it + 1, set.end());
    return true;
  }
  if (!allocates)
    return false;
  if (set.size() == cache.lines() / cache.sets()) {
    set.erase(set.begin());
    held -= cache.lineBytes;
  }
  set.push_back(line);
  held += cache.lineBytes;
  return false;
}
