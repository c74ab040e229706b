// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the model against DRAMsim3 and Ramulator 2: data/dram_ddr4_3200.csv.

#include "ReferenceRuns.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

namespace {

class Reference : public testing::TestWithParam<size_t> {};

/// Returns a sum that depends on the order. The expected figures come from
/// numpy.
uint64_t digest(const std::vector<uint64_t> &trace) {
  uint64_t sum = 0;
  for (size_t i = 0; i < trace.size(); ++i)
    sum += trace[i] / 64 * (i + 1);
  return sum;
}

} // namespace

TEST(ReferenceTrace, IsNumpys) {
  const std::vector<uint64_t> scattered = traceNamed("rand");
  EXPECT_EQ(scattered[0], 4058335872u);
  EXPECT_EQ(scattered[1], 2684764544u);
  EXPECT_EQ(digest(scattered), 16777450561410889026u);
  const std::vector<uint64_t> blocks = traceNamed("blk4k");
  EXPECT_EQ(blocks[0], 2603515904u);
  EXPECT_EQ(blocks[64], 1410330624u);
  EXPECT_EQ(digest(blocks), 16745980084247912256u);
}

TEST(ReferenceTable, IsComplete) { EXPECT_EQ(referenceRuns().size(), 8u); }

TEST_P(Reference, IsMet) {
  const ReferenceRun run = referenceRuns()[GetParam()];
  const std::vector<uint64_t> trace = traceNamed(run.trace);
  const Measured measured = measure(specOf(run), trace);
  EXPECT_EQ(measured.counts.reads, trace.size());
  for (const Comparison &c : compare(run, measured))
    EXPECT_TRUE(c.met()) << run.name() << ", " << c.figure << ": " << c.ours
                         << " " << c.unit << ", reference " << c.reference
                         << ", deviation " << 100 * c.deviation() << " %";
}

INSTANTIATE_TEST_SUITE_P(Rows, Reference, testing::Range<size_t>(0, 8));
