// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_ACTIVATIONDMA_H
#define CRANIA_LIB_SIMULATOR_TIMING_ACTIVATIONDMA_H

#include "DmaPort.h"

namespace crania::simulator {

/// Executes Copy, which moves boxes of elements between DRAM and the global
/// buffer, for each input of a sweep. Also saves and restores buffers between
/// the segments of a sweep.
class ActivationDma : public UnitModel {
public:
  ActivationDma(Scoreboard &board, DramPort &dram);
  bool step() override;
  /// Collects the times at which requests are done. Returns true if there were
  /// any.
  bool collect();
  std::optional<std::string> blockedOn() const override;

private:
  struct Request {
    uint64_t address, bytes;
  };
  void begin(uint32_t command);
  void planCopy(uint32_t command);
  void planSaved(uint32_t command);
  void planRun(uint64_t address, uint64_t bytes);

  DramPort &dram;
  DmaPort port;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false, reads = false;
  std::vector<Request> requests;
  size_t nextRequest = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_ACTIVATIONDMA_H
