// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_WEIGHTDMA_H
#define CRANIA_LIB_SIMULATOR_TIMING_WEIGHTDMA_H

#include "DmaPort.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// Executes Fetch and Release.
class WeightDma : public UnitModel {
public:
  WeightDma(Scoreboard &board, DramPort &dram, WeightBuffers &buffers);
  bool step() override;
  /// Collects the times at which requests are done. Returns true if there were
  /// any.
  bool collect();
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
    bool isHit = false; ///< true if a cache holds the bytes
  };
  /// A request on its way.
  struct Flight {
    bool toStore;
    std::vector<Part> parts;
  };
  void begin(uint32_t command);
  void release(uint32_t command);
  bool isWanted(uint32_t command, uint32_t block);
  bool mayShareBursts(const binary::Fetch &fetch) const;
  void planBlock(uint32_t block);
  void shareLastBurst(uint32_t block);
  uint64_t addPart(uint32_t block, uint64_t bytes);
  void lookUp(uint32_t command);
  void lookUpPart(uint32_t command, const Part &part, uint64_t address);
  bool lookUpLine(uint32_t command, uint32_t block, uint64_t line);
  bool continuesRequest(const ProgramView::Block &block,
                        uint64_t address) const;
  void issue(uint32_t command, const Request &request);
  void deliver(const Flight &flight, const Arrival &arrival);

  DmaPort port;
  WeightBuffers &buffers;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false;
  bool toStore = false;
  std::vector<Part> parts; ///< parts of the present Fetch, in order
  std::unordered_map<uint32_t, uint64_t> planned; ///< bytes of its blocks
  std::vector<Request> requests;
  std::optional<uint64_t> lastLine; ///< last line of the present request
  size_t nextRequest = 0;
  std::deque<Flight> flights;
  std::unordered_map<uint32_t, uint64_t> toCome; ///< bytes for the store
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_WEIGHTDMA_H
