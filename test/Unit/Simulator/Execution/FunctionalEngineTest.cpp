// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MicroProgram.h"

#include "crania/Simulator/Program/ExitRule.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace crania;
using namespace crania::simulator;
using namespace crania::test;

namespace {

std::shared_ptr<const runtime::Executable>
loadTiny(binary::ProgramWithImage program) {
  std::vector<binary::ProgramWithImage> programs;
  programs.push_back(std::move(program));
  auto bytes = binary::write(std::move(programs), "test");
  if (!bytes) {
    ADD_FAILURE() << bytes.error().message;
    return nullptr;
  }
  auto bundle = binary::DeviceBinary::parse(std::move(*bytes));
  auto executable = runtime::Executable::load(*bundle, 0);
  EXPECT_TRUE(executable) << executable.error().message;
  return executable ? *executable : nullptr;
}

std::vector<float> run(const runtime::Executable &executable, unsigned round,
                       std::vector<float> input) {
  auto memory = executable.engine().allocate();
  std::vector<float> logits(executable.logitElements());
  executable.engine().runRound(round, input, memory, logits);
  return logits;
}

} // namespace

TEST(FunctionalEngine, ComputesEachRoundWithItsClusters) {
  auto executable = loadTiny(tinyProgram());
  ASSERT_TRUE(executable);
  const std::array<float, 4> input = {1, -2, 0.5f, 4};
  for (unsigned round : {0u, 1u}) {
    const std::array<float, 3> expected = tiny::logits(input, round + 1);
    EXPECT_EQ(run(*executable, round, {input.begin(), input.end()}),
              std::vector<float>(expected.begin(), expected.end()));
  }
}

TEST(FunctionalEngine, DoesNotDependOnWhatRanBefore) {
  auto executable = loadTiny(tinyProgram());
  ASSERT_TRUE(executable);
  auto memory = executable->engine().allocate();
  std::vector<float> first(3), second(3), between(3);
  const std::vector<float> input = {1, 2, 3, 4};
  executable->engine().runRound(1, input, memory, first);
  executable->engine().runRound(0, std::vector<float>{9, 9, 9, 9}, memory,
                                between);
  executable->engine().runRound(1, input, memory, second);
  EXPECT_EQ(first, second);
}

TEST(FunctionalEngine, ComputesInputsOfABatchAsAlone) {
  auto executable = loadTiny(tinyProgram());
  ASSERT_TRUE(executable);
  const std::vector<std::vector<float>> inputs = {
      {1, 2, 3, 4}, {-1, 0.5f, 7, 2}, {9, -9, 9, -9}};
  std::vector<FunctionalEngine::Memory> memories;
  std::vector<std::vector<float>> logits(inputs.size(), std::vector<float>(3));
  for (size_t i = 0; i < inputs.size(); ++i)
    memories.push_back(executable->engine().allocate());
  std::vector<FunctionalEngine::Item> batch;
  for (size_t i = 0; i < inputs.size(); ++i)
    batch.push_back({inputs[i], &memories[i], logits[i]});
  executable->engine().runRound(1, batch);
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(logits[i], run(*executable, 1, inputs[i]));
    EXPECT_EQ(batch[i].confidence,
              confidenceOf(executable->program().program().exit_rule(),
                           Span<const float>(logits[i])));
  }
}

TEST(FunctionalEngine, ComputesWithTheBytesOfTheImage) {
  binary::ProgramWithImage altered = tinyProgram();
  // The first value word of cluster 1's first block comes after its bitmap.
  const auto &segment = *altered.program.weights[0]->segments[0];
  ASSERT_EQ(segment.encoding, "bitmap");
  const size_t lastByteOfBlock = segment.address + segment.block_offsets[1] - 1;
  altered.image[lastByteOfBlock] ^= 0x80; // flips a sign
  auto original = loadTiny(tinyProgram());
  auto changed = loadTiny(std::move(altered));
  ASSERT_TRUE(original && changed);
  const std::vector<float> input = {1, 2, 3, 4};
  EXPECT_NE(run(*original, 0, input), run(*changed, 0, input));
}

TEST(FunctionalEngine, ShowsUseOfUnwrittenMemoryAsNaN) {
  MicroProgram program(target::TargetModel(), 4, 4);
  program.add(reluInPlace(4)); // nothing wrote the output before
  auto executable = program.load();
  ASSERT_TRUE(executable);
  for (float logit : run(*executable, 0, {1, 2, 3, 4}))
    EXPECT_TRUE(std::isnan(logit));
}
