// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_FETCHTRACKER_H
#define CRANIA_DEVICEBINARY_FETCHTRACKER_H

#include "Verify.h"

#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace crania::binary {

/// Follows one round's weights through staging FIFO and weight store, in the
/// order of the commands, which have been verified on their own.
///
/// The rule of use after fetch: the weight DMA serves its commands in order and
/// a Contract waits for the blocks it needs, so no token is required between a
/// Fetch and a Contract; but
///   - the FIFO gives blocks out in the order in which they were fetched. The
///     streamed blocks that a Contract needs, tile by tile and within a tile
///     cluster by cluster, must be the next ones in the FIFO, from fetches
///     before it. It consumes them. A FIFO that waits for other consumers would
///     never give them out;
///   - what is fetched is used: the FIFO is empty at the end of a round;
///   - each retained block must have been fetched in this round, before the
///     Contract and not released since. Such a fetch moves nothing when the
///     store still holds the block from an earlier round.
class FetchTracker {
public:
  explicit FetchTracker(const ProgramContext &context) : context(context) {}

  void fetch(const Fetch &fetch);
  Status release(const Release &release);
  Status use(const Contract &contract);
  /// After the round's last command.
  Status finish() const;

private:
  using Clusters = std::vector<uint16_t>;

  struct InFlight {
    uint32_t weights;
    Clusters clusters;
    uint32_t begin, end; // tiles
  };

  /// Disjoint, non-adjacent tile ranges: begin -> end.
  using TileSet = std::map<uint32_t, uint32_t>;

  Status useStreamed(const Contract &contract, const Clusters &clusters);
  Status useRetained(const Contract &contract, uint16_t cluster) const;
  std::string describe(const InFlight &blocks) const;

  const ProgramContext &context;
  std::deque<InFlight> fifo;
  std::map<std::pair<uint32_t, uint16_t>, TileSet> stored;
};

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_FETCHTRACKER_H
