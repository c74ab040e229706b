// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SweepSchedule.h"

#include "crania/DeviceBinary/Accesses.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <tuple>

using namespace crania;
using namespace crania::simulator;

namespace {

bool isWeightCommand(const binary::Command &command) {
  return binary::unitOf(command) == binary::CommandUnit::weightDma;
}

/// Ranges of bytes of the global buffer. Those that meet stay together where an
/// input has its part of the buffer; what lies between others takes no room.
class Ranges {
public:
  struct Range {
    uint64_t begin, end;
  };
  void add(Range range) {
    if (range.begin >= range.end)
      return;
    auto meets = [&](const Range &other) {
      return other.begin < range.end && range.begin < other.end;
    };
    for (auto it = list.begin(); it != list.end();)
      if (meets(*it)) {
        range = {std::min(range.begin, it->begin),
                 std::max(range.end, it->end)};
        it = list.erase(it);
      } else {
        ++it;
      }
    list.push_back(range);
  }
  void add(const Ranges &others) {
    for (const Range &range : others.list)
      add(range);
  }
  /// Bytes, each range rounded up.
  uint64_t bytes(uint64_t alignment) const {
    uint64_t sum = 0;
    for (const Range &range : list)
      sum += (range.end - range.begin + alignment - 1) / alignment * alignment;
    return sum;
  }

private:
  std::vector<Range> list; // disjoint
};

/// Properties of a round on which its cuts depend.
class Round {
public:
  Round(const ProgramView &program, unsigned round)
      : program(program), commands(program.commands(round)),
        fetched(commands.size() + 1), live(commands.size() + 1),
        liveBytes(commands.size() + 1), isCut(commands.size() + 1, true),
        used(commands.size()) {
    findLifetimes();
    findFetches();
    for (uint32_t i = 0; i < commands.size(); ++i)
      if (const int32_t follows = commands.Get(i)->follows(); follows >= 0)
        std::fill(isCut.begin() + follows + 1, isCut.begin() + i + 1, false);
  }

  std::vector<SweepSchedule::Segment> cheapestCuts(unsigned inputs) const;

private:
  void findLifetimes();
  void findFetches();
  uint64_t blockBytes(uint32_t weights, unsigned cluster, uint32_t tileBegin,
                      uint32_t tileEnd) const;

  const ProgramView &program;
  const flatbuffers::Vector<flatbuffers::Offset<binary::Command>> &commands;
  std::vector<uint64_t> fetched; // bytes that passes read, before a command
  std::vector<Ranges> live;      // of buffers that are needed across a cut
  std::vector<uint64_t> liveBytes;
  std::vector<bool> isCut; // whether a segment may end before a command
  std::vector<Ranges> used;
};

/// A buffer is needed from its first write to its last read.
void Round::findLifetimes() {
  const auto &buffers = *program.program().buffers();
  constexpr uint32_t never = std::numeric_limits<uint32_t>::max();
  std::vector<uint32_t> firstWrite(buffers.size(), never);
  std::vector<uint32_t> lastRead(buffers.size(), 0);
  for (uint32_t i = 0; i < commands.size(); ++i) {
    auto use = [&](uint32_t buffer) {
      const binary::Buffer &b = *buffers.Get(buffer);
      if (b.space() == binary::Space::global_buffer)
        used[i].add({b.offset(), b.offset() + b.bytes()});
    };
    for (const binary::OperandAccess &operand :
         binary::accessesOf(*commands.Get(i), program.program())) {
      const uint32_t buffer = operand.buffer;
      use(buffer);
      if (reads(operand.use))
        lastRead[buffer] = i;
      if (writes(operand.use))
        firstWrite[buffer] = std::min(firstWrite[buffer], i);
    }
  }
  for (uint32_t b = 0; b < buffers.size(); ++b) {
    const binary::Buffer &buffer = *buffers.Get(b);
    if (buffer.space() != binary::Space::global_buffer)
      continue;
    for (uint32_t cut = firstWrite[b]; cut < lastRead[b]; ++cut) {
      live[cut + 1].add({buffer.offset(), buffer.offset() + buffer.bytes()});
      liveBytes[cut + 1] += buffer.bytes();
    }
  }
}

uint64_t Round::blockBytes(uint32_t weights, unsigned cluster,
                           uint32_t tileBegin, uint32_t tileEnd) const {
  uint64_t bytes = 0;
  const auto range = program.blocksOf(weights, cluster, tileBegin, tileEnd);
  for (uint32_t id = range ? range->begin : 0; range && id < range->end; ++id)
    bytes += program.block(id).bytes;
  return bytes;
}

/// Bytes that a pass reads; and that no streamed block waits in the FIFO over a
/// cut.
void Round::findFetches() {
  uint64_t sum = 0;
  int64_t waiting = 0; // tiles of streamed clusters in the FIFO
  for (uint32_t i = 0; i < commands.size(); ++i) {
    const binary::Command &command = *commands.Get(i);
    const binary::Fetch *fetch = command.body_as_Fetch();
    if (fetch && fetch->residency() == binary::Residency::streamed)
      for (uint16_t cluster : *fetch->clusters()) {
        waiting += int64_t(fetch->tile_end()) - fetch->tile_begin();
        sum += blockBytes(fetch->weights(), cluster - 1u, fetch->tile_begin(),
                          fetch->tile_end());
      }
    if (const binary::Contract *contract = command.body_as_Contract())
      for (unsigned k = 0; k < contract->clusters(); ++k)
        if (!program.isRetained(contract->weights(), k))
          waiting -= int64_t(contract->tile_end()) - contract->tile_begin();
    const binary::Copy *copy = command.body_as_Copy();
    if (copy && copy->purpose() == binary::Purpose::parameters)
      sum += used[i].bytes(1);
    fetched[i + 1] = sum;
    isCut[i + 1] = isCut[i + 1] && waiting == 0;
  }
}

/// Dynamic programming over the place of the last cut.
std::vector<SweepSchedule::Segment> Round::cheapestCuts(unsigned inputs) const {
  const uint64_t room = program.target().globalBuffer.bytes;
  const uint64_t alignment = program.target().dram.burstBytes;
  const auto count = uint32_t(commands.size());
  struct Best {
    uint64_t cost = std::numeric_limits<uint64_t>::max();
    uint32_t segments = 0, from = 0, group = 0;
  };
  std::vector<Best> best(count + 1);
  best[0] = {0, 0, 0, 0};
  for (uint32_t begin = 0; begin < count; ++begin) {
    if (!isCut[begin] ||
        best[begin].cost == std::numeric_limits<uint64_t>::max())
      continue;
    Ranges ranges = live[begin];
    uint64_t group = inputs; // falls with the length of the segment
    for (uint32_t end = begin + 1; end <= count; ++end) {
      if (group != 1) {
        ranges.add(used[end - 1]);
        const uint64_t part = ranges.bytes(alignment);
        group =
            std::clamp<uint64_t>(part == 0 ? inputs : room / part, 1, group);
      }
      if (end != count && !isCut[end])
        continue;
      const uint64_t passes = (inputs + group - 1) / group;
      const uint64_t saved = end == count ? 0 : liveBytes[end];
      const uint64_t cost = best[begin].cost +
                            passes * (fetched[end] - fetched[begin]) +
                            2 * inputs * saved;
      const uint32_t segments = best[begin].segments + 1;
      if (std::tie(cost, segments) <
          std::tie(best[end].cost, best[end].segments))
        best[end] = {cost, segments, begin, uint32_t(group)};
    }
  }
  assert((count == 0 || best[count].group > 0) && "the round has no cuts");
  std::vector<SweepSchedule::Segment> cuts;
  for (uint32_t end = count; end != 0; end = best[end].from)
    cuts.push_back({best[end].from, end, best[end].group,
                    end == count ? 0 : liveBytes[end]});
  std::reverse(cuts.begin(), cuts.end());
  return cuts;
}

} // namespace

SweepSchedule::SweepSchedule(const ProgramView &program, unsigned round,
                             unsigned inputs)
    : sweep(inputs) {
  assert(inputs > 0 && round < program.rounds() &&
         "a sweep of no round or input");
  const uint32_t count = program.commands(round).size();
  cuts = inputs == 1 ? std::vector<Segment>{{0, count, 1, 0}}
                     : Round(program, round).cheapestCuts(inputs);
  expand(program, round);
}

uint64_t SweepSchedule::savedBytes() const {
  uint64_t bytes = 0;
  for (const Segment &segment : cuts)
    bytes = std::max(bytes, segment.saved);
  return bytes;
}

void SweepSchedule::expand(const ProgramView &program, unsigned round) {
  const auto &commands = program.commands(round);
  /// Indices of the passes of each command in the list.
  std::vector<std::vector<uint32_t>> passes(commands.size());
  std::vector<uint32_t> saves; // of the segment before
  /// Steps that must be done before a part of the global buffer is reused.
  std::vector<uint32_t> gate;
  auto meets = [&](const Step &a, uint32_t first, uint32_t inputs) {
    return a.firstInput < first + inputs && first < a.firstInput + a.inputs;
  };
  auto add = [&](Step step) {
    list.push_back(std::move(step));
    return uint32_t(list.size() - 1);
  };
  for (size_t s = 0; s < cuts.size(); ++s) {
    const Segment &segment = cuts[s];
    assert(segment.group > 0 && "a pass of no inputs");
    std::vector<uint32_t> newSaves;
    for (uint32_t first = 0; first < sweep; first += segment.group) {
      const uint32_t inputs = std::min(segment.group, sweep - first);
      if (!saves.empty()) {
        Step restore{Kind::restore,    segment.begin, first, inputs, gate, -1,
                     cuts[s - 1].saved};
        for (uint32_t save : saves)
          if (meets(list[save], first, inputs))
            restore.after.push_back(save);
        gate = {add(std::move(restore))};
      }
      std::vector<uint32_t> pass;
      for (uint32_t i = segment.begin; i < segment.end; ++i) {
        const binary::Command &command = *commands.Get(i);
        const bool isOfWeights = isWeightCommand(command);
        Step step{Kind::command, i, first, isOfWeights ? 1 : inputs, {}, -1, 0};
        bool isGated = isOfWeights;
        for (uint32_t token : *command.after())
          for (uint32_t other : passes[token])
            if (list[other].inputs != 0 &&
                (isWeightCommand(*commands.Get(token)) || isOfWeights ||
                 meets(list[other], first, inputs))) {
              step.after.push_back(other);
              isGated = isGated || (token >= segment.begin &&
                                    !isWeightCommand(*commands.Get(token)));
            }
        if (command.follows() >= 0) {
          step.follows = int32_t(passes[command.follows()].back());
          isGated = true;
        }
        if (!isGated)
          step.after.insert(step.after.end(), gate.begin(), gate.end());
        const uint32_t index = add(std::move(step));
        passes[i].push_back(index);
        if (!isOfWeights)
          pass.push_back(index);
      }
      if (segment.saved != 0) {
        newSaves.push_back(add({Kind::save, segment.end - 1, first, inputs,
                                pass, -1, segment.saved}));
        pass = {newSaves.back()};
      }
      gate = std::move(pass);
    }
    saves = std::move(newSaves);
  }
}
