// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// No command breaks a rule of the standards, and nothing is lost.

#include "CommandChecker.h"
#include "RandomDram.h"
#include "crania/Dram/AddressMap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

using namespace crania;
using namespace crania::dram;
using namespace crania::test;

namespace {

struct Run {
  std::vector<Completion> completions;
  std::vector<CommandChecker> checkers; // of each channel
  Counts counts;
  Cycle end = 0;
};

void submit(System &system, const std::vector<Request> &requests) {
  for (const Request &request : requests)
    RC_ASSERT(bool(system.enqueue(request)));
}

Run runOf(const Spec &spec, const std::vector<Request> &requests) {
  System system = std::move(*System::create(spec));
  Run run;
  run.checkers.assign(spec.organization.channels, CommandChecker(spec));
  system.setObserver([&](const Command &c) { run.checkers[c.channel].add(c); });
  submit(system, requests);
  while (run.completions.size() < requests.size()) {
    std::optional<Completion> completion = system.advance(never);
    run.completions.push_back(*completion);
    run.end = std::max(run.end, completion->time);
  }
  RC_ASSERT(system.wake() == never);
  RC_ASSERT(!system.advance(std::max(run.end, system.now())));
  run.end = system.now();
  run.counts = system.counts();
  for (CommandChecker &checker : run.checkers)
    checker.finish(run.end);
  return run;
}

using Place =
    std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, bool>;

/// How often each row is read and written, as the addresses say.
std::map<Place, int> expectedAccesses(const Spec &spec,
                                      const std::vector<Request> &requests) {
  const AddressMap map = *AddressMap::create(spec);
  const uint32_t perGroup = spec.organization.banksPerGroup;
  std::map<Place, int> accesses;
  for (const Request &request : requests)
    for (uint64_t i = 0; i < burstsOf(spec, request); ++i) {
      const Location at = map.locate(request.address / spec.burstBytes() + i);
      const uint32_t inRank = at.bank % spec.banksPerRank();
      ++accesses[{at.channel, at.bank / spec.banksPerRank(), inRank / perGroup,
                  inRank % perGroup, at.row, request.isWrite}];
    }
  return accesses;
}

std::map<Place, int> observedAccesses(const Run &run) {
  std::map<Place, int> accesses;
  for (const CommandChecker &checker : run.checkers)
    for (const Command &c : checker.commands())
      if (c.kind == CommandKind::read || c.kind == CommandKind::write)
        ++accesses[{c.channel, c.rank, c.bankGroup, c.bank, c.row,
                    c.kind == CommandKind::write}];
  return accesses;
}

uint64_t openBanks(const Run &run) {
  int64_t open = 0;
  for (const CommandChecker &checker : run.checkers)
    for (const Command &c : checker.commands())
      open += c.kind == CommandKind::activate;
  return uint64_t(open) - run.counts.precharges;
}

} // namespace

RC_GTEST_PROP(DramCommands, KeepTheRules, ()) {
  const Spec spec = randomSpec();
  const std::vector<Request> requests = randomRequests(spec, 60);
  for (const CommandChecker &checker : runOf(spec, requests).checkers)
    RC_ASSERT(checker.violation() == "");
}

RC_GTEST_PROP(DramCommands, ServeWhatWasAskedFor, ()) {
  const Spec spec = randomSpec();
  const std::vector<Request> requests = randomRequests(spec, 60);
  const Run run = runOf(spec, requests);
  RC_ASSERT(observedAccesses(run) == expectedAccesses(spec, requests));
  std::vector<Completion> completions = run.completions;
  std::sort(completions.begin(), completions.end(),
            [](const Completion &a, const Completion &b) {
              return a.request < b.request;
            });
  const Cycle fastest =
      std::min(spec.timing.tCL, spec.timing.tCWL) + spec.burstCycles();
  for (size_t i = 0; i < requests.size(); ++i) {
    RC_ASSERT(completions[i].request == i);
    RC_ASSERT(completions[i].time >= requests[i].time + fastest);
  }
}

RC_GTEST_PROP(DramCommands, CountsAddUp, ()) {
  const Spec spec = randomSpec();
  const std::vector<Request> requests = randomRequests(spec, 60);
  const Run run = runOf(spec, requests);
  uint64_t bursts = 0;
  for (const Request &request : requests)
    bursts += burstsOf(spec, request);
  const Counts &c = run.counts;
  RC_ASSERT(c.reads + c.writes == bursts);
  RC_ASSERT(c.activates >= c.precharges);
  RC_ASSERT(openBanks(run) == c.activates - c.precharges);
  RC_ASSERT(c.activeCycles + c.prechargedCycles ==
            run.end * spec.organization.channels * spec.organization.ranks);
  RC_ASSERT(run.end * spec.organization.channels >=
            bursts * spec.burstCycles());
  const Energy energy = energyOf(spec, c);
  for (double part :
       {energy.activate, energy.read, energy.write, energy.refresh,
        energy.activeStandby, energy.prechargeStandby})
    RC_ASSERT(part >= 0);
  RC_ASSERT(energy.transfer == 0);
}

/// In order, the data of a requester's queue come in order.
RC_GTEST_PROP(DramCommands, InOrderMeansInOrder, ()) {
  Spec spec = randomSpec();
  spec.organization.channels = 1;
  spec.controller.scheduling = Scheduling::inOrder;
  const std::vector<Request> requests = randomRequests(spec, 60);
  std::map<uint32_t, Cycle> last;
  std::map<uint32_t, RequestId> id;
  for (const Completion &completion : runOf(spec, requests).completions) {
    const uint32_t queue = requests[completion.request].queue;
    RC_ASSERT(completion.time >= last[queue]);
    RC_ASSERT(!id.count(queue) || completion.request > id[queue]);
    last[queue] = completion.time;
    id[queue] = completion.request;
  }
}

/// Whoever lets time pass in small steps, and submits when time has come, sees
/// the same.
RC_GTEST_PROP(DramCommands, StepsMakeNoDifference, ()) {
  const Spec spec = randomSpec();
  const std::vector<Request> requests = randomRequests(spec, 40);
  System system = std::move(*System::create(spec));
  std::vector<Completion> completions;
  size_t submitted = 0;
  while (completions.size() < requests.size()) {
    while (submitted < requests.size() &&
           requests[submitted].time <= system.now())
      RC_ASSERT(bool(system.enqueue(requests[submitted++])));
    const bool byWake = between(0, 1) == 0 && system.wake() != never;
    Cycle next = byWake ? system.wake() + 1 : system.now() + between(1, 50);
    if (submitted < requests.size())
      next = std::min(next, requests[submitted].time);
    if (std::optional<Completion> completion = system.advance(next))
      completions.push_back(*completion);
  }
  const std::vector<Completion> expected = runOf(spec, requests).completions;
  for (size_t i = 0; i < expected.size(); ++i) {
    RC_ASSERT(completions[i].request == expected[i].request);
    RC_ASSERT(completions[i].time == expected[i].time);
  }
}

/// The checker is no yes-man.
TEST(CommandChecker, FindsViolations) {
  const Spec spec = *findPreset("ddr4-3200");
  Command activate, read;
  read.kind = CommandKind::read;
  read.time = spec.timing.tRCD - 1;
  CommandChecker early(spec);
  early.add(activate);
  early.add(read);
  EXPECT_EQ(early.violation().rfind("tRCD", 0), 0u) << early.violation();
  CommandChecker wrongRow(spec);
  wrongRow.add(activate);
  read.time = spec.timing.tRCD;
  read.row = 1;
  wrongRow.add(read);
  EXPECT_NE(wrongRow.violation().find("not open"), std::string::npos);
  CommandChecker idle(spec);
  idle.finish(3 * spec.timing.tREFI);
  EXPECT_EQ(idle.violation(), "a refresh is missing");
}
