// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_INSTANTDMA_H
#define CRANIA_LIB_SIMULATOR_TIMING_INSTANTDMA_H

#include "Scoreboard.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// Executes Fetch and Release in no time: blocks are there when the Fetch
/// starts, whatever room the staging FIFO has. Counts what WeightDma would, by
/// runs of blocks instead of requests.
class InstantWeightDma : public UnitModel {
public:
  InstantWeightDma(Scoreboard &board, WeightBuffers &buffers);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  void fetch(uint32_t command);
  void read(uint32_t command, uint32_t block, bool toStore);

  WeightBuffers &buffers;
  std::vector<uint32_t> queue;
  size_t head = 0;
};

/// Executes Copy, and what sweeps save and restore, in no time. Counts what
/// ActivationDma would.
class InstantActivationDma : public UnitModel {
public:
  explicit InstantActivationDma(Scoreboard &board);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  void copy(uint32_t command);
  void save(uint32_t command);

  std::vector<uint32_t> queue;
  size_t head = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_INSTANTDMA_H
