// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WeightBuffers.h"

using namespace crania;
using namespace crania::simulator;

std::optional<Arrival> WeightBuffers::storeArrival(uint32_t block) const {
  if (auto it = arrivals.find(block); it != arrivals.end())
    return it->second;
  if (store.holds(program, block))
    return Arrival{0}; // since an earlier round
  return std::nullopt;
}
