// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_ARRAYTIMING_H
#define CRANIA_LIB_SIMULATOR_TIMING_ARRAYTIMING_H

#include "BufferPort.h"
#include "Scoreboard.h"
#include "TileProgress.h"

#include <vector>

namespace crania::simulator {

/// Times at which the blocks of outputs of each Contract are drained, as far as
/// known, in the order of their tiles.
class OutputBlocks {
public:
  void add(uint32_t contract, uint64_t time) {
    if (contract >= times.size())
      times.resize(contract + 1);
    times[contract].push_back(time);
  }
  std::optional<uint64_t> readyAt(uint32_t contract, size_t block) const {
    if (contract >= times.size() || times[contract].size() <= block)
      return std::nullopt;
    return times[contract][block];
  }

private:
  std::vector<std::vector<uint64_t>> times; // by command
};

struct TileWork;

/// The PE array.
class Array : public UnitModel {
public:
  Array(Scoreboard &board, TileProgress &progress, OutputBlocks &blocks,
        BufferPort &port, const std::vector<TileStep> &steps)
      : UnitModel(board), progress(progress), blocks(blocks), port(port),
        steps(steps) {}
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  void accountStalls(const Scoreboard::Tokens &tokens,
                     const TileProgress::Loaded &loaded);
  Stall causeOf(int64_t token) const;
  void compute();
  void accountTile(const binary::Contract &contract, const TileWork &work);

  TileProgress &progress;
  OutputBlocks &blocks;
  BufferPort &port;
  const std::vector<TileStep> &steps;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_ARRAYTIMING_H
