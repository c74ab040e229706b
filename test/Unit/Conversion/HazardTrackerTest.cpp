// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HazardTracker.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <set>

using namespace crania::lowering;

namespace {

/// A range of elements of 4 bytes.
struct Row {
  uint64_t offset, elements;
};

Row row(uint64_t offset, uint64_t elements) { return {offset, elements}; }

using Commands = llvm::SmallVector<HazardTracker::Command>;

class HazardTrackerTest : public testing::Test {
protected:
  void access(unsigned command, HazardTracker::Memory memory, Row row,
              bool isWrite) {
    tracker.access(command, memory, 4 * row.offset,
                   4 * (row.offset + row.elements), isWrite);
  }
  void read(unsigned command, Row row) {
    access(command, HazardTracker::globalBuffer, row, false);
  }
  void write(unsigned command, Row row) {
    access(command, HazardTracker::globalBuffer, row, true);
  }
  HazardTracker tracker;
};

TEST_F(HazardTrackerTest, ReadersWaitForWritersAndWritersForReaders) {
  write(0, row(0, 8));
  read(1, row(4, 8));
  read(2, row(0, 2));
  write(3, row(0, 5));
  EXPECT_EQ(tracker.dependenciesOf(1), Commands{0});
  EXPECT_EQ(tracker.dependenciesOf(2), Commands{0});
  // Command 0 is done when 1 and 2 are.
  EXPECT_EQ(tracker.dependenciesOf(3), (Commands{1, 2}));
}

TEST_F(HazardTrackerTest, RangesThatTouchDoNotMeet) {
  write(0, row(0, 24));
  write(1, row(8, 8));
  write(2, row(24, 8));
  EXPECT_EQ(tracker.dependenciesOf(1), Commands{0});
  EXPECT_TRUE(tracker.dependenciesOf(2).empty());
}

TEST_F(HazardTrackerTest, MemoriesAreApart) {
  write(0, row(0, 8));
  access(1, HazardTracker::dram, row(0, 8), false);
  EXPECT_TRUE(tracker.dependenciesOf(1).empty());
}

TEST_F(HazardTrackerTest, FollowersNeedNoToken) {
  write(0, row(0, 8));
  read(1, row(0, 8));
  write(1, row(0, 8));
  tracker.follow(1, 0);
  EXPECT_TRUE(tracker.dependenciesOf(1).empty());
  // A reader of both waits only for the follower.
  write(2, row(8, 8));
  read(3, row(0, 16));
  read(4, row(0, 8));
  EXPECT_EQ(tracker.dependenciesOf(3), (Commands{1, 2}));
  EXPECT_EQ(tracker.dependenciesOf(4), Commands{1});
}

/// A command with the sets of bytes that it reads and writes.
struct Touches {
  std::set<int64_t> reads, writes;
};

bool meet(const std::set<int64_t> &a, const std::set<int64_t> &b) {
  return std::any_of(a.begin(), a.end(),
                     [&](int64_t byte) { return b.count(byte) > 0; });
}

bool mustWait(const Touches &later, const Touches &earlier) {
  return meet(later.reads, earlier.writes) ||
         meet(later.writes, earlier.writes) ||
         meet(later.writes, earlier.reads);
}

/// Random commands over about 60 bytes, with the tracker that recorded them.
/// Some follow the command before.
struct RandomCommands {
  HazardTracker tracker;
  std::vector<Touches> touches;
  std::vector<std::optional<unsigned>> follows;
  explicit RandomCommands(bool withFollowers) {
    touches.resize(*rc::gen::inRange<size_t>(1, 25));
    follows.resize(touches.size());
    for (unsigned i = 0; i < touches.size(); ++i) {
      for (int n = *rc::gen::inRange(1, 4); n > 0; --n)
        touch(i);
      // A Vector follows a Contract, never another Vector.
      if (!withFollowers || i == 0 || follows[i - 1] ||
          !*rc::gen::arbitrary<bool>())
        continue;
      follows[i] = i - 1;
      tracker.follow(i, i - 1);
    }
  }

private:
  void touch(unsigned command) {
    const auto begin = *rc::gen::inRange<uint64_t>(0, 50);
    const uint64_t end = begin + *rc::gen::inRange<uint64_t>(1, 30);
    const bool isWrite = *rc::gen::arbitrary<bool>();
    tracker.access(command, HazardTracker::globalBuffer, begin, end, isWrite);
    Touches &own = touches[command];
    for (uint64_t byte = begin; byte < end; ++byte)
      (isWrite ? own.writes : own.reads).insert(int64_t(byte));
  }
};

/// Returns all commands that are done when a command is, by its tokens. `waits`
/// has the sets of the earlier commands.
std::set<unsigned> doneWith(const std::vector<std::set<unsigned>> &waits,
                            const std::set<unsigned> &tokens) {
  std::set<unsigned> done = tokens;
  for (unsigned token : tokens)
    done.insert(waits[token].begin(), waits[token].end());
  return done;
}

void coversAllHazardsWithoutRedundancy(const RandomCommands &commands) {
  const auto &touches = commands.touches;
  std::vector<std::set<unsigned>> waits(touches.size());
  for (unsigned i = 0; i < touches.size(); ++i) {
    std::set<unsigned> before; // its tokens, and the command that it follows
    if (commands.follows[i])
      before.insert(*commands.follows[i]);
    for (unsigned other : commands.tracker.dependenciesOf(i)) {
      RC_ASSERT(other < i);
      RC_ASSERT(mustWait(touches[i], touches[other]));
      RC_ASSERT(before.insert(other).second);
    }
    waits[i] = doneWith(waits, before);
    for (unsigned other = 0; other < i; ++other)
      if (mustWait(touches[i], touches[other]))
        RC_ASSERT(waits[i].count(other) > 0);
    // Every token is needed: without it, a dependency would be missing.
    for (unsigned token : commands.tracker.dependenciesOf(i)) {
      std::set<unsigned> others = before;
      others.erase(token);
      RC_ASSERT(doneWith(waits, others).count(token) == 0);
    }
  }
}

RC_GTEST_PROP(HazardTrackerProperty, CoversAllHazardsWithoutRedundancy, ()) {
  coversAllHazardsWithoutRedundancy(RandomCommands(false));
}

RC_GTEST_PROP(HazardTrackerProperty, FollowersNeedNoTokensOfWhatTheyFollow,
              ()) {
  coversAllHazardsWithoutRedundancy(RandomCommands(true));
}

TEST_F(HazardTrackerTest, AChainImpliesItsBeginning) {
  // Command 2 reads data of 1, which read data of 0. Commands 2 and 0 share no
  // data, but 3 and 0 do.
  write(0, row(0, 8));
  read(1, row(0, 8));
  write(1, row(8, 8));
  read(2, row(8, 8));
  write(2, row(16, 8));
  read(3, row(0, 8));
  read(3, row(16, 8));
  EXPECT_EQ(tracker.dependenciesOf(3), Commands{2});
}

} // namespace
