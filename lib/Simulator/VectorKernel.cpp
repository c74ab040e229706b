// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorKernel.h"
#include "VectorOps.h"

#include <algorithm>
#include <cstring>

using namespace crania;
using namespace crania::simulator;

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

VectorKernel::Access VectorKernel::analyse(const ProgramView &program,
                                           const binary::Access &access,
                                           const std::vector<Loop> &loops) {
  Access result;
  result.buffer = locate(program, access.buffer(), access.offset());
  result.padding = float(access.padding());
  for (const binary::AccessDim *dim : *access.dims()) {
    Guard guard;
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

VectorKernel VectorKernel::plan(const ProgramView &program,
                                const binary::Vector &vector) {
  VectorKernel k;
  for (uint32_t extent : *vector.extents())
    k.loops.push_back({extent, false});
  for (const binary::Access *input : *vector.inputs())
    k.inputs.push_back(analyse(program, *input, k.loops));
  k.output = analyse(program, *vector.output(), k.loops);
  for (size_t i = 0; i < k.loops.size(); ++i)
    k.loops[i].reduced = k.output.element.coefficients[i] == 0;
  for (const binary::VectorInstruction *i : *vector.code())
    k.code.push_back({i->op(), i->a(), i->b(), i->c(), float(i->immediate())});
  k.reduces = vector.reduces();
  k.initialized = vector.initialized();
  k.initial = float(vector.initial());
  k.registers = k.inputs.size() + 1 + k.code.size();
  k.orderLoops();
  k.mergeLoops();
  k.chooseLanes();
  return k;
}

template <typename F>
void VectorKernel::forEachLinear(F f) {
  auto visit = [&](Access &access) {
    f(access.element);
    for (Guard &guard : access.guards)
      f(guard.index);
  };
  for (Access &input : inputs)
    visit(input);
  visit(output);
}

template <typename F>
bool VectorKernel::allLinear(F f) const {
  bool all = true;
  const_cast<VectorKernel *>(this)->forEachLinear(
      [&](const Linear &linear) { all = all && f(linear); });
  return all;
}

void VectorKernel::eraseLoop(size_t loop) {
  loops.erase(loops.begin() + loop);
  forEachLinear([&](Linear &linear) {
    Coefficients &c = linear.coefficients;
    std::copy(c.begin() + loop + 1, c.end(), c.begin() + loop);
    c.back() = 0;
  });
}

void VectorKernel::moveLoop(size_t from, size_t to) {
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
void VectorKernel::orderLoops() {
  for (size_t i = loops.size(); i-- > 0;)
    if (loops[i].extent == 1)
      eraseLoop(i);
  size_t parallel = 0;
  for (size_t i = 0; i < loops.size(); ++i)
    if (!loops[i].reduced)
      moveLoop(i, parallel++);
}

/// Whether loops `outer` and `outer` + 1 walk every access as one loop would.
bool VectorKernel::canMerge(size_t outer) const {
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

void VectorKernel::mergeLoops() {
  for (size_t i = loops.size(); i-- > 1;) {
    if (!canMerge(i - 1))
      continue;
    loops[i].extent *= loops[i - 1].extent;
    eraseLoop(i - 1);
  }
}

/// The innermost loop, for its locality, unless it is short and another longer.
void VectorKernel::chooseLanes() {
  constexpr uint32_t longEnough = 16;
  size_t parallel = 0;
  while (parallel < loops.size() && !loops[parallel].reduced)
    ++parallel;
  if (parallel == 0) { // a single output element is one lane
    loops.push_back({1, false});
    moveLoop(loops.size() - 1, 0);
    laneLoop = 0;
    return;
  }
  laneLoop = parallel - 1;
  if (loops[laneLoop].extent >= longEnough)
    return;
  auto shorter = [](const Loop &a, const Loop &b) {
    return a.extent < b.extent;
  };
  auto longest =
      std::max_element(loops.begin(), loops.begin() + parallel, shorter);
  moveLoop(longest - loops.begin(), laneLoop);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Steps the loops [begin, end) like an odometer; false when they wrap around.
bool VectorKernel::advance(Index &index, size_t begin, size_t end) const {
  for (size_t i = end; i-- > begin;) {
    if (++index[i] < loops[i].extent)
      return true;
    index[i] = 0;
  }
  return false;
}

void VectorKernel::loadStrided(const float *source, int64_t stride,
                               size_t count, float *to) const {
  if (stride == 0)
    return void(std::fill(to, to + count, *source));
  if (stride == 1)
    return void(std::memcpy(to, source, count * sizeof(float)));
  for (size_t i = 0; i < count; ++i)
    to[i] = source[int64_t(i) * stride];
}

/// The lanes [first, last) of `count` at which a guarded index is inside.
static void clampLanes(int64_t index, int64_t step, int64_t extent,
                       int64_t &first, int64_t &last) {
  if (step == 0) {
    if (index < 0 || index >= extent)
      last = first;
    return;
  }
  // Count from the end that the index enters by.
  auto stepsTo = [&](int64_t distance) {
    const int64_t size = step > 0 ? step : -step;
    return distance <= 0 ? 0 : (distance + size - 1) / size;
  };
  int64_t enter = step > 0 ? stepsTo(-index) : stepsTo(index - (extent - 1));
  int64_t leave = step > 0 ? stepsTo(extent - index) : stepsTo(index + 1);
  first = std::min(std::max(first, enter), last);
  last = std::max(first, std::min(last, leave));
}

/// The input's lanes: in place if they lie there as they are needed.
const float *VectorKernel::load(const State &state, size_t input) const {
  const Access &access = inputs[input];
  const int64_t stride = access.element.coefficients[laneLoop];
  const float *source = state.memories.read(access.buffer) +
                        access.element.at(state.index, loops.size());
  if (access.guards.empty() && stride == 1)
    return source;

  float *to = state.lanesOf(input);
  int64_t first = 0, last = state.count;
  for (const Guard &guard : access.guards)
    clampLanes(guard.index.at(state.index, loops.size()),
               guard.index.coefficients[laneLoop], guard.extent, first, last);
  std::fill(to, to + first, access.padding);
  if (first < last)
    loadStrided(source + first * stride, stride, last - first, to + first);
  std::fill(to + last, to + state.count, access.padding);
  return to;
}

void VectorKernel::execute(State &state) const {
  const size_t base = inputs.size() + 1;
  auto operand = [&](bool isRead, uint16_t reg) {
    return isRead ? state.values[reg] : nullptr;
  };
  for (size_t i = 0; i < code.size(); ++i) {
    const Instruction &instruction = code[i];
    if (instruction.op == binary::VectorOp::constant)
      continue;
    applyVectorOp(instruction.op, state.values[instruction.a],
                  operand(readsB(instruction.op), instruction.b),
                  operand(readsC(instruction.op), instruction.c),
                  state.lanesOf(base + i), state.count);
  }
}

void VectorKernel::store(const State &state, const float *values) const {
  const int64_t stride = output.element.coefficients[laneLoop];
  float *to = state.memories.write(output.buffer) +
              output.element.at(state.index, loops.size());
  if (stride == 1)
    return void(std::memmove(to, values, state.count * sizeof(float)));
  for (size_t i = 0; i < state.count; ++i)
    to[int64_t(i) * stride] = values[i];
}

/// All reductions for the lanes at hand, then their results.
void VectorKernel::runLanes(State &state) const {
  const size_t accumulator = inputs.size();
  float *sum = state.lanesOf(accumulator);
  if (reduces && initialized)
    std::fill(sum, sum + state.count, initial);
  else if (reduces)
    loadStrided(state.memories.read(output.buffer) +
                    output.element.at(state.index, loops.size()),
                output.element.coefficients[laneLoop], state.count, sum);
  const float *result = nullptr;
  do {
    for (size_t i = 0; i < inputs.size(); ++i)
      state.values[i] = load(state, i);
    execute(state);
    result = state.values[resultRegister()];
    if (reduces)
      std::memmove(sum, result, state.count * sizeof(float));
  } while (advance(state.index, laneLoop + 1, loops.size()));
  store(state, result);
}

void VectorKernel::run(const Memories &memories, float *scratch) const {
  State state{memories, scratch, std::vector<const float *>(registers), {}, 0};
  for (size_t reg = 0; reg < registers; ++reg)
    state.values[reg] = state.lanesOf(reg);
  for (size_t i = 0; i < code.size(); ++i)
    if (code[i].op == binary::VectorOp::constant) {
      float *to = state.lanesOf(inputs.size() + 1 + i);
      std::fill(to, to + lanes, code[i].immediate);
    }
  const uint32_t extent = loops[laneLoop].extent;
  do {
    for (uint32_t lane = 0; lane < extent; lane += lanes) {
      state.index[laneLoop] = lane;
      state.count = std::min<size_t>(lanes, extent - lane);
      runLanes(state);
    }
    state.index[laneLoop] = 0;
  } while (advance(state.index, 0, laneLoop));
}
