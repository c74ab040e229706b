// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_VECTORUNIT_H
#define CRANIA_LIB_SIMULATOR_TIMING_VECTORUNIT_H

#include "ArrayTiming.h"
#include "BufferPort.h"

namespace crania::simulator {

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

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_VECTORUNIT_H
