// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TinyBinary.h"

#include "crania/Runtime/Session.h"

#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::runtime;
using namespace crania::test;

namespace {

SweepOptions sweepsOf(unsigned inputs,
                      uint64_t flush = SweepOptions().flushCycles) {
  SweepOptions options;
  options.inputs = inputs;
  options.flushCycles = flush;
  return options;
}

using Ids = std::vector<Batcher::Id>;

} // namespace

TEST(Batcher, FullSweepsOfTheLastRoundGoFirst) {
  Batcher batcher(2, sweepsOf(2));
  for (Batcher::Id id = 0; id < 5; ++id)
    batcher.submit(id);
  auto sweep = batcher.next();
  EXPECT_EQ(sweep->inputs, (Ids{0, 1}));
  EXPECT_EQ(batcher.finish(*sweep, 100, {false, true}).front().id, 1u);
  sweep = batcher.next(); // one waits for round 2, two for round 1
  EXPECT_EQ(sweep->round, 0u);
  EXPECT_EQ(sweep->inputs, (Ids{2, 3}));
  batcher.finish(*sweep, 100, {false, false});
  sweep = batcher.next();
  EXPECT_EQ(sweep->round, 1u);
  EXPECT_EQ(sweep->inputs, (Ids{0, 2}));
  const auto done = batcher.finish(*sweep, 50, {true, true});
  EXPECT_EQ(done[0].latency, 250u); // from the beginning of its first sweep
  EXPECT_EQ(done[1].latency, 150u);
  // No other input arrives. Round 1 goes first, because its input may join
  // round 2.
  sweep = batcher.next();
  EXPECT_EQ(sweep->inputs, (Ids{4}));
  batcher.finish(*sweep, 100, {false});
  sweep = batcher.next();
  EXPECT_EQ(sweep->round, 1u);
  EXPECT_EQ(sweep->inputs, (Ids{3, 4}));
  batcher.finish(*sweep, 50, {true, true});
  EXPECT_FALSE(batcher.next());
  EXPECT_EQ(batcher.idleCycles(), 0u);
}

// A machine that cannot run a sweep leaves the inputs where they were.
TEST(Batcher, ASweepThatCannotRunIsPutBack) {
  Batcher batcher(2, sweepsOf(2));
  for (Batcher::Id id = 0; id < 3; ++id)
    batcher.submit(id);
  auto sweep = batcher.next();
  EXPECT_EQ(sweep->inputs, (Ids{0, 1}));
  batcher.putBack(*sweep);
  sweep = batcher.next();
  EXPECT_EQ(sweep->round, 0u);
  EXPECT_EQ(sweep->inputs, (Ids{0, 1}));
  EXPECT_EQ(batcher.finish(*sweep, 100, {true, true}).size(), 2u);
  sweep = batcher.next();
  EXPECT_EQ(sweep->inputs, (Ids{2}));
}

TEST(Batcher, ATimeOutFlushes) {
  Batcher batcher(1, sweepsOf(4, 1000));
  batcher.submit(0, 10);
  batcher.submit(1, 500);
  batcher.submit(2, 5000);
  auto sweep = batcher.next();
  EXPECT_EQ(sweep->inputs, (Ids{0, 1}));
  EXPECT_EQ(batcher.now(), 1010u);
  const auto done = batcher.finish(*sweep, 90, {true, true});
  EXPECT_EQ(done[0].latency, 1090u); // from its arrival
  EXPECT_EQ(done[1].latency, 600u);
  sweep = batcher.next(); // does not wait, because no other input follows
  EXPECT_EQ(sweep->inputs, (Ids{2}));
  EXPECT_EQ(batcher.now(), 5000u);
  EXPECT_EQ(batcher.idleCycles(), 1010u + 3900u);
}

TEST(Batcher, WithoutATimeOutASweepWaitsUntilItIsFull) {
  Batcher batcher(1, sweepsOf(2));
  batcher.submit(0, 0);
  batcher.submit(1, 100000);
  EXPECT_EQ(batcher.next()->inputs, (Ids{0, 1}));
  EXPECT_EQ(batcher.now(), 100000u);
}

TEST(Batcher, OneInputAtATimeIsThatInputAlone) {
  auto executable = loadTiny();
  const std::vector<uint32_t> exits = {1, 2, 2, 1, 1, 2};
  PerformanceMeter meter(*executable);
  for (uint32_t rounds : exits)
    ASSERT_TRUE(meter.addWholeInput(rounds));
  const Performance alone = meter.result();
  auto behind = measure(*executable, exits);
  ASSERT_TRUE(behind);
  EXPECT_TRUE(alone.total == behind->total);
  EXPECT_EQ(alone.exits, behind->exits);
  EXPECT_EQ(alone.meanLatency, behind->meanLatency);
  EXPECT_EQ(alone.percentile99Latency, behind->percentile99Latency);
  EXPECT_EQ(behind->meanSweep(), 1);
}

TEST(Batcher, FullSweepsDivideTheStreamedWeights) {
  auto executable = loadTiny();
  const std::vector<uint32_t> exits(24, 2);
  const uint64_t alone = measure(*executable, exits)->total.weightBytes[0];
  for (unsigned inputs : {2u, 3u, 4u, 8u, 24u}) {
    auto shared = measure(*executable, exits, sweepsOf(inputs));
    ASSERT_TRUE(shared) << shared.error().message;
    EXPECT_EQ(shared->total.weightBytes[0] * inputs, alone);
    EXPECT_EQ(shared->partialSweeps, 0u);
    EXPECT_EQ(shared->meanSweep(), inputs);
    EXPECT_EQ(shared->exits, (std::vector<uint64_t>{0, 24}));
  }
}

TEST(Batcher, LatencyCountsFromTheArrival) {
  auto executable = loadTiny();
  const std::vector<uint32_t> exits = {1, 1};
  const uint64_t cycles =
      uint64_t(measure(*executable, {exits.data(), 1})->meanLatency);
  const std::vector<uint64_t> together = {0, 0}, apart = {0, 10 * cycles};
  // The second input waits for the first one if that one has arrived.
  EXPECT_EQ(measure(*executable, exits, {}, together)->percentile99Latency,
            2 * cycles);
  auto performance = measure(*executable, exits, {}, apart);
  EXPECT_EQ(performance->percentile99Latency, cycles);
  EXPECT_EQ(performance->idleCycles, 9 * cycles);
}

/// With any sweeps and arrivals, all inputs are answered. The answers equal
/// those of single inputs, and none comes faster than that of a single input.
RC_GTEST_PROP(BatcherProperties, AnswersDoNotDependOnSweeps, ()) {
  static const auto executable = loadTiny();
  const auto inputs = *rc::gen::inRange(1u, 6u);
  const uint64_t flush =
      *rc::gen::element<uint64_t>(1, 1000, 100000, SweepOptions().flushCycles);
  Session session(executable, sweepsOf(inputs, flush));
  const auto hard = *rc::gen::container<std::vector<bool>>(
      *rc::gen::inRange<size_t>(0, 12), rc::gen::arbitrary<bool>());
  const bool arrives = *rc::gen::arbitrary<bool>();
  uint64_t time = 0;
  std::vector<Session::Ticket> tickets;
  for (bool isHard : hard) {
    const auto image = vectorOf(isHard ? hardInput : easyInput);
    time += *rc::gen::inRange<uint64_t>(0, 3000);
    auto ticket = arrives ? session.submit(image, time) : session.submit(image);
    RC_ASSERT(bool(ticket));
    tickets.push_back(*ticket);
  }
  RC_ASSERT(bool(session.run()));
  const Performance p = session.performance();
  RC_ASSERT(p.inputs == hard.size());
  for (size_t i = 0; i < hard.size(); ++i) {
    auto answer = session.poll(tickets[i]);
    RC_ASSERT(answer && *answer);
    const unsigned round = hard[i] ? 2 : 1;
    RC_ASSERT((*answer)->exitRound == round);
    RC_ASSERT((*answer)->logits ==
              logitsOf(hard[i] ? hardInput : easyInput, round));
  }
  uint64_t rounds = 0;
  for (size_t i = 0; i < p.exits.size(); ++i)
    rounds += (i + 1) * p.exits[i];
  RC_ASSERT(p.sweeps <= rounds && p.sweeps * inputs >= rounds);
}

TEST(Session, RefusesArrivalsOutOfOrder) {
  Session session(loadTiny());
  ASSERT_TRUE(session.submit(vectorOf(easyInput), 100));
  EXPECT_FALSE(session.submit(vectorOf(easyInput), 99));
  EXPECT_FALSE(session.setSweeps(sweepsOf(2)));
}
