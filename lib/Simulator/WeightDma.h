// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_WEIGHTDMA_H
#define CRANIA_LIB_SIMULATOR_WEIGHTDMA_H

#include "Dram.h"
#include "Scoreboard.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// Executes Fetch and Release.
class WeightDma : public UnitModel {
public:
  WeightDma(Scoreboard &board, Dram &dram, WeightBuffers &buffers);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  /// Bytes of one block within a request.
  struct Part {
    uint32_t block;
    uint64_t bytes;
  };
  struct Request {
    uint64_t address, bytes;
    size_t partBegin, partEnd;
  };
  void begin(uint32_t command);
  void release(uint32_t command);
  bool isWanted(uint32_t command, uint32_t block);
  void planBlock(uint32_t block);
  bool continuesRequest(const ProgramView::Block &block) const;
  void issue(uint32_t command, const Request &request);
  void deliver(const Part &part, uint64_t arrival);

  Dram &dram;
  WeightBuffers &buffers;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false;
  bool toStore = false;
  std::vector<Part> parts; ///< of the Fetch at hand, as they come
  std::vector<Request> requests;
  size_t nextRequest = 0;
  uint64_t nextIssue = 0, lastArrival = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_WEIGHTDMA_H
