// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_EXITUNIT_H
#define CRANIA_LIB_SIMULATOR_TIMING_EXITUNIT_H

#include "Scoreboard.h"

namespace crania::simulator {

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

#endif // CRANIA_LIB_SIMULATOR_TIMING_EXITUNIT_H
