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

/// Follows the weights of one round through the staging FIFO and the weight
/// store. Takes the commands in order, each of them verified on its own.
///
/// Checks that weights are fetched before they are used. The weight DMA serves
/// its commands in order, and a Contract waits for the blocks it needs, so no
/// token is required between a Fetch and a Contract. These rules hold instead:
///   - The FIFO delivers blocks in the order in which they were fetched. A
///     Contract needs its streamed blocks tile by tile, and within a tile
///     cluster by cluster. They must be the next ones in the FIFO, from fetches
///     before the Contract, which consumes them. A FIFO whose next blocks wait
///     for another consumer would never deliver them.
///   - Every fetched block is used: the FIFO is empty at the end of a round.
///   - A retained block must be fetched in this round, before the Contract, and
///     must not have been released since. Such a fetch moves nothing if the
///     store still holds the block from an earlier round.
class FetchTracker {
public:
  explicit FetchTracker(const ProgramContext &context) : context(context) {}

  void fetch(const Fetch &fetch);
  Status release(const Release &release);
  Status use(const Contract &contract);
  /// Checks, after the last command of the round, that the FIFO is empty.
  Status finish() const;

private:
  using Clusters = std::vector<uint16_t>;

  struct InFlight {
    uint32_t weights;
    Clusters clusters;
    uint32_t begin, end; // tiles
  };

  /// Disjoint, non-adjacent tile ranges, as a map from begin to end.
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
