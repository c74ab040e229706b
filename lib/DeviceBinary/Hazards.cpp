// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Hazards.h"

#include "Operands.h"

#include "crania/DeviceBinary/Accesses.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace crania::binary {

namespace {

bool isPipelined(CommandUnit unit) {
  return unit != CommandUnit::vectorUnit && unit != CommandUnit::exitUnit;
}

/// The bytes of a memory that a command reads or writes.
struct Touch : ByteRange {
  bool isWritten;
};

/// Returns the ranges of writable memories that a verified command reads or
/// writes. An update counts as a write: a unit that reads what it writes itself
/// needs no token.
std::vector<Touch> touchesOf(const Command &command, const Program &program) {
  std::vector<Touch> touches;
  for (const OperandAccess &operand : accessesOf(command, program)) {
    const Buffer &buffer = *program.buffers()->Get(operand.buffer);
    if (buffer.space() != Space::image && !operand.isEmpty())
      touches.push_back({operand.bytes(program), writes(operand.use)});
  }
  return touches;
}

/// The last finished command of each unit, or -1 if there is none. A unit
/// finishes its commands in order, so this describes every command.
using Clock = std::array<int64_t, commandUnitCount>;

Clock none() {
  Clock clock;
  clock.fill(-1);
  return clock;
}

void advance(Clock &clock, const Clock &other) {
  for (size_t unit = 0; unit < commandUnitCount; ++unit)
    clock[unit] = std::max(clock[unit], other[unit]);
}

/// Goes through a round in order and compares each command with the earlier
/// ones that may not have finished when it starts.
class HazardSearch {
public:
  HazardSearch(const Round &round, const ProgramContext &context)
      : commands(*round.commands()), context(context) {}

  std::optional<Hazard> run() {
    for (size_t i = 0; i < commands.size(); ++i) {
      const size_t unit = unitIndex(i);
      previous.push_back(std::exchange(lastOf[unit], int64_t(i)));
      touches.push_back(touchesOf(command(i), context.program));
      starts.push_back(startOf(i));
      ends.push_back(endOf(i));
      if (std::optional<Hazard> hazard = compareWithUnfinished(i))
        return hazard;
      // Most commands are fetches, which touch no writable memory and need no
      // comparison.
      if (!touches.back().empty())
        touching[unit].push_back(i);
    }
    return std::nullopt;
  }

private:
  const Command &command(size_t index) const { return *commands.Get(index); }

  size_t unitIndex(size_t index) const {
    return size_t(unitOf(command(index)));
  }

  /// Returns the commands that have finished when command `index` starts.
  Clock startOf(size_t index) const {
    Clock clock = none();
    assert(command(index).follows() < int64_t(index) &&
           "a command follows a later one");
    for (uint32_t token : *command(index).after()) {
      assert(token < index && "a command waits for a later one");
      advance(clock, ends[token]);
    }
    // A contract's first outputs come after all outputs of earlier contracts.
    if (int64_t contract = command(index).follows(); contract >= 0) {
      advance(clock, starts[contract]);
      if (previous[contract] >= 0)
        advance(clock, ends[previous[contract]]);
    }
    if (int64_t last = previous[index]; last >= 0)
      advance(clock,
              isPipelined(unitOf(command(index))) ? starts[last] : ends[last]);
    return clock;
  }

  /// Returns the commands that have finished when command `index` has finished.
  Clock endOf(size_t index) const {
    Clock clock = starts[index];
    if (command(index).follows() >= 0)
      advance(clock, ends[command(index).follows()]);
    if (previous[index] >= 0)
      advance(clock, ends[previous[index]]);
    clock[unitIndex(index)] = int64_t(index);
    return clock;
  }

  std::optional<Hazard> compareWithUnfinished(size_t index) const {
    if (touches[index].empty() && !command(index).body_as_Release())
      return std::nullopt;
    for (size_t unit = 0; unit < commandUnitCount; ++unit) {
      const std::vector<size_t> &queue = touching[unit];
      for (auto at = queue.rbegin();
           at != queue.rend() && int64_t(*at) > starts[index][unit]; ++at)
        if (std::string text = compare(index, *at); !text.empty())
          return Hazard{index, text};
    }
    return std::nullopt;
  }

  /// Returns a text on the conflict between a command and an unfinished earlier
  /// one, or "" if there is none.
  std::string compare(size_t index, size_t earlier) const {
    if (releasesInUse(index, earlier))
      return "it releases a cluster that command " + std::to_string(earlier) +
             " may still use; let it wait for that command";
    for (const Touch &mine : touches[index])
      for (const Touch &theirs : touches[earlier])
        if (mine.meets(theirs) && isHazard(index, mine, earlier, theirs))
          return describe(mine, earlier, theirs);
    return "";
  }

  bool isHazard(size_t index, const Touch &mine, size_t earlier,
                const Touch &theirs) const {
    if (!mine.isWritten && !theirs.isWritten)
      return false;
    if (command(index).follows() == int64_t(earlier))
      return !theirs.isWritten;
    if (unitOf(command(index)) == unitOf(command(earlier)))
      return !mine.isWritten; // later reads may meet writes in the pipeline
    return true;
  }

  bool releasesInUse(size_t index, size_t earlier) const {
    const Release *release = command(index).body_as_Release();
    const Contract *contract = command(earlier).body_as_Contract();
    return release && contract && release->weights() == contract->weights() &&
           release->cluster() <= contract->clusters();
  }

  std::string describe(const Touch &mine, size_t earlier,
                       const Touch &theirs) const {
    uint64_t begin = std::max(mine.begin, theirs.begin);
    uint64_t end = std::min(mine.end, theirs.end);
    return std::string("it ") + (mine.isWritten ? "writes" : "reads") +
           " bytes " + rangeText(begin, end) + " of " +
           std::string(nameOf(mine.space)) + ", which command " +
           std::to_string(earlier) + " may still " +
           (theirs.isWritten ? "write" : "read") +
           "; let it wait for that command";
  }

  const flatbuffers::Vector<flatbuffers::Offset<Command>> &commands;
  const ProgramContext &context;
  std::vector<std::vector<Touch>> touches;
  std::vector<Clock> starts, ends;
  std::vector<int64_t> previous; // on the same unit, or -1
  Clock lastOf = none();         // last command of each unit so far
  std::array<std::vector<size_t>, commandUnitCount> touching;
};

} // namespace

std::optional<Hazard> findHazard(const Round &round,
                                 const ProgramContext &context) {
  return HazardSearch(round, context).run();
}

} // namespace crania::binary
