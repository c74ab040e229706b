// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DRAMMODEL_CHANNEL_H
#define CRANIA_LIB_DRAMMODEL_CHANNEL_H

#include "CommandGaps.h"

#include "crania/DramModel/System.h"
#include "crania/Support/Span.h"

#include <array>
#include <cassert>

namespace crania::dram {

/// A column access on its way through the controller.
struct Burst {
  uint64_t block = 0;   // address in bursts
  uint64_t serial = 0;  // order in the channel; set by admit
  uint32_t turn = 0;    // order in its requester's queue; set by admit
  uint32_t request = 0; // the system's handle
  uint32_t row = 0;
  uint16_t queue = 0;    // the requester's queue
  uint8_t bank = 0;      // index in the channel
  uint8_t activates = 0; // activations of its row for it
  bool isWrite = false;
};

/// Bursts in the order of admission, and the set of their banks. Removing the
/// first ones does not move the others.
class TransactionQueue {
public:
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
  Span<const Burst> all() const { return {bursts.data() + head, size()}; }
  Span<Burst> all() { return {bursts.data() + head, size()}; }
  /// Returns a mask with a bit for each bank that a burst is for.
  uint64_t banks() const { return bankMask; }

  /// Appends a burst, which the caller fills in.
  Burst &push(uint8_t bank) {
    assert(bank < ofBank.size() && "a mask has a bit per bank");
    bursts.emplace_back();
    ++count;
    if (ofBank[bank]++ == 0)
      bankMask |= uint64_t(1) << bank;
    bursts.back().bank = bank;
    return bursts.back();
  }
  void erase(size_t index) {
    assert(index < count && "the queue has no such burst");
    const uint8_t bank = bursts[head + index].bank;
    if (--ofBank[bank] == 0)
      bankMask &= ~(uint64_t(1) << bank);
    --count;
    if (index != 0) {
      bursts.erase(bursts.begin() + ptrdiff_t(head + index));
      return;
    }
    ++head;
    if (head < mostLeft)
      return;
    bursts.erase(bursts.begin(), bursts.begin() + ptrdiff_t(head));
    head = 0;
  }

private:
  static constexpr size_t mostLeft = 256;
  std::vector<Burst> bursts; // bursts before the head have left
  size_t head = 0, count = 0;
  std::array<uint32_t, 64> ofBank{};
  uint64_t bankMask = 0;
};

/// A channel: transaction queues, a command queue for each bank, the command
/// bus, and the state of banks, bank groups and ranks.
///
/// In each clock it issues one command, then moves one burst from the
/// transaction queues into the queue of its bank, then takes one burst from
/// outside. It skips clocks in which nothing can happen: `wake` is the next one
/// to simulate.
class Channel {
public:
  Channel(const Spec &spec, uint32_t index);

  bool hasRoom(bool isWrite) const {
    const TransactionQueue &queue = isWrite && !inOrder ? writes : reads;
    return queue.size() < spec.controller.transactionQueue;
  }
  /// Admits a burst at the end of clock `now`. There must be room for it. The
  /// caller fills in `block`, `row` and `request`, which the channel does not
  /// know.
  Burst &admit(uint32_t bank, uint32_t queue, bool isWrite, Cycle now);

  /// An issued column access, and the time when its data have left the bus.
  struct Served {
    Burst burst;
    Cycle dataEnd;
  };
  /// Simulates the clock `now`. Returns the column access that was issued, if
  /// any.
  std::optional<Served> step(Cycle now);

  /// Returns the next clock to simulate, which is later than the last one.
  Cycle wake() const { return nextWake; }
  /// Returns the next clock at which a refresh falls due, or `now` while one is
  /// pending.
  Cycle nextRefresh(Cycle now) const;

  /// Returns the counts, with the standby of the clocks before `now`.
  Counts counts(Cycle now) const;

  /// Appends everything that the future depends on, relative to `now`. The time
  /// to the next refresh and the columns of waiting bursts are left out.
  void appendState(Cycle now, std::vector<uint64_t> &state) const;
  /// Extends the past by `repeats` repetitions of the period from `begin` to
  /// `now`. `before` are the counts at the beginning of the period. The waiting
  /// bursts move forward in memory by `blocks`.
  void repeat(Cycle begin, Cycle now, const Counts &before, uint64_t repeats,
              uint64_t blocks);

  std::function<void(const Command &)> observer;

private:
  struct Bank {
    Cycle nextActivate = 0, nextPrecharge = 0, nextColumn = 0;
    uint32_t row = noRow;
    uint32_t hits = 0;            // column accesses since the activation
    uint32_t rank = 0, group = 0; // the group counts all of the channel
    std::vector<Burst> queue;
    // The needs of the queue, kept up to date:
    int firstRead = -1, firstWrite = -1; // the oldest row hits, or -1
    bool wantsPrecharge = false;         // for the oldest burst
  };
  struct Group {
    Cycle nextActivate = 0, nextRead = 0, nextWrite = 0;
  };
  struct Rank {
    Cycle nextActivate = 0, nextRead = 0, nextWrite = 0;
    std::array<Cycle, 4> activations{}; // tFAW after the last four, as a ring
    uint32_t oldestActivation = 0;
    Cycle refreshDue = 0;
    bool refreshing = false; // a refresh is pending
    uint32_t openBanks = 0;
    uint64_t bankMask = 0;
    // Background: the counted clocks with an open bank. They are counted up to
    // countedTo if all banks are closed; otherwise a bank is open since then.
    Cycle activeCycles = 0, countedTo = 0;
    Cycle closingUntil = 0; // end of precharges that lie ahead
  };
  static constexpr uint32_t noRow = ~uint32_t(0);
  static constexpr size_t blockOfBanks = 8;

  // Commands.
  bool issueRefresh(Cycle now);
  bool issueFor(Rank &rank, Cycle now);
  uint64_t dueBanks(Cycle now) const;
  std::optional<uint32_t> chooseBank(Cycle now);
  const Burst &candidate(const Bank &bank, Cycle now) const;
  std::optional<Served> issueFromBanks(Cycle now);
  void boundBanks();
  std::optional<Served> issue(uint32_t bank, Cycle now);
  void activate(uint32_t bank, Cycle now);
  void precharge(uint32_t bank, Cycle now);
  void prechargeAll(Rank &rank, Cycle now);
  void refresh(Rank &rank, Cycle now);
  Served access(uint32_t bank, size_t index, Cycle now);
  void keepColumnGaps(const Bank &bank, bool isWrite, Cycle now);
  bool autoPrecharges(const Bank &bank, const Burst &burst) const;
  void closeBank(Bank &bank, Cycle begin, Cycle now);
  void report(CommandKind kind, const Bank &bank, uint32_t row, Cycle now,
              bool withPrecharge = false) const;

  // Times.
  Cycle readyTime(const Bank &bank) const;
  Cycle activateTime(const Bank &bank) const;
  Cycle readTime(const Bank &bank) const;
  Cycle writeTime(const Bank &bank) const;
  Cycle refreshTime(const Rank &rank) const;
  Cycle activeCyclesOf(const Rank &rank, Cycle now) const;
  void noteDueRefreshes(Cycle now);
  void updateWake(Cycle now);

  // Queues.
  void assess(uint32_t bank);
  void assessLast(uint32_t bank);
  void assessHits(Bank &bank) const;
  bool mayGo(const Bank &bank, size_t index) const;
  void dispatch();
  bool dispatchFrom(TransactionQueue &queue, const TransactionQueue &others,
                    bool &mustWait);
  void moveToBank(TransactionQueue &queue, size_t index);
  void chooseDirection();

  Spec spec;
  CommandGaps gaps;
  uint32_t index;
  uint32_t banksPerRank;
  bool inOrder;
  bool oldestFirst;

  std::vector<Bank> banks;
  std::vector<Group> groups;
  std::vector<Rank> ranks;
  /// A lower bound of the first clock at which a command for each bank's queue
  /// can go.
  std::vector<Cycle> readyAt;   // padded with `never` to whole blocks
  uint64_t fullBanks = 0;       // banks with a full queue
  uint64_t refreshingBanks = 0; // banks whose ranks wait to refresh
  uint64_t columnBanks = 0;     // banks that need column commands only
  uint32_t lastBank = 0;        // last bank that got a command, for turns

  TransactionQueue reads, writes; // in order, all are in `reads`
  bool writing = false;           // true if writes go first
  bool mayDispatch = false;       // false if nothing changed since it failed
  uint64_t nextSerial = 0;
  /// The numbers of bursts admitted and served, by requester's queue.
  std::vector<uint32_t> turnsAdmitted, turnsServed;

  Cycle commandFree = 0; // when the command bus is free
  Cycle columnFree = 0;  // lower bound of the first column command
  Cycle refreshDue = 0;  // first of the ranks with none pending
  Cycle banksReady = never;
  Cycle nextWake = 0;
  Counts count;
};

} // namespace crania::dram

#endif // CRANIA_LIB_DRAMMODEL_CHANNEL_H
