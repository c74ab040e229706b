// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Copies between DRAM and the global buffer.

#include "MicroProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;

/// A run of bytes is read in whole bursts, each of them once, wherever it
/// begins: requests are cut at aligned places.
RC_GTEST_PROP(ActivationDma, ReadsTheBurstsOfARunOnce, ()) {
  constexpr uint64_t burst = 64, word = 4;
  const auto elements = *rc::gen::inRange<uint32_t>(1, 600);
  const auto offset = *rc::gen::inRange<uint32_t>(0, 100);
  target::TargetModel target;
  target.dma.requestBytes = 64 * *rc::gen::inRange(1u, 5u);
  MicroProgram program(target, elements + offset, elements + offset);
  binary::CopyT &copy =
      *program.program.program.rounds[0]->commands[0]->body.AsCopy();
  copy.extents = {elements};
  copy.source_offset = offset;
  // The exit test reads all of the output.
  binary::VectorT fill;
  fill.extents = {elements + offset};
  fill.output = linearAccess(MicroProgram::output, elements + offset);
  fill.code.emplace_back(binary::VectorOp::constant, binary::ElementType::f32,
                         0, 0, 0, 1.0, 0);
  program.add(std::move(fill), {0});
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  auto timing = simulateRound(executable->program(), executable->work(), 0, {});
  RC_ASSERT(bool(timing));
  const uint64_t begin = offset * word, end = begin + elements * word;
  const uint64_t bursts = (end + burst - 1) / burst - begin / burst;
  RC_ASSERT(timing->total.activationBytesRead == elements * word);
  RC_ASSERT(timing->total.burstBytes == bursts * burst);
  RC_ASSERT(timing->total.burstBytesWritten == 0u);
  RC_ASSERT(timing->total.dramBytes() == elements * word);
}
