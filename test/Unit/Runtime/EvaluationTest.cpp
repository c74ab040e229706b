// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TinyBinary.h"

#include "crania/Runtime/Evaluation.h"
#include "crania/Simulator/Program/ExitRule.h"

#include <random>

using namespace crania;
using namespace crania::runtime;
using namespace crania::test;

namespace {

std::vector<std::array<float, 4>> anyInputs(size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(-3, 3);
  std::vector<std::array<float, 4>> inputs(count);
  for (auto &input : inputs)
    for (float &x : input)
      x = value(random);
  return inputs;
}

Evaluation evaluateOn(const std::vector<std::array<float, 4>> &inputs,
                      unsigned threads, unsigned batch = 1,
                      bool keepsRounds = false) {
  auto source = [&](size_t index, Span<float> input) {
    std::copy(inputs[index].begin(), inputs[index].end(), input.begin());
  };
  EvaluationOptions options;
  options.threads = threads;
  options.batch = batch;
  options.keepsRounds = keepsRounds;
  return evaluate(*loadTiny(), inputs.size(), source, options);
}

} // namespace

TEST(Evaluation, DoesNotDependOnThreadsAndBatches) {
  const auto inputs = anyInputs(200);
  const Evaluation one = evaluateOn(inputs, 1);
  for (unsigned threads : {1, 4})
    for (unsigned batch : {2, 7, 1000}) {
      const Evaluation other = evaluateOn(inputs, threads, batch);
      EXPECT_EQ(one.prediction, other.prediction);
      EXPECT_EQ(one.exitRound, other.exitRound);
      EXPECT_EQ(one.fullPrediction, other.fullPrediction);
      EXPECT_EQ(one.logits, other.logits);
    }
}

TEST(Evaluation, DoesNotDependOnTheOtherInputs) {
  const auto inputs = anyInputs(20);
  const Evaluation all = evaluateOn(inputs, 1);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Evaluation alone = evaluateOn({inputs[i]}, 1);
    EXPECT_EQ(alone.exitRound[0], all.exitRound[i]);
    EXPECT_EQ(alone.logits, std::vector<float>(all.logits.begin() + 3 * i,
                                               all.logits.begin() + 3 * i + 3));
  }
}

TEST(Evaluation, AnswersAreThoseOfTheExitRound) {
  const auto inputs = anyInputs(100);
  const Evaluation e = evaluateOn(inputs, 2);
  size_t early = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<float> first = logitsOf(inputs[i], 1);
    const std::vector<float> last = logitsOf(inputs[i], 2);
    const bool sure = simulator::confidenceOf(binary::ExitRule::softmax,
                                              Span<const float>(first)) >= 0.9;
    early += sure;
    EXPECT_EQ(e.exitRound[i], sure ? 1u : 2u);
    EXPECT_EQ(e.prediction[i],
              simulator::predictionOf(Span<const float>(sure ? first : last)));
    EXPECT_EQ(e.fullPrediction[i],
              simulator::predictionOf(Span<const float>(last)));
  }
  EXPECT_GT(early, 0u);
  EXPECT_LT(early, inputs.size());
}

TEST(Evaluation, KeepsTheAnswersOfAllRounds) {
  const auto inputs = anyInputs(50);
  const Evaluation expected = evaluateOn(inputs, 1);
  EXPECT_TRUE(expected.rounds.empty());
  const Evaluation e = evaluateOn(inputs, 2, 3, /*keepsRounds=*/true);
  EXPECT_EQ(e.prediction, expected.prediction);
  EXPECT_EQ(e.exitRound, expected.exitRound);
  EXPECT_EQ(e.fullPrediction, expected.fullPrediction);
  EXPECT_EQ(e.logits, expected.logits);
  ASSERT_EQ(e.rounds.size(), 2u);
  for (size_t i = 0; i < inputs.size(); ++i)
    for (unsigned round = 0; round < 2; ++round) {
      const std::vector<float> logits = logitsOf(inputs[i], round + 1);
      EXPECT_EQ(e.rounds[round].prediction[i],
                simulator::predictionOf(Span<const float>(logits)));
      EXPECT_NEAR(e.rounds[round].confidence[i],
                  simulator::confidenceOf(binary::ExitRule::softmax,
                                          Span<const float>(logits)),
                  1e-6);
    }
}

TEST(Evaluation, ReportsProgressUpToTheEnd) {
  size_t last = 0;
  EvaluationOptions options;
  options.progress = [&](size_t done) {
    EXPECT_GE(done, last);
    last = done;
  };
  auto source = [](size_t, Span<float> input) {
    std::fill(input.begin(), input.end(), 1.0f);
  };
  evaluate(*loadTiny(), 10, source, options);
  EXPECT_EQ(last, 10u);
}

TEST(Evaluation, Agreement) {
  EXPECT_EQ(agreement(std::vector<uint32_t>{1, 2, 3, 4},
                      std::vector<uint32_t>{1, 0, 3, 4}),
            0.75);
  EXPECT_EQ(agreement({}, {}), 0);
}
