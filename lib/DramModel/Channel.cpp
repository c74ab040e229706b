// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Channel.h"

#include <algorithm>
#include <cassert>

namespace crania::dram {

Channel::Channel(const Spec &spec, uint32_t index)
    : spec(spec), gaps(gapsOf(spec)), index(index),
      banksPerRank(spec.banksPerRank()),
      inOrder(spec.controller.scheduling == Scheduling::inOrder),
      oldestFirst(spec.controller.commandPriority ==
                  CommandPriority::oldestFirst) {
  const Spec::Organization &o = spec.organization;
  banks.resize(size_t(o.ranks) * banksPerRank);
  groups.resize(size_t(o.ranks) * o.bankGroups);
  ranks.resize(o.ranks);
  assert(!ranks.empty() && banks.size() <= 64 && "a mask has a bit per bank");
  const size_t blocks = (banks.size() + blockOfBanks - 1) / blockOfBanks;
  readyAt.resize(blocks * blockOfBanks, never);
  for (uint32_t i = 0; i < banks.size(); ++i) {
    banks[i].rank = i / banksPerRank;
    banks[i].group = i / o.banksPerGroup;
    banks[i].queue.reserve(spec.controller.commandQueue);
    ranks[banks[i].rank].bankMask |= uint64_t(1) << i;
  }
  const bool staggered =
      spec.controller.refreshPolicy == RefreshPolicy::staggered;
  const Cycle stagger = staggered ? spec.timing.tREFI / o.ranks : 0;
  for (uint32_t i = 0; i < ranks.size(); ++i)
    ranks[i].refreshDue = spec.timing.tREFI - (o.ranks - 1 - i) * stagger;
  refreshDue = ranks[0].refreshDue;
  nextWake = refreshDue;
}

//===----------------------------------------------------------------------===//
// Transaction queues
//===----------------------------------------------------------------------===//

Burst &Channel::admit(uint32_t bank, uint32_t queue, bool isWrite, Cycle now) {
  assert(bank < banks.size() && "there is no such bank");
  assert(hasRoom(isWrite) && "the transaction queue is full");
  if (queue >= turnsServed.size()) {
    turnsAdmitted.resize(queue + 1);
    turnsServed.resize(queue + 1);
  }
  mayDispatch = true;
  nextWake = std::min(nextWake, now + 1);
  Burst &burst = (isWrite && !inOrder ? writes : reads).push(uint8_t(bank));
  burst.serial = nextSerial++;
  burst.turn = turnsAdmitted[queue]++;
  burst.queue = uint16_t(queue);
  burst.isWrite = isWrite;
  return burst;
}

/// Chooses between reading and writing. Writes wait until there are many, or
/// until there is nothing to read.
void Channel::chooseDirection() {
  const Spec::Controller &c = spec.controller;
  if (!writing)
    writing =
        writes.size() >= c.writeHigh || (reads.empty() && !writes.empty());
  else
    writing = !writes.empty() && (writes.size() > c.writeLow || reads.empty());
}

void Channel::moveToBank(TransactionQueue &queue, size_t position) {
  const Burst burst = queue.all()[position];
  queue.erase(position);
  Bank &bank = banks[burst.bank];
  assert(bank.queue.size() < spec.controller.commandQueue &&
         "the queue of the bank is full");
  bank.queue.push_back(burst);
  if (bank.queue.size() == spec.controller.commandQueue)
    fullBanks |= uint64_t(1) << burst.bank;
  assessLast(burst.bank);
}

/// Moves the oldest burst of `queue` whose bank has room to that bank. Returns
/// false if there is none. A burst does not overtake an older one of `others`
/// to the same place; `mustWait` is set if that holds up the queue.
bool Channel::dispatchFrom(TransactionQueue &queue,
                           const TransactionQueue &others, bool &mustWait) {
  if ((queue.banks() & ~fullBanks) == 0)
    return false;
  for (size_t i = 0; i < queue.size(); ++i) {
    const Burst &burst = queue.all()[i];
    const bool isFull = (fullBanks >> burst.bank & 1) != 0;
    if (isFull && inOrder)
      return false;
    if (isFull)
      continue;
    const bool hasOlder = std::any_of(
        others.all().begin(), others.all().end(), [&](const Burst &other) {
          return other.block == burst.block && other.serial < burst.serial;
        });
    if (!hasOlder) {
      moveToBank(queue, i);
      return true;
    }
    mustWait = true;
  }
  return false;
}

void Channel::dispatch() {
  chooseDirection();
  bool mustWait = false;
  TransactionQueue &first = writing ? writes : reads;
  TransactionQueue &second = writing ? reads : writes;
  // The burst of the first kind waits for one of the second, which must move.
  const bool moved = dispatchFrom(first, second, mustWait) ||
                     (mustWait && dispatchFrom(second, first, mustWait));
  mayDispatch = moved && ((reads.banks() | writes.banks()) & ~fullBanks) != 0;
}

//===----------------------------------------------------------------------===//
// Command queues
//===----------------------------------------------------------------------===//

/// Returns true if a burst may be served before the older ones of its bank.
bool Channel::mayGo(const Bank &bank, size_t index) const {
  const Burst &burst = bank.queue[index];
  for (size_t i = 0; i < index; ++i)
    if (bank.queue[i].block == burst.block &&
        (bank.queue[i].isWrite || burst.isWrite))
      return false;
  return true;
}

/// Finds the oldest read and the oldest write that hit the open row.
void Channel::assessHits(Bank &bank) const {
  bank.firstRead = bank.firstWrite = -1;
  const size_t reach =
      inOrder ? std::min<size_t>(1, bank.queue.size()) : bank.queue.size();
  for (size_t i = 0; i < reach; ++i) {
    const Burst &burst = bank.queue[i];
    int &first = burst.isWrite ? bank.firstWrite : bank.firstRead;
    if (burst.row == bank.row && first < 0 && mayGo(bank, i))
      first = int(i);
  }
}

/// Recomputes the next command that a bank's queue asks for, after a change of
/// the bank or the queue.
void Channel::assess(uint32_t index) {
  Bank &bank = banks[index];
  const uint64_t bit = uint64_t(1) << index;
  columnBanks &= ~bit;
  if (bank.queue.empty()) {
    bank.firstRead = bank.firstWrite = -1;
    bank.wantsPrecharge = false;
    readyAt[index] = never;
    return;
  }
  assessHits(bank);
  const bool isOpen = bank.row != noRow;
  const bool hasHit = bank.firstRead >= 0 || bank.firstWrite >= 0;
  bank.wantsPrecharge = isOpen && bank.queue.front().row != bank.row &&
                        (!hasHit || bank.hits >= spec.controller.rowHitLimit);
  if (isOpen && !bank.wantsPrecharge)
    columnBanks |= bit;
  readyAt[index] = readyTime(bank);
  banksReady = std::min(banksReady, readyAt[index]);
}

/// Updates the bank's next command after a burst has joined the queue. Behind
/// other bursts, it matters only if it is the first of its kind that hits the
/// open row.
void Channel::assessLast(uint32_t index) {
  const Bank &bank = banks[index];
  const Burst &burst = bank.queue.back();
  const bool isFirst = (burst.isWrite ? bank.firstWrite : bank.firstRead) < 0;
  if (bank.queue.size() == 1 || (burst.row == bank.row && isFirst))
    assess(index);
}

Cycle Channel::activateTime(const Bank &bank) const {
  const Rank &rank = ranks[bank.rank];
  return std::max({bank.nextActivate, groups[bank.group].nextActivate,
                   rank.nextActivate, rank.activations[rank.oldestActivation]});
}

/// Returns the first clock at which the bank's first read can go. In order, a
/// burst that is not the oldest of its requester's queue must wait; serving the
/// older one assesses this bank again.
Cycle Channel::readTime(const Bank &bank) const {
  if (bank.firstRead < 0)
    return never;
  const Burst &burst = bank.queue[bank.firstRead];
  if (inOrder && burst.turn != turnsServed[burst.queue])
    return never;
  return std::max({bank.nextColumn, groups[bank.group].nextRead,
                   ranks[bank.rank].nextRead});
}

Cycle Channel::writeTime(const Bank &bank) const {
  if (bank.firstWrite < 0)
    return never;
  const Burst &burst = bank.queue[bank.firstWrite];
  if (inOrder && burst.turn != turnsServed[burst.queue])
    return never;
  return std::max({bank.nextColumn, groups[bank.group].nextWrite,
                   ranks[bank.rank].nextWrite});
}

/// Returns the first clock at which a command for the bank's queue can go.
Cycle Channel::readyTime(const Bank &bank) const {
  if (bank.row == noRow)
    return activateTime(bank);
  const Cycle close = bank.wantsPrecharge ? bank.nextPrecharge : never;
  return std::min({close, readTime(bank), writeTime(bank)});
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

void Channel::report(CommandKind kind, const Bank &bank, uint32_t row,
                     Cycle now, bool withPrecharge) const {
  if (!observer)
    return;
  const uint32_t banksPerGroup = spec.organization.banksPerGroup;
  const auto flat = uint32_t(&bank - banks.data());
  Command command;
  command.kind = kind;
  command.time = now;
  command.channel = index;
  command.rank = bank.rank;
  command.bankGroup = bank.group % spec.organization.bankGroups;
  command.bank = flat % banksPerGroup;
  command.row = row;
  command.autoPrecharge = withPrecharge;
  observer(command);
}

void Channel::activate(uint32_t index, Cycle now) {
  Bank &bank = banks[index];
  Rank &rank = ranks[bank.rank];
  assert(bank.row == noRow && !bank.queue.empty() &&
         "the bank is open, or no burst waits for it");
  bank.row = bank.queue.front().row;
  ++bank.queue.front().activates;
  bank.hits = 0;
  bank.nextColumn = now + gaps.activateToColumn;
  bank.nextPrecharge = now + gaps.activateToPrecharge;
  bank.nextActivate = now + gaps.activateToActivate;
  Group &group = groups[bank.group];
  group.nextActivate = now + gaps.activateToActivateL;
  rank.nextActivate = now + gaps.activateToActivateS;
  rank.activations[rank.oldestActivation] = now + spec.timing.tFAW;
  rank.oldestActivation = (rank.oldestActivation + 1) % rank.activations.size();
  if (rank.openBanks++ == 0)
    rank.countedTo = std::max(rank.countedTo, now);
  ++count.activates;
  report(CommandKind::activate, bank, bank.row, now);
}

/// Closes a bank from clock `begin` on, by a command at `now`.
void Channel::closeBank(Bank &bank, Cycle begin, Cycle now) {
  Rank &rank = ranks[bank.rank];
  assert(bank.row != noRow && rank.openBanks > 0 && "the bank is closed");
  bank.row = noRow;
  bank.nextActivate =
      std::max(bank.nextActivate, begin + gaps.prechargeToActivate);
  rank.closingUntil = std::max(rank.closingUntil, begin);
  ++count.precharges;
  if (--rank.openBanks != 0)
    return;
  const Cycle end = std::max(now, rank.closingUntil);
  rank.activeCycles += end - rank.countedTo;
  rank.countedTo = end;
}

void Channel::precharge(uint32_t index, Cycle now) {
  report(CommandKind::precharge, banks[index], 0, now);
  closeBank(banks[index], now, now);
}

void Channel::prechargeAll(Rank &rank, Cycle now) {
  for (Bank &bank : banks)
    if (&ranks[bank.rank] == &rank && bank.row != noRow)
      closeBank(bank, now, now);
  if (!observer)
    return;
  Command command;
  command.kind = CommandKind::precharge;
  command.time = now;
  command.channel = index;
  command.rank = uint32_t(&rank - ranks.data());
  command.allBanks = true;
  observer(command);
}

void Channel::refresh(Rank &rank, Cycle now) {
  const uint32_t first = uint32_t(&rank - ranks.data()) * banksPerRank;
  const uint32_t end = first + banksPerRank;
  assert(rank.openBanks == 0 && "a bank is open during a refresh");
  rank.refreshing = false;
  rank.refreshDue += spec.timing.tREFI;
  refreshDue = std::min(refreshDue, rank.refreshDue);
  refreshingBanks &= ~rank.bankMask;
  for (uint32_t i = first; i < end; ++i) {
    banks[i].nextActivate = now + spec.timing.tRFC;
    assess(i);
  }
  ++count.refreshes;
  report(CommandKind::refresh, banks[first], 0, now);
}

/// Applies the gaps after a column command: for the bus between bank groups and
/// ranks, and for the bank until it may close.
void Channel::keepColumnGaps(const Bank &bank, bool isWrite, Cycle now) {
  auto keep = [now](Cycle &time, Cycle gap) {
    time = std::max(time, now + gap);
  };
  Group &group = groups[bank.group];
  keep(group.nextRead, isWrite ? gaps.writeToReadL : gaps.readToReadL);
  keep(group.nextWrite, isWrite ? gaps.writeToWriteL : gaps.readToWrite);
  columnFree = never;
  for (Rank &rank : ranks) {
    const bool same = &rank == &ranks[bank.rank];
    const Cycle read = same ? gaps.readToReadS : gaps.readToReadRank;
    const Cycle afterWrite = same ? gaps.writeToReadS : gaps.writeToReadRank;
    const Cycle write = same ? gaps.writeToWriteS : gaps.writeToWriteRank;
    keep(rank.nextRead, isWrite ? afterWrite : read);
    keep(rank.nextWrite, isWrite ? write : gaps.readToWrite);
    columnFree = std::min({columnFree, rank.nextRead, rank.nextWrite});
  }
}

/// Returns true if the burst closes its row. With closed pages, the last access
/// that waits for a row closes it.
bool Channel::autoPrecharges(const Bank &bank, const Burst &burst) const {
  if (spec.controller.pagePolicy == PagePolicy::open)
    return false;
  return std::none_of(
      bank.queue.begin(), bank.queue.end(),
      [&](const Burst &other) { return other.row == burst.row; });
}

Channel::Served Channel::access(uint32_t index, size_t position, Cycle now) {
  Bank &bank = banks[index];
  assert(position < bank.queue.size() && bank.queue[position].row == bank.row &&
         "the burst does not hit the open row");
  const Burst burst = bank.queue[position];
  bank.queue.erase(bank.queue.begin() + position);
  fullBanks &= ~(uint64_t(1) << index);
  mayDispatch = true;
  ++bank.hits;
  ++(burst.isWrite ? count.writes : count.reads);
  keepColumnGaps(bank, burst.isWrite, now);
  bank.nextPrecharge = std::max(
      bank.nextPrecharge,
      now + (burst.isWrite ? gaps.writeToPrecharge : gaps.readToPrecharge));
  const bool closes = autoPrecharges(bank, burst);
  report(burst.isWrite ? CommandKind::write : CommandKind::read, bank,
         burst.row, now, closes);
  if (closes)
    closeBank(bank, bank.nextPrecharge, now);
  ++turnsServed[burst.queue];
  return {burst, now + (burst.isWrite ? gaps.writeData : gaps.readData)};
}

/// Issues, at `now`, the command that the bank's queue asks for. It serves the
/// oldest burst for which a command can go.
std::optional<Channel::Served> Channel::issue(uint32_t index, Cycle now) {
  Bank &bank = banks[index];
  lastBank = index;
  commandFree = now + spec.timing.commandSlot;
  std::optional<Served> served;
  if (bank.row == noRow)
    activate(index, now);
  else if (bank.wantsPrecharge && bank.nextPrecharge <= now)
    precharge(index, now);
  else
    served = access(index, &candidate(bank, now) - bank.queue.data(), now);
  assess(index);
  // The next burst of that requester's queue may wait in any bank.
  if (inOrder && served)
    for (uint32_t i = 0; i < banks.size(); ++i)
      assess(i);
  return served;
}

/// Returns the burst for which a command at `now` would go.
const Burst &Channel::candidate(const Bank &bank, Cycle now) const {
  const bool rowFirst =
      bank.row == noRow || (bank.wantsPrecharge && bank.nextPrecharge <= now);
  if (rowFirst)
    return bank.queue.front();
  const bool canRead = readTime(bank) <= now, canWrite = writeTime(bank) <= now;
  const bool reads = canRead && !(canWrite && bank.firstWrite < bank.firstRead);
  assert((reads ? bank.firstRead : bank.firstWrite) >= 0 &&
         "no burst of the bank can go");
  return bank.queue[reads ? bank.firstRead : bank.firstWrite];
}

/// Returns the banks whose times have come, as a bit mask. The loop takes eight
/// banks at a time, so that their positions are compile-time constants. The
/// model spends most of its time here.
uint64_t Channel::dueBanks(Cycle now) const {
  uint64_t due = 0;
  for (size_t first = 0; first < readyAt.size(); first += blockOfBanks) {
    uint64_t block = 0;
    for (size_t i = 0; i < blockOfBanks; ++i)
      block |= uint64_t(readyAt[first + i] <= now) << i;
    due |= block << first;
  }
  return due;
}

/// Chooses the bank whose queue gets a command at `now`: the first one after
/// the last served, or that of the oldest burst. Times of banks only move back,
/// so that an old time is a bound until it comes.
std::optional<uint32_t> Channel::chooseBank(Cycle now) {
  uint64_t due = dueBanks(now) & ~refreshingBanks;
  if (now < columnFree)
    due &= ~columnBanks;
  const uint64_t later = due & ~((uint64_t(2) << lastBank) - 1);
  std::optional<uint32_t> oldest;
  uint64_t serial = 0;
  for (uint64_t set : {later, due & ~later})
    for (; set != 0; set &= set - 1) {
      const auto index = uint32_t(__builtin_ctzll(set));
      const Bank &bank = banks[index];
      readyAt[index] = readyTime(bank);
      if (readyAt[index] > now)
        continue;
      if (!oldestFirst)
        return index;
      const Burst &burst = candidate(bank, now);
      if (oldest && burst.serial > serial)
        continue;
      oldest = index;
      serial = burst.serial;
    }
  return oldest;
}

/// Computes a lower bound of the first clock at which a command for any bank
/// can go.
void Channel::boundBanks() {
  banksReady = never;
  for (size_t i = 0; i < readyAt.size(); ++i) {
    const Cycle column = (columnBanks >> i & 1) != 0 ? columnFree : 0;
    const Cycle refresh = (refreshingBanks >> i & 1) != 0 ? never : 0;
    banksReady = std::min(banksReady, std::max({readyAt[i], column, refresh}));
  }
}

std::optional<Channel::Served> Channel::issueFromBanks(Cycle now) {
  const std::optional<uint32_t> bank = chooseBank(now);
  std::optional<Served> served;
  if (bank)
    served = issue(*bank, now);
  // After a command for a row, the next one is usually near.
  if (bank && !served)
    banksReady = now + spec.timing.commandSlot;
  else
    boundBanks();
  return served;
}

//===----------------------------------------------------------------------===//
// Refresh
//===----------------------------------------------------------------------===//

void Channel::noteDueRefreshes(Cycle now) {
  if (now < refreshDue)
    return;
  refreshDue = never;
  for (Rank &rank : ranks) {
    if (!rank.refreshing && rank.refreshDue <= now) {
      rank.refreshing = true;
      refreshingBanks |= rank.bankMask;
    }
    if (!rank.refreshing)
      refreshDue = std::min(refreshDue, rank.refreshDue);
  }
}

/// Returns when the next command toward a rank's pending refresh can go. It
/// closes the rank's banks, or is the refresh itself.
Cycle Channel::refreshTime(const Rank &rank) const {
  Cycle closing = 0, idle = 0;
  const auto rankIndex = uint32_t(&rank - ranks.data());
  for (uint32_t i = 0; i < banksPerRank; ++i) {
    const Bank &bank = banks[rankIndex * banksPerRank + i];
    // A bank that closes by itself must have begun to.
    closing = std::max(closing, bank.nextPrecharge);
    idle = std::max(idle, bank.nextActivate);
  }
  return rank.openBanks != 0 ? closing : idle;
}

bool Channel::issueFor(Rank &rank, Cycle now) {
  if (!rank.refreshing || refreshTime(rank) > now)
    return false;
  commandFree = now + spec.timing.commandSlot;
  if (rank.openBanks != 0)
    prechargeAll(rank, now);
  else
    refresh(rank, now);
  return true;
}

/// Issues a command of a pending refresh, which has priority over all other
/// commands. Returns false if none can go.
bool Channel::issueRefresh(Cycle now) {
  if (refreshingBanks == 0)
    return false;
  return std::any_of(ranks.begin(), ranks.end(),
                     [&](Rank &rank) { return issueFor(rank, now); });
}

Cycle Channel::nextRefresh(Cycle now) const {
  return refreshingBanks != 0 ? now : refreshDue;
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

std::optional<Channel::Served> Channel::step(Cycle now) {
  std::optional<Served> served;
  noteDueRefreshes(now);
  if (now >= commandFree && !issueRefresh(now))
    served = issueFromBanks(now);
  if (mayDispatch)
    dispatch();
  updateWake(now);
  return served;
}

void Channel::updateWake(Cycle now) {
  Cycle command = banksReady;
  if (refreshingBanks != 0)
    for (const Rank &rank : ranks)
      if (rank.refreshing)
        command = std::min(command, refreshTime(rank));
  const Cycle next = std::min(std::max(command, commandFree), refreshDue);
  nextWake = mayDispatch ? now + 1 : std::max(next, now + 1);
}

Cycle Channel::activeCyclesOf(const Rank &rank, Cycle now) const {
  if (rank.openBanks != 0)
    return rank.activeCycles + (std::max(now, rank.countedTo) - rank.countedTo);
  // The last precharge may lie ahead.
  return rank.activeCycles - (std::max(now, rank.countedTo) - now);
}

Counts Channel::counts(Cycle now) const {
  Counts counts = count;
  for (const Rank &rank : ranks)
    counts.activeCycles += activeCyclesOf(rank, now);
  counts.prechargedCycles = ranks.size() * now - counts.activeCycles;
  return counts;
}

} // namespace crania::dram
