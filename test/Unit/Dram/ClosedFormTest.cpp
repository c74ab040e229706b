// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The closed form of long streams must equal the same streams, burst by burst.

#include "RandomDram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tuple>

using namespace crania;
using namespace crania::dram;
using namespace crania::test;

namespace {

struct Outcome {
  std::vector<std::tuple<RequestId, Cycle, uint32_t>> completions;
  uint64_t activates = 0; // according to the completions
  Counts counts;
  uint64_t closedFormBursts = 0;
};

auto asTuple(const Counts &c) {
  return std::make_tuple(c.activates, c.precharges, c.reads, c.writes,
                         c.refreshes, c.activeCycles, c.prechargedCycles);
}

Outcome serve(const Spec &spec, const std::vector<Request> &requests,
              bool closedForm) {
  System system = std::move(*System::create(spec));
  system.allowClosedForm(closedForm);
  for (const Request &request : requests)
    EXPECT_TRUE(system.enqueue(request));
  Outcome outcome;
  while (outcome.completions.size() < requests.size()) {
    std::optional<Completion> completion = system.advance(never);
    outcome.completions.emplace_back(completion->request, completion->time,
                                     completion->activates);
    outcome.activates += completion->activates;
  }
  system.advance(std::get<1>(outcome.completions.back()) + 1000);
  outcome.counts = system.counts();
  outcome.closedFormBursts = system.closedFormBursts();
  return outcome;
}

Request stream(const Spec &spec, uint64_t most) {
  Request request;
  request.bytes = *rc::gen::inRange<uint64_t>(spec.burstBytes(), most);
  request.address =
      *rc::gen::inRange<uint64_t>(0, spec.capacity() - request.bytes);
  request.isWrite = between(0, 2) == 0;
  return request;
}

/// Returns a specification with rows of 128 bursts, like real memories.
Spec randomSpecWithLongRows() {
  Spec spec = randomSpec();
  spec.organization.rows = 256;
  spec.organization.columns = 1024;
  spec.timing.tREFI += 5000;
  return spec;
}

} // namespace

RC_GTEST_PROP(ClosedForm, IsTheSameAsBurstByBurst, ()) {
  const Spec spec = randomSpecWithLongRows();
  std::vector<Request> requests;
  Cycle time = 0;
  const uint32_t count = between(1, 3);
  for (uint32_t i = 0; i < count; ++i) {
    requests.push_back(stream(spec, 200000));
    // Some streams are alone; others overlap or follow closely.
    time += between(0, 1) == 0 ? between(0, 40000) : between(0, 100);
    requests.back().time = time;
    requests.back().queue = between(0, 1);
  }
  const Outcome fast = serve(spec, requests, true);
  const Outcome slow = serve(spec, requests, false);
  RC_ASSERT(slow.closedFormBursts == 0u);
  RC_ASSERT(fast.completions == slow.completions);
  RC_ASSERT(asTuple(fast.counts) == asTuple(slow.counts));
  RC_ASSERT(slow.activates == slow.counts.activates);
  RC_CLASSIFY(fast.closedFormBursts != 0, "in closed form");
}

/// Requests after a stream find the same state of queues and banks.
RC_GTEST_PROP(ClosedForm, LeavesTheSameState, ()) {
  const Spec spec = randomSpecWithLongRows();
  System fast = std::move(*System::create(spec));
  System slow = std::move(*System::create(spec));
  slow.allowClosedForm(false);
  const Request request = stream(spec, 400000);
  RC_ASSERT(fast.enqueue(request) && slow.enqueue(request));
  const Cycle cut = between(1, 30000);
  const auto a = fast.advance(cut), b = slow.advance(cut);
  RC_ASSERT(a.has_value() == b.has_value());
  RC_ASSERT(fast.now() == slow.now());
  RC_ASSERT(asTuple(fast.counts()) == asTuple(slow.counts()));
  Request other = stream(spec, 2000);
  other.queue = 1;
  other.time = fast.now();
  if (between(0, 1) == 0) // a request to the present or past place of the
                          // stream
    other.address =
        std::min(request.address + *rc::gen::inRange<uint64_t>(0, 100000),
                 spec.capacity() - other.bytes);
  RC_ASSERT(fast.enqueue(other) && slow.enqueue(other));
  RC_ASSERT(fast.drain() == slow.drain());
  RC_ASSERT(asTuple(fast.counts()) == asTuple(slow.counts()));
}

/// The closed form takes the part of a row beyond the lookahead of the queues.
/// Rows of LPDDR4 x16 are not longer than the lookahead.
TEST(ClosedForm, TakesAShareOfALongRead) {
  const std::pair<const char *, double> shares[] = {{"ddr3l-1600", 0.25},
                                                    {"ddr4-2400", 0.6},
                                                    {"ddr4-3200", 0.7},
                                                    {"lpddr3-1600", 0.25}};
  for (const auto &[name, share] : shares) {
    const Spec spec = *findPreset(name);
    const uint64_t bytes = 8 << 20;
    const Outcome outcome = serve(spec, {{0, bytes, false, 0, 0}}, true);
    EXPECT_GT(outcome.closedFormBursts * spec.burstBytes(), share * bytes)
        << name;
  }
}
