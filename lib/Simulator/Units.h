// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_UNITS_H
#define CRANIA_LIB_SIMULATOR_UNITS_H

#include "ArrayTiming.h"
#include "BufferPort.h"
#include "DmaPort.h"

namespace crania::simulator {

/// Executes Copy, which moves boxes of elements between DRAM and the global
/// buffer, for each input of a sweep. Also saves and restores buffers between
/// the segments of a sweep.
class ActivationDma : public UnitModel {
public:
  ActivationDma(Scoreboard &board, Dram &dram);
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

  Dram &dram;
  DmaPort port;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false, reads = false;
  std::vector<Request> requests;
  size_t nextRequest = 0;
};

/// Executes Vector: instructions x points / lanes, block by block behind the
/// Contract that it follows.
class VectorUnit : public UnitModel {
public:
  VectorUnit(Scoreboard &board, const OutputBlocks &blocks, BufferPort &port);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  void begin(uint32_t command);
  bool isBlockReady(uint32_t command) const;
  void compute(uint32_t command);
  void account(uint32_t command);

  const OutputBlocks &blocks;
  BufferPort &port;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false;
  std::vector<uint64_t> cyclesUpTo; ///< per block of outputs, cumulative
  uint64_t bytes = 0;               ///< bytes that the command touches
  size_t nextBlock = 0;
  uint64_t busyUntil = 0;
};

/// Executes ExitTest.
class ExitUnit : public UnitModel {
public:
  explicit ExitUnit(Scoreboard &board);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  std::vector<uint32_t> queue;
  size_t head = 0;
  uint64_t busyUntil = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_UNITS_H
