// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Target/DmaRate.h"

using namespace crania;
using namespace crania::simulator;

Bound simulator::boundOf(const Counts &counts,
                         const target::TargetModel &target) {
  return {double(counts.dramBytes()) / target.dramBytesPerCycle(),
          double(counts.weightBytesTotal()) /
              target::streamBytesPerCycle(target),
          double(counts.macsTotal()) / double(target.processingElements())};
}

double simulator::utilizationOf(const Counts &counts,
                                const target::TargetModel &target) {
  if (counts.cycles == 0)
    return 0;
  return double(counts.macsTotal()) /
         (double(counts.cycles) * double(target.processingElements()));
}
