// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CommandChecker.h"

#include <algorithm>

using namespace crania::dram;

namespace crania::test {

namespace {

bool isColumn(const Command &c) {
  return c.kind == CommandKind::read || c.kind == CommandKind::write;
}

bool sameBank(const Command &a, const Command &b) {
  return a.rank == b.rank && a.bankGroup == b.bankGroup && a.bank == b.bank;
}

bool sameGroup(const Command &a, const Command &b) {
  return a.rank == b.rank && a.bankGroup == b.bankGroup;
}

} // namespace

void CommandChecker::fail(const Command &command, const std::string &rule) {
  if (problem.empty())
    problem = rule + " at clock " + std::to_string(command.time) + ", rank " +
              std::to_string(command.rank) + ", bank group " +
              std::to_string(command.bankGroup) + ", bank " +
              std::to_string(command.bank);
}

void CommandChecker::require(const Command &before, const Command &after,
                             const char *rule, Cycle gap) {
  if (after.time < before.time + gap)
    fail(after, std::string(rule) + " of " + std::to_string(gap) +
                    " broken after clock " + std::to_string(before.time));
}

CommandChecker::BankState &CommandChecker::stateOf(const Command &command) {
  banks.resize(size_t(spec.organization.ranks) * spec.banksPerRank());
  return banks[(command.rank * spec.organization.bankGroups +
                command.bankGroup) *
                   spec.organization.banksPerGroup +
               command.bank];
}

void CommandChecker::checkColumns(const Command &before, const Command &after) {
  if (before.rank != after.rank)
    return; // it only takes the data bus
  const Spec::Timing &t = spec.timing;
  const bool local = sameGroup(before, after);
  const bool turns =
      before.kind == CommandKind::write && after.kind == CommandKind::read;
  if (before.kind == after.kind)
    require(before, after, "tCCD", local ? t.tCCDL : t.tCCDS);
  if (turns)
    require(before, after, "tWTR",
            t.tCWL + spec.burstCycles() + (local ? t.tWTRL : t.tWTRS));
}

/// Checks rules between two commands, whatever commands lie between them.
void CommandChecker::checkPair(const Command &before, const Command &after) {
  const Spec::Timing &t = spec.timing;
  require(before, after, "command bus", t.commandSlot);
  if (isColumn(before) && isColumn(after))
    checkColumns(before, after);
  if (before.rank != after.rank)
    return;
  if (before.kind == CommandKind::refresh)
    require(before, after, "tRFC", t.tRFC);
  const bool activates = before.kind == CommandKind::activate;
  if (activates && after.kind == CommandKind::activate)
    require(before, after, "tRRD",
            sameGroup(before, after) ? t.tRRDL : t.tRRDS);
  const bool closesBank = after.kind == CommandKind::precharge &&
                          (after.allBanks || sameBank(before, after));
  if (activates && closesBank)
    require(before, after, "tRAS", t.tRAS);
  if (before.kind == CommandKind::read && closesBank)
    require(before, after, "tRTP", t.tRTP);
  if (before.kind == CommandKind::write && closesBank)
    require(before, after, "tWR", t.tCWL + spec.burstCycles() + t.tWR);
  if (activates && isColumn(after) && sameBank(before, after))
    require(before, after, "tRCD", t.tRCD);
  if (activates && after.kind == CommandKind::activate &&
      sameBank(before, after))
    require(before, after, "tRC", t.tRAS + t.tRP);
}

/// Checks that the last of five activates of a rank comes tFAW after the first.
void CommandChecker::checkWindow(const Command &activate) {
  unsigned earlier = 0;
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (it->kind != CommandKind::activate || it->rank != activate.rank)
      continue;
    if (++earlier < 4)
      continue;
    require(*it, activate, "tFAW", spec.timing.tFAW);
    return;
  }
}

/// Checks that the data bus is free for a column access.
void CommandChecker::checkDataBus(const Command &column) {
  const Spec::Timing &t = spec.timing;
  auto begins = [&](const Command &c) {
    return c.time + (c.kind == CommandKind::read ? t.tCL : t.tCWL);
  };
  for (const Command &before : all) {
    if (!isColumn(before))
      continue;
    const bool changes =
        before.kind != column.kind || before.rank != column.rank;
    const Cycle free =
        begins(before) + spec.burstCycles() + (changes ? t.tRTRS : 0);
    if (begins(column) < free)
      fail(column, "data bus busy until clock " + std::to_string(free));
  }
}

Cycle CommandChecker::refreshDue(uint32_t rank, uint64_t number) const {
  const uint32_t ranks = spec.organization.ranks;
  const bool staggered =
      spec.controller.refreshPolicy == RefreshPolicy::staggered;
  const Cycle share = spec.timing.tREFI / ranks;
  return spec.timing.tREFI * (number + 1) -
         (staggered ? (ranks - 1 - rank) * share : 0);
}

void CommandChecker::checkRefresh(const Command &refresh) {
  const Spec::Timing &t = spec.timing;
  refreshes.resize(spec.organization.ranks);
  const Cycle due = refreshDue(refresh.rank, refreshes[refresh.rank]++);
  if (refresh.time < due)
    fail(refresh, "refresh before it is due");
  // The longest time until a bank closes, with the slots of the command bus.
  const Cycle closing =
      std::max(t.tRAS, t.tRCD + t.tCWL + spec.burstCycles() + t.tWR) + t.tRP;
  if (refresh.time >
      due + closing + 4 * spec.organization.ranks * t.commandSlot)
    fail(refresh, "refresh too late; due at " + std::to_string(due));
  for (uint32_t i = 0; i < spec.banksPerRank(); ++i) {
    const BankState &bank = banks[refresh.rank * spec.banksPerRank() + i];
    if (bank.row)
      fail(refresh, "refresh with an open bank");
    if (bank.precharged && refresh.time < *bank.precharged + t.tRP)
      fail(refresh, "tRP before refresh");
  }
}

/// Checks rules about the states of banks.
void CommandChecker::checkState(const Command &command) {
  const Spec::Timing &t = spec.timing;
  BankState &bank = stateOf(command);
  auto close = [&](BankState &state, Cycle time) {
    state.row.reset();
    state.precharged = time;
  };
  if (command.kind == CommandKind::refresh)
    return checkRefresh(command);
  if (command.kind == CommandKind::activate) {
    if (bank.row)
      fail(command, "activate of an open bank");
    if (bank.precharged && command.time < *bank.precharged + t.tRP)
      fail(command, "tRP");
    bank.row = command.row;
    bank.activated = command.time;
    return;
  }
  if (isColumn(command)) {
    if (bank.row != command.row)
      fail(command, "access to a row that is not open");
    const Cycle done =
        command.time + (command.kind == CommandKind::read
                            ? t.tRTP
                            : t.tCWL + spec.burstCycles() + t.tWR);
    if (command.autoPrecharge)
      close(bank, std::max<Cycle>(done, bank.activated + t.tRAS));
    return;
  }
  if (!command.allBanks) {
    if (!bank.row)
      fail(command, "precharge of a closed bank");
    return close(bank, command.time);
  }
  for (uint32_t i = 0; i < spec.banksPerRank(); ++i) {
    BankState &other = banks[command.rank * spec.banksPerRank() + i];
    if (other.row)
      close(other, command.time);
  }
}

void CommandChecker::add(const Command &command) {
  if (!all.empty() && command.time < all.back().time)
    fail(command, "commands out of order");
  for (const Command &before : all)
    checkPair(before, command);
  if (command.kind == CommandKind::activate)
    checkWindow(command);
  if (isColumn(command))
    checkDataBus(command);
  checkState(command);
  all.push_back(command);
}

void CommandChecker::finish(Cycle end) {
  refreshes.resize(spec.organization.ranks);
  const Spec::Timing &t = spec.timing;
  const Cycle slack = t.tREFI; // never late by a whole interval
  for (uint32_t rank = 0; rank < refreshes.size(); ++rank)
    if (refreshDue(rank, refreshes[rank]) + slack < end)
      problem = problem.empty() ? "a refresh is missing" : problem;
}

} // namespace crania::test
