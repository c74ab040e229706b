// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the model against DRAMsim3 and Ramulator 2: data/dram_*.csv.

#include "ReferenceRuns.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

namespace {

class Reference : public testing::TestWithParam<size_t> {};

/// Returns a sum that depends on the order. The expected figures come from
/// numpy.
uint64_t digest(const std::vector<uint64_t> &trace, uint64_t burstBytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < trace.size(); ++i)
    sum += trace[i] / burstBytes * (i + 1);
  return sum;
}

} // namespace

TEST(ReferenceTrace, IsNumpys) {
  const dram::Spec spec = *dram::findPreset("ddr4-3200");
  const std::vector<uint64_t> scattered = traceNamed("rand", spec);
  EXPECT_EQ(scattered[0], 4058335872u);
  EXPECT_EQ(scattered[1], 2684764544u);
  EXPECT_EQ(digest(scattered, 64), 16777450561410889026u);
  const std::vector<uint64_t> blocks = traceNamed("blk4k", spec);
  EXPECT_EQ(blocks[0], 2603515904u);
  EXPECT_EQ(blocks[64], 1410330624u);
  EXPECT_EQ(digest(blocks, 64), 16745980084247912256u);
}

TEST(ReferenceTrace, OfASmallerMemoryIsNumpys) {
  const dram::Spec spec = *dram::findPreset("lpddr3-1600");
  const std::vector<uint64_t> scattered = traceNamed("rand", spec);
  EXPECT_EQ(scattered[0], 1014583968u);
  EXPECT_EQ(scattered[1], 671191136u);
  EXPECT_EQ(digest(scattered, 32), 8388725155641506912u);
  const std::vector<uint64_t> blocks = traceNamed("blk4k", spec);
  EXPECT_EQ(blocks[0], 650878976u);
  EXPECT_EQ(blocks[128], 352579584u);
  EXPECT_EQ(digest(blocks, 32), 8385998445739392832u);
}

TEST(ReferenceTable, IsComplete) { EXPECT_EQ(referenceRuns().size(), 12u); }

TEST_P(Reference, IsMet) {
  const ReferenceRun run = referenceRuns()[GetParam()];
  const dram::Spec spec = specOf(run);
  const std::vector<uint64_t> trace = traceNamed(run.trace, spec);
  const Measured measured = measure(spec, trace);
  EXPECT_EQ(measured.counts.reads, trace.size());
  for (const Comparison &c : compare(run, measured))
    EXPECT_TRUE(c.met()) << run.name() << ", " << c.figure << ": " << c.ours
                         << " " << c.unit << ", reference " << c.reference
                         << ", deviation " << 100 * c.deviation() << " %";
}

INSTANTIATE_TEST_SUITE_P(Rows, Reference, testing::Range<size_t>(0, 12));
