// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileRanges.h"
#include "Verify.h"

namespace crania::binary {

namespace {

Result<const Segment *> segmentOf(uint16_t cluster, const Weights &weights) {
  if (cluster >= 1 && cluster <= weights.segments()->size())
    return weights.segments()->Get(cluster - 1);
  return Error{"there is no cluster " + std::to_string(cluster) +
               " of weights \"" + weights.name()->str() + "\", which has " +
               std::to_string(weights.segments()->size())};
}

Status verifyCluster(uint16_t cluster, const Fetch &fetch,
                     const Weights &weights) {
  Result<const Segment *> segment = segmentOf(cluster, weights);
  if (!segment)
    return segment.error();
  if ((*segment)->residency() != fetch.residency())
    return Error{"cluster " + std::to_string(cluster) + " is " +
                 EnumNameResidency((*segment)->residency()) +
                 ", but is fetched as one that is " +
                 EnumNameResidency(fetch.residency())};
  return checkWholeBlocks(fetch.tile_begin(), fetch.tile_end(), **segment);
}

} // namespace

Status verifyFetch(const Fetch &fetch, const ProgramContext &context) {
  if (!isKnown(fetch.residency()))
    return Error{"its residency is unknown"};
  Result<const Weights *> weights = weightsOf(fetch.weights(), context);
  if (!weights)
    return weights.error();
  if (Status status =
          checkTileRange(fetch.tile_begin(), fetch.tile_end(), **weights);
      !status)
    return status;
  if (fetch.clusters()->size() == 0)
    return Error{"it fetches no cluster"};
  uint16_t previous = 0;
  for (uint16_t cluster : *fetch.clusters()) {
    if (cluster <= previous)
      return Error{"its clusters do not ascend"};
    if (Status status = verifyCluster(cluster, fetch, **weights); !status)
      return status;
    previous = cluster;
  }
  return {};
}

Status verifyRelease(const Release &release, const ProgramContext &context) {
  Result<const Weights *> weights = weightsOf(release.weights(), context);
  if (!weights)
    return weights.error();
  Result<const Segment *> segment = segmentOf(release.cluster(), **weights);
  if (!segment)
    return segment.error();
  if ((*segment)->residency() != Residency::retained)
    return Error{"cluster " + std::to_string(release.cluster()) +
                 " is streamed; only retained ones can be released"};
  return {};
}

} // namespace crania::binary
