// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Timing/StreamTiming.h"

using namespace crania;
using namespace crania::simulator;

StreamTiming::StreamTiming(const ProgramView &program, const WeightWork &work)
    : program(program), work(work) {
  state = stateOf(WeightStore());
}

size_t StreamTiming::stateOf(const WeightStore &store) {
  auto [it, isNew] = stateIds.try_emplace(store, states.size());
  if (isNew)
    states.push_back(store);
  return it->second;
}

Result<StreamTiming::Entry *> StreamTiming::simulate(unsigned round,
                                                     unsigned inputs) {
  const auto key = std::make_tuple(state, round, inputs);
  auto it = memo.find(key);
  if (it != memo.end())
    return &it->second;
  Result<RoundTiming> timing =
      simulateRound(program, work, round, states[state], inputs);
  if (!timing)
    return timing.error();
  const size_t next = stateOf(timing->storeAfter);
  return &memo.emplace(key, Entry{std::move(*timing), next}).first->second;
}

Result<uint64_t> StreamTiming::runRound(unsigned round, unsigned inputs) {
  Result<Entry *> entry = simulate(round, inputs);
  if (!entry)
    return entry.error();
  ++(*entry)->uses;
  state = (*entry)->next;
  return (*entry)->timing.total.cycles;
}

Counts StreamTiming::total() const {
  Counts sum;
  for (const auto &[key, entry] : memo)
    sum += entry.timing.total * entry.uses;
  return sum;
}

std::vector<Counts> StreamTiming::byLabel() const {
  std::vector<Counts> sums(program.program().labels()->size());
  for (const auto &[key, entry] : memo)
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += entry.timing.byLabel[i] * entry.uses;
  return sums;
}

std::vector<Counts> StreamTiming::byRound() const {
  std::vector<Counts> sums(program.rounds());
  for (const auto &[key, entry] : memo)
    sums[std::get<1>(key)] += entry.timing.total * entry.uses;
  return sums;
}
