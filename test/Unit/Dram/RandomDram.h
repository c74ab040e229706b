// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Random memories and requests, for properties.

#ifndef CRANIA_TEST_UNIT_DRAM_RANDOMDRAM_H
#define CRANIA_TEST_UNIT_DRAM_RANDOMDRAM_H

#include "crania/DramModel/System.h"

#include <rapidcheck.h>

namespace crania::test {

inline uint32_t between(uint32_t low, uint32_t high) {
  return *rc::gen::inRange(low, high + 1);
}

inline uint32_t powerOfTwo(uint32_t highestExponent) {
  return 1u << between(0, highestExponent);
}

inline dram::Spec::Timing randomTiming() {
  dram::Spec::Timing t;
  t.clockPs = 1000;
  t.commandSlot = between(1, 4);
  t.tCL = between(4, 30);
  t.tCWL = between(2, t.tCL);
  t.tRCD = between(2, 30);
  t.tRP = between(2, 30);
  t.tRAS = between(8, 60);
  t.tRRDS = between(1, 8);
  t.tRRDL = between(t.tRRDS, 12);
  t.tFAW = between(4, 60);
  t.tCCDS = between(2, 8);
  t.tCCDL = between(t.tCCDS, 12);
  t.tRTP = between(2, 12);
  t.tWR = between(2, 30);
  t.tWTRS = between(1, 8);
  t.tWTRL = between(t.tWTRS, 16);
  t.tRTRS = between(0, 3);
  t.tRFC = between(20, 300);
  t.tREFI = t.tRFC + 2 * (t.tRAS + t.tRP) + between(100, 2000);
  return t;
}

inline dram::Spec::Controller randomController() {
  dram::Spec::Controller c;
  c.addressMapping = *rc::gen::element<std::string>(
      "rochrababgco", "robarachcobg", "rorabgbacoch", "corobgbarach",
      "MOP4CLXOR");
  c.scheduling = dram::Scheduling(between(0, 1));
  c.commandPriority = dram::CommandPriority(between(0, 1));
  c.pagePolicy = dram::PagePolicy(between(0, 1));
  c.refreshPolicy = dram::RefreshPolicy(between(0, 1));
  c.transactionQueue = between(2, 40);
  c.commandQueue = between(1, 10);
  c.rowHitLimit = between(1, 6);
  c.writeHigh = between(1, c.transactionQueue);
  c.writeLow = between(0, c.writeHigh - 1);
  return c;
}

/// Small enough that requests meet in banks and rows.
inline dram::Spec randomSpec() {
  dram::Spec spec = *dram::findPreset("ddr4-3200");
  spec.name = "random";
  spec.organization.channels = powerOfTwo(1);
  spec.organization.ranks = powerOfTwo(1);
  spec.organization.bankGroups = powerOfTwo(2);
  spec.organization.banksPerGroup = powerOfTwo(2);
  spec.organization.rows = 16;
  spec.organization.columns = 16 * spec.organization.burstLength;
  spec.timing = randomTiming();
  spec.controller = randomController();
  return spec;
}

inline std::vector<dram::Request> randomRequests(const dram::Spec &spec,
                                                 size_t most) {
  std::vector<dram::Request> requests(*rc::gen::inRange<size_t>(1, most));
  const uint64_t reach =
      std::min<uint64_t>(spec.capacity(), uint64_t(1) << between(10, 20));
  dram::Cycle time = 0;
  for (dram::Request &request : requests) {
    request.bytes = between(1, 600);
    request.address = *rc::gen::inRange<uint64_t>(0, reach - 600);
    request.isWrite = between(0, 2) == 0;
    request.queue = between(0, 2);
    time += between(0, 3) == 0 ? between(0, 300) : 0;
    request.time = time;
  }
  return requests;
}

inline uint64_t burstsOf(const dram::Spec &spec, const dram::Request &request) {
  const uint64_t last = request.address + request.bytes - 1;
  return last / spec.burstBytes() - request.address / spec.burstBytes() + 1;
}

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_DRAM_RANDOMDRAM_H
