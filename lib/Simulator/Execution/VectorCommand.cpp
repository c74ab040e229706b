// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorCommand.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

namespace {

VectorCommand::Number numberOf(double value, binary::ElementType type) {
  if (binary::isFloat(type))
    return {float(value), 0};
  return {0, int64_t(value)};
}

VectorCommand::Access accessOf(const ProgramView &program,
                               const binary::Access &access,
                               const std::vector<VectorCommand::Loop> &loops) {
  VectorCommand::Access result;
  assert(loops.size() <= result.element.coefficients.size() &&
         "more loops than verified");
  result.buffer = locate(program, access.buffer(), access.offset());
  result.type = elementOf(program, access.buffer());
  for (const binary::AccessDim *dim : *access.dims()) {
    VectorCommand::Guard guard;
    guard.extent = dim->extent();
    guard.index.start = dim->start();
    int64_t lowest = dim->start(), highest = dim->start();
    for (size_t i = 0; i < loops.size(); ++i) {
      const int64_t coefficient = dim->coefficients()->Get(i);
      const int64_t reach = coefficient * (int64_t(loops[i].extent) - 1);
      guard.index.coefficients[i] = coefficient;
      lowest += std::min<int64_t>(reach, 0);
      highest += std::max<int64_t>(reach, 0);
      result.element.coefficients[i] += coefficient * dim->stride();
    }
    result.element.start += int64_t(dim->start()) * dim->stride();
    if (lowest < 0 || highest >= guard.extent)
      result.guards.push_back(guard);
  }
  return result;
}

/// Returns true if an integer of the command may exceed 32 bits, as values that
/// are loaded or computed as i64 may. A store of 32 bits extends them.
bool needsWideLanes(const VectorCommand &command) {
  auto isWide = [](const auto &x) {
    return x.type == binary::ElementType::i64;
  };
  return (command.reduces && isWide(command.output)) ||
         std::any_of(command.inputs.begin(), command.inputs.end(), isWide) ||
         std::any_of(command.code.begin(), command.code.end(), isWide);
}

/// Returns the lanes of the registers of a command, whose accesses and code are
/// known.
std::vector<VectorCommand::Lane> registersOf(const VectorCommand &command) {
  using Lane = VectorCommand::Lane;
  const Lane integers = needsWideLanes(command) ? Lane::i64 : Lane::i32;
  std::vector<Lane> registers;
  auto add = [&](binary::ElementType type) {
    registers.push_back(binary::isFloat(type) ? Lane::f32 : integers);
  };
  for (const VectorCommand::Access &input : command.inputs)
    add(input.type);
  add(command.output.type);
  for (const VectorCommand::Instruction &instruction : command.code)
    add(instruction.type);
  return registers;
}

/// Brings the loops of a command into the order in which they run.
class LoopOrder {
public:
  explicit LoopOrder(VectorCommand &command)
      : command(command), loops(command.loops) {}

  void orderLoops();
  void chooseLanes();
  void mergeLoops();

private:
  using Linear = VectorCommand::Linear;

  bool canMerge(size_t outer) const;
  void moveLoop(size_t from, size_t to);
  void eraseLoop(size_t loop);
  template <typename F>
  void forEachLinear(F f) const;
  template <typename F>
  bool allLinear(F f) const;

  VectorCommand &command;
  std::vector<VectorCommand::Loop> &loops;
};

template <typename F>
void LoopOrder::forEachLinear(F f) const {
  auto visit = [&](VectorCommand::Access &access) {
    f(access.element);
    for (VectorCommand::Guard &guard : access.guards)
      f(guard.index);
  };
  for (VectorCommand::Access &input : command.inputs)
    visit(input);
  visit(command.output);
}

template <typename F>
bool LoopOrder::allLinear(F f) const {
  bool all = true;
  forEachLinear([&](const Linear &linear) { all = all && f(linear); });
  return all;
}

void LoopOrder::eraseLoop(size_t loop) {
  loops.erase(loops.begin() + loop);
  forEachLinear([&](Linear &linear) {
    VectorCommand::Coefficients &c = linear.coefficients;
    std::copy(c.begin() + loop + 1, c.end(), c.begin() + loop);
    c.back() = 0;
  });
}

void LoopOrder::moveLoop(size_t from, size_t to) {
  auto move = [&](auto begin) {
    if (from < to)
      std::rotate(begin + from, begin + from + 1, begin + to + 1);
    else
      std::rotate(begin + to, begin + from, begin + from + 1);
  };
  move(loops.begin());
  forEachLinear([&](Linear &linear) { move(linear.coefficients.begin()); });
}

/// Loops of one iteration go, reductions move inside, each kind in order.
void LoopOrder::orderLoops() {
  for (size_t i = loops.size(); i-- > 0;)
    if (loops[i].extent == 1)
      eraseLoop(i);
  size_t parallel = 0;
  for (size_t i = 0; i < loops.size(); ++i)
    if (!loops[i].reduced)
      moveLoop(i, parallel++);
}

/// Returns true if loops `outer` and `outer` + 1 walk every access as one loop
/// would.
bool LoopOrder::canMerge(size_t outer) const {
  if (loops[outer].reduced != loops[outer + 1].reduced)
    return false;
  const int64_t extent = loops[outer + 1].extent;
  if (extent * loops[outer].extent > int64_t(UINT32_MAX))
    return false;
  return allLinear([&](const Linear &linear) {
    return linear.coefficients[outer] ==
           extent * linear.coefficients[outer + 1];
  });
}

void LoopOrder::mergeLoops() {
  for (size_t i = loops.size(); i-- > 1;) {
    if (!canMerge(i - 1))
      continue;
    loops[i].extent *= loops[i - 1].extent;
    eraseLoop(i - 1);
  }
}

/// The innermost loop, for its locality, unless it is short and another longer.
void LoopOrder::chooseLanes() {
  constexpr uint32_t longEnough = 16;
  size_t parallel = 0;
  while (parallel < loops.size() && !loops[parallel].reduced)
    ++parallel;
  if (parallel == 0) { // a single output element is one lane
    assert(loops.size() < command.output.element.coefficients.size() &&
           "there is no room for a loop");
    loops.push_back({1, false});
    moveLoop(loops.size() - 1, 0);
    command.laneLoop = 0;
    return;
  }
  command.laneLoop = parallel - 1;
  if (loops[command.laneLoop].extent >= longEnough)
    return;
  auto shorter = [](const VectorCommand::Loop &a,
                    const VectorCommand::Loop &b) {
    return a.extent < b.extent;
  };
  auto longest =
      std::max_element(loops.begin(), loops.begin() + parallel, shorter);
  moveLoop(longest - loops.begin(), command.laneLoop);
}

} // namespace

VectorCommand VectorCommand::analyze(const ProgramView &program,
                                     const binary::Vector &vector) {
  VectorCommand command;
  for (uint32_t extent : *vector.extents())
    command.loops.push_back({extent, false});
  for (const binary::Access *input : *vector.inputs()) {
    command.inputs.push_back(accessOf(program, *input, command.loops));
    Access &access = command.inputs.back();
    access.padding = numberOf(input->padding(), access.type);
  }
  command.output = accessOf(program, *vector.output(), command.loops);
  for (size_t i = 0; i < command.loops.size(); ++i)
    command.loops[i].reduced = command.output.element.coefficients[i] == 0;
  for (const binary::VectorInstruction *i : *vector.code())
    command.code.push_back({i->op(),
                            i->type(),
                            i->a(),
                            i->b(),
                            i->c(),
                            {float(i->immediate()), i->integer()}});
  command.reduces = vector.reduces();
  command.initialized = vector.initialized();
  if (command.reduces && command.initialized)
    command.initial = numberOf(vector.initial(), command.output.type);
  command.registers = registersOf(command);
  LoopOrder order(command);
  order.orderLoops();
  order.mergeLoops();
  order.chooseLanes();
  return command;
}
