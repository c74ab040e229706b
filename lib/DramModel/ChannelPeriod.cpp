// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Repeats a period of a channel many times at once.

#include "Channel.h"

#include <cassert>

namespace crania::dram {

namespace {

/// Appends numbers to the description of a state.
struct StateWriter {
  Cycle now;
  std::vector<uint64_t> &state;

  /// Appends a time. Times that have passed are all equal, as they constrain
  /// nothing.
  void time(Cycle time) { state.push_back(time > now ? time - now : 0); }
  void value(uint64_t value) { state.push_back(value); }
  void bursts(Span<const Burst> bursts) {
    value(bursts.size());
    for (const Burst &burst : bursts) {
      value(burst.bank);
      value(burst.row);
      value(burst.isWrite);
    }
  }
};

} // namespace

void Channel::appendState(Cycle now, std::vector<uint64_t> &state) const {
  StateWriter writer{now, state};
  for (const Bank &bank : banks) {
    writer.time(bank.nextActivate);
    writer.time(bank.nextPrecharge);
    writer.time(bank.nextColumn);
    writer.value(bank.row);
    // Hits beyond the limit make no difference.
    writer.value(std::min(bank.hits, spec.controller.rowHitLimit));
    writer.bursts(bank.queue);
  }
  for (const Group &group : groups) {
    writer.time(group.nextActivate);
    writer.time(group.nextRead);
    writer.time(group.nextWrite);
  }
  for (const Rank &rank : ranks) {
    writer.time(rank.nextActivate);
    writer.time(rank.nextRead);
    writer.time(rank.nextWrite);
    writer.time(rank.closingUntil);
    for (uint32_t i = 0; i < rank.activations.size(); ++i)
      writer.time(rank.activations[(rank.oldestActivation + i) %
                                   rank.activations.size()]);
  }
  writer.time(commandFree);
  writer.value(lastBank);
  writer.value(writing);
  writer.bursts(reads.all());
  writer.bursts(writes.all());
}

void Channel::repeat(Cycle begin, Cycle now, const Counts &before,
                     uint64_t repeats, uint64_t blocks) {
  assert(begin < now && repeats > 0 && "there is no period to repeat");
  const Counts after = counts(now);
  count.activates += repeats * (after.activates - before.activates);
  count.precharges += repeats * (after.precharges - before.precharges);
  count.reads += repeats * (after.reads - before.reads);
  count.writes += repeats * (after.writes - before.writes);
  count.activeCycles += repeats * (after.activeCycles - before.activeCycles);

  const Cycle shift = repeats * (now - begin);
  auto move = [&](auto &...times) { ((times += shift), ...); };
  auto moveBursts = [&](Span<Burst> bursts) {
    for (Burst &burst : bursts)
      burst.block += blocks;
  };
  for (Bank &bank : banks) {
    move(bank.nextActivate, bank.nextPrecharge, bank.nextColumn);
    moveBursts(bank.queue);
  }
  for (Group &group : groups)
    move(group.nextActivate, group.nextRead, group.nextWrite);
  for (Rank &rank : ranks) {
    move(rank.nextActivate, rank.nextRead, rank.nextWrite);
    // Otherwise an idle rank would count the repetitions as active.
    move(rank.countedTo, rank.closingUntil);
    for (Cycle &activation : rank.activations)
      activation += shift;
  }
  moveBursts(reads.all());
  moveBursts(writes.all());
  move(commandFree, columnFree);
  // These are lower bounds, so they may be too early.
  banksReady = 0;
  nextWake = now + shift + 1;
}

} // namespace crania::dram
