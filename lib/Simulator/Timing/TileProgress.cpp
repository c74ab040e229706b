// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileProgress.h"

using namespace crania;
using namespace crania::simulator;

std::vector<TileStep> simulator::tileSteps(const Scoreboard &board) {
  std::vector<TileStep> steps;
  for (uint32_t i = 0; i < board.commandCount(); ++i)
    if (const binary::Contract *contract =
            board.isCommand(i) ? board.command(i).body_as_Contract() : nullptr)
      for (uint32_t t = contract->tile_begin(); t < contract->tile_end(); ++t)
        steps.push_back({i, t});
  return steps;
}
