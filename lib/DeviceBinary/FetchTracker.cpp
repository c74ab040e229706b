// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FetchTracker.h"

#include <algorithm>
#include <cassert>

namespace crania::binary {

namespace {

/// Adds the range [begin, end) to the set and merges it with the ranges it
/// touches.
void insertRange(std::map<uint32_t, uint32_t> &set, uint32_t begin,
                 uint32_t end) {
  assert(begin < end && "the range is empty");
  auto it = set.upper_bound(begin);
  if (it != set.begin() && std::prev(it)->second >= begin)
    --it;
  while (it != set.end() && it->first <= end) {
    begin = std::min(begin, it->first);
    end = std::max(end, it->second);
    it = set.erase(it);
  }
  set.emplace(begin, end);
}

bool containsRange(const std::map<uint32_t, uint32_t> &set, uint32_t begin,
                   uint32_t end) {
  assert(begin < end && "the range is empty");
  auto it = set.upper_bound(begin);
  return it != set.begin() && std::prev(it)->second >= end;
}

} // namespace

void FetchTracker::fetch(const Fetch &fetch) {
  Clusters clusters(fetch.clusters()->begin(), fetch.clusters()->end());
  if (fetch.residency() == Residency::streamed) {
    fifo.push_back({fetch.weights(), std::move(clusters), fetch.tile_begin(),
                    fetch.tile_end()});
    return;
  }
  for (uint16_t cluster : clusters)
    insertRange(stored[{fetch.weights(), cluster}], fetch.tile_begin(),
                fetch.tile_end());
}

Status FetchTracker::release(const Release &release) {
  if (stored.erase({release.weights(), release.cluster()}))
    return {};
  return Error{"cluster " + std::to_string(release.cluster()) +
               " was not fetched in this round before its release"};
}

Status FetchTracker::use(const Contract &contract) {
  const Weights &weights = *context.program.weights()->Get(contract.weights());
  assert(contract.clusters() <= weights.segments()->size() &&
         "the contract was not verified");
  Clusters streamed;
  for (uint16_t cluster = 1; cluster <= contract.clusters(); ++cluster) {
    if (weights.segments()->Get(cluster - 1)->residency() ==
        Residency::streamed) {
      streamed.push_back(cluster);
      continue;
    }
    if (Status status = useRetained(contract, cluster); !status)
      return status;
  }
  if (streamed.empty())
    return {};
  return useStreamed(contract, streamed);
}

Status FetchTracker::useRetained(const Contract &contract,
                                 uint16_t cluster) const {
  auto it = stored.find({contract.weights(), cluster});
  if (it != stored.end() &&
      containsRange(it->second, contract.tile_begin(), contract.tile_end()))
    return {};
  return Error{"tiles " +
               rangeText(contract.tile_begin(), contract.tile_end()) +
               " of the retained cluster " + std::to_string(cluster) +
               " are not all fetched in this round before their use"};
}

Status FetchTracker::useStreamed(const Contract &contract,
                                 const Clusters &clusters) {
  uint32_t tile = contract.tile_begin();
  while (tile < contract.tile_end()) {
    InFlight needed{contract.weights(), clusters, tile, contract.tile_end()};
    if (fifo.empty())
      return Error{"it needs " + describe(needed) +
                   ", but no fetch before it is left in the staging FIFO"};
    InFlight &next = fifo.front();
    if (next.weights != needed.weights || next.clusters != clusters ||
        next.begin != tile)
      return Error{"it needs " + describe(needed) +
                   ", but next in the staging FIFO are " + describe(next)};
    tile = std::min(next.end, contract.tile_end());
    next.begin = tile;
    if (next.begin == next.end)
      fifo.pop_front();
  }
  return {};
}

Status FetchTracker::finish() const {
  if (fifo.empty())
    return {};
  return Error{describe(fifo.front()) +
               " are fetched into the staging FIFO, but never used"};
}

std::string FetchTracker::describe(const InFlight &blocks) const {
  std::string clusters;
  for (uint16_t cluster : blocks.clusters)
    clusters += (clusters.empty() ? "" : ", ") + std::to_string(cluster);
  return "tiles " + rangeText(blocks.begin, blocks.end) + " of clusters {" +
         clusters + "} of weights \"" +
         context.program.weights()->Get(blocks.weights)->name()->str() + "\"";
}

} // namespace crania::binary
