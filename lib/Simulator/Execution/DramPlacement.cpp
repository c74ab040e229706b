// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DramPlacement.h"
#include "crania/DeviceBinary/Accesses.h"
#include "crania/Support/AlignedBytes.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

DramPlacement::DramPlacement(const ProgramView &program, bool mayShare) {
  addGroups(program);
  if (mayShare) {
    for (unsigned round = 0; round < program.rounds(); ++round)
      addUses(program, round);
    shareMemory();
  }
  for (const Group &group : groups)
    size = std::max<size_t>(size, group.place + group.bytes());
}

void DramPlacement::Use::add(uint64_t command) {
  first = std::min(first, command);
  last = std::max(last, command);
}

bool DramPlacement::Group::meets(const Group &other) const {
  for (size_t round = 0; round < uses.size(); ++round)
    if (uses[round].meets(other.uses[round]))
      return true;
  return false;
}

void DramPlacement::addGroups(const ProgramView &program) {
  std::vector<Group> buffers;
  for (const binary::Buffer *b : *program.program().buffers())
    if (b->space() == binary::Space::dram && b->bytes() > 0)
      buffers.push_back({b->offset(), b->offset() + b->bytes(),
                         std::vector<Use>(program.rounds()), b->offset()});
  std::sort(buffers.begin(), buffers.end(),
            [](const Group &a, const Group &b) { return a.begin < b.begin; });
  for (Group &buffer : buffers)
    if (!groups.empty() && buffer.begin < groups.back().end)
      groups.back().end = std::max(groups.back().end, buffer.end);
    else
      groups.push_back(std::move(buffer));
}

size_t DramPlacement::groupOf(uint64_t byte) const {
  auto isBehind = [](uint64_t byte, const Group &group) {
    return byte < group.begin;
  };
  assert(!groups.empty() && groups.front().begin <= byte &&
         "no buffer holds the byte");
  return std::upper_bound(groups.begin(), groups.end(), byte, isBehind) -
         groups.begin() - 1;
}

void DramPlacement::use(const Location &at, unsigned round, uint64_t command) {
  if (at.space == binary::Space::dram)
    groups[groupOf(at.byte)].uses[round].add(command);
}

/// The host writes the input before the first command, and reads the logits
/// behind the last.
void DramPlacement::addUses(const ProgramView &program, unsigned round) {
  const binary::Program &flat = program.program();
  auto useBuffer = [&](uint32_t buffer, uint64_t command) {
    use(locate(program, buffer, 0), round, command);
  };
  const auto &commands = program.commands(round);
  useBuffer(flat.input()->buffer(), 0);
  useBuffer(flat.logits()->buffer(), commands.size() + 1);
  for (uint32_t i = 0; i < commands.size(); ++i)
    for (const binary::OperandAccess &operand :
         binary::accessesOf(*commands.Get(i), flat))
      useBuffer(operand.buffer, i + 1);
}

/// The largest first, each as low as those before let it.
void DramPlacement::shareMemory() {
  std::vector<Group *> order;
  for (Group &group : groups)
    order.push_back(&group);
  std::sort(order.begin(), order.end(), [](const Group *a, const Group *b) {
    return std::make_pair(b->bytes(), a->begin) <
           std::make_pair(a->bytes(), b->begin);
  });
  std::vector<const Group *> placed;
  for (Group *group : order) {
    group->place = freePlace(*group, placed);
    placed.push_back(group);
  }
}

uint64_t
DramPlacement::freePlace(const Group &group,
                         const std::vector<const Group *> &placed) const {
  std::vector<const Group *> others;
  for (const Group *other : placed)
    if (group.meets(*other))
      others.push_back(other);
  std::sort(others.begin(), others.end(),
            [](const Group *a, const Group *b) { return a->place < b->place; });
  // Elements must lie as they did.
  constexpr uint64_t alignment = AlignedBytes::alignment;
  const uint64_t misaligned = group.begin % alignment;
  auto alignedAt = [&](uint64_t place) {
    return (place + alignment - 1) / alignment * alignment + misaligned;
  };
  uint64_t place = misaligned;
  for (const Group *other : others)
    if (other->place < place + group.bytes())
      place = std::max(place, alignedAt(other->place + other->bytes()));
  return place;
}

Location DramPlacement::operator()(const Location &at) const {
  if (at.space != binary::Space::dram)
    return at;
  const Group &group = groups[groupOf(at.byte)];
  return {at.space, group.place + (at.byte - group.begin)};
}
