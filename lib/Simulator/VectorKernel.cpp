// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorKernel.h"
#include "HostClones.h"
#include "VectorOps.h"

#include <algorithm>
#include <cstring>

using namespace crania;
using namespace crania::simulator;

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

VectorKernel::Number VectorKernel::numberOf(double value,
                                            binary::ElementType type) {
  if (binary::isFloat(type))
    return {float(value), 0};
  return {0, int64_t(value)};
}

VectorKernel::Access VectorKernel::analyse(const ProgramView &program,
                                           const binary::Access &access,
                                           const std::vector<Loop> &loops) {
  Access result;
  result.buffer = locate(program, access.buffer(), access.offset());
  result.type = elementOf(program, access.buffer());
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
  for (const binary::Access *input : *vector.inputs()) {
    k.inputs.push_back(analyse(program, *input, k.loops));
    Access &access = k.inputs.back();
    access.padding = numberOf(input->padding(), access.type);
  }
  k.output = analyse(program, *vector.output(), k.loops);
  for (size_t i = 0; i < k.loops.size(); ++i)
    k.loops[i].reduced = k.output.element.coefficients[i] == 0;
  for (const binary::VectorInstruction *i : *vector.code())
    k.code.push_back({i->op(),
                      i->type(),
                      i->a(),
                      i->b(),
                      i->c(),
                      {float(i->immediate()), i->integer()}});
  k.reduces = vector.reduces();
  k.initialized = vector.initialized();
  if (k.reduces && k.initialized)
    k.initial = numberOf(vector.initial(), k.output.type);
  k.addRegisters();
  k.orderLoops();
  k.mergeLoops();
  k.chooseLanes();
  k.fused = FusedVector::plan(k);
  return k;
}

/// Returns true if an integer of the command may exceed 32 bits, as values that
/// are loaded or computed as i64 may. A store of 32 bits extends them.
bool VectorKernel::needsWideLanes() const {
  auto isWide = [](const auto &x) {
    return x.type == binary::ElementType::i64;
  };
  return (reduces && isWide(output)) ||
         std::any_of(inputs.begin(), inputs.end(), isWide) ||
         std::any_of(code.begin(), code.end(), isWide);
}

void VectorKernel::addRegisters() {
  const Lane integers = needsWideLanes() ? Lane::i64 : Lane::i32;
  auto add = [&](binary::ElementType type) {
    const Lane lane = binary::isFloat(type) ? Lane::f32 : integers;
    registers.push_back({lane, registerBytes});
    registerBytes += lanes * (lane == Lane::i64 ? 8 : 4);
  };
  for (const Access &input : inputs)
    add(input.type);
  add(output.type);
  for (const Instruction &instruction : code)
    add(instruction.type);
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

/// Returns true if loops `outer` and `outer` + 1 walk every access as one loop
/// would.
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

/// count elements, stride apart, as lanes: integers are extended.
template <typename T, typename LaneT>
static CRANIA_INTO_CLONES void gather(const T *source, int64_t stride,
                                      size_t count, LaneT *to) {
  if (stride == 0)
    return void(std::fill(to, to + count, LaneT(*source)));
  if (stride == 1)
    return void(std::copy(source, source + count, to));
  for (size_t i = 0; i < count; ++i)
    to[i] = LaneT(source[int64_t(i) * stride]);
}

/// The lanes [begin, end) of an access, none of them padding.
CRANIA_HOST_CLONES
void VectorKernel::loadStrided(const State &state, const Access &access,
                               size_t reg, size_t begin, size_t end) const {
  const int64_t stride = access.element.coefficients[laneLoop];
  const int64_t first =
      access.element.at(state.index, loops.size()) + int64_t(begin) * stride;
  withElement(access.type, [&](auto element) __attribute__((always_inline)) {
    using T = decltype(element);
    const T *source = state.memories.read<T>(access.buffer) + first;
    if constexpr (std::is_same_v<T, float>)
      gather(source, stride, end - begin, lanesOf<float>(state, reg) + begin);
    else if (registers[reg].lane == Lane::i32)
      gather(source, stride, end - begin, lanesOf<int32_t>(state, reg) + begin);
    else
      gather(source, stride, end - begin, lanesOf<int64_t>(state, reg) + begin);
  });
}

void VectorKernel::fill(const State &state, size_t reg, size_t begin,
                        size_t end, const Number &number) const {
  withLane(registers[reg].lane, [&](auto lane) {
    using T = decltype(lane);
    T *to = lanesOf<T>(state, reg);
    if constexpr (std::is_same_v<T, float>)
      std::fill(to + begin, to + end, number.real);
    else
      std::fill(to + begin, to + end, T(number.integer));
  });
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
const void *VectorKernel::load(const State &state, size_t input) const {
  const Access &access = inputs[input];
  const Lane lane = registers[input].lane;
  const bool isLane =
      access.type == (lane == Lane::f32   ? binary::ElementType::f32
                      : lane == Lane::i32 ? binary::ElementType::i32
                                          : binary::ElementType::i64);
  if (isLane && access.guards.empty() &&
      access.element.coefficients[laneLoop] == 1)
    return state.memories.read(access.buffer +
                               access.element.at(state.index, loops.size()) *
                                   int64_t(binary::bytesOf(access.type)));

  int64_t first = 0, last = state.count;
  for (const Guard &guard : access.guards)
    clampLanes(guard.index.at(state.index, loops.size()),
               guard.index.coefficients[laneLoop], guard.extent, first, last);
  fill(state, input, 0, first, access.padding);
  if (first < last)
    loadStrided(state, access, input, first, last);
  fill(state, input, last, state.count, access.padding);
  return lanesOf<void>(state, input);
}

template <typename T>
void VectorKernel::executeAs(const State &state, const Instruction &instruction,
                             size_t result) const {
  auto operand = [&](bool isRead, uint16_t reg) {
    return isRead ? valuesOf<T>(state, reg) : nullptr;
  };
  const T *a = valuesOf<T>(state, instruction.a);
  const T *b = operand(readsB(instruction.op), instruction.b);
  const T *c = operand(readsC(instruction.op), instruction.c);
  T *to = lanesOf<T>(state, result);
  if constexpr (std::is_same_v<T, float>)
    applyVectorOp(instruction.op, a, b, c, to, state.count);
  else
    applyIntegerOp(instruction.op, instruction.type, a, b, c,
                   instruction.immediate.integer, to, state.count);
}

void VectorKernel::convert(const State &state, const Instruction &instruction,
                           size_t result) const {
  const bool toFloat = instruction.op == binary::VectorOp::to_f32;
  const Lane integers = registers[toFloat ? instruction.a : result].lane;
  withLane(integers, [&](auto lane) {
    using T = decltype(lane);
    if constexpr (!std::is_same_v<T, float>) {
      if (toFloat)
        convertToFloat(valuesOf<T>(state, instruction.a),
                       lanesOf<float>(state, result), state.count);
      else
        convertToInteger(instruction.type,
                         valuesOf<float>(state, instruction.a),
                         lanesOf<T>(state, result), state.count);
    }
  });
}

void VectorKernel::execute(const State &state) const {
  const size_t base = inputs.size() + 1;
  for (size_t i = 0; i < code.size(); ++i) {
    switch (code[i].op) {
    case binary::VectorOp::constant:
      break;
    case binary::VectorOp::to_f32:
    case binary::VectorOp::to_int:
      convert(state, code[i], base + i);
      break;
    default:
      withLane(registers[base + i].lane, [&](auto lane) {
        executeAs<decltype(lane)>(state, code[i], base + i);
      });
    }
  }
}

/// count lanes to elements that are stride apart; integers keep their low bits.
template <typename LaneT, typename T>
static CRANIA_INTO_CLONES void scatter(const LaneT *values, size_t count,
                                       int64_t stride, T *to) {
  if (stride == 1 && std::is_same_v<LaneT, T>)
    return void(std::memmove(to, values, count * sizeof(T)));
  if (stride == 1)
    return void(std::transform(values, values + count, to,
                               [](LaneT value) { return T(value); }));
  for (size_t i = 0; i < count; ++i)
    to[int64_t(i) * stride] = T(values[i]);
}

CRANIA_HOST_CLONES
void VectorKernel::store(const State &state, size_t reg) const {
  const int64_t stride = output.element.coefficients[laneLoop];
  const int64_t first = output.element.at(state.index, loops.size());
  withElement(output.type, [&](auto element) __attribute__((always_inline)) {
    using T = decltype(element);
    T *to = state.memories.write<T>(output.buffer) + first;
    if constexpr (std::is_same_v<T, float>)
      scatter(valuesOf<float>(state, reg), state.count, stride, to);
    else if (registers[reg].lane == Lane::i32)
      scatter(valuesOf<int32_t>(state, reg), state.count, stride, to);
    else
      scatter(valuesOf<int64_t>(state, reg), state.count, stride, to);
  });
}

/// All reductions for the lanes at hand, then their results.
void VectorKernel::runLanes(State &state) const {
  const size_t accumulator = inputs.size();
  if (reduces && initialized)
    fill(state, accumulator, 0, state.count, initial);
  else if (reduces)
    loadStrided(state, output, accumulator, 0, state.count);
  const size_t result = resultRegister();
  const size_t laneBytes = registers[accumulator].lane == Lane::i64 ? 8 : 4;
  do {
    for (size_t i = 0; i < inputs.size(); ++i)
      state.values[i] = load(state, i);
    execute(state);
    if (reduces)
      std::memmove(lanesOf<void>(state, accumulator), state.values[result],
                   state.count * laneBytes);
  } while (advance(state.index, laneLoop + 1, loops.size()));
  store(state, result);
}

void VectorKernel::run(const Memories &memories, uint8_t *scratch) const {
  State state{
      memories, scratch, std::vector<const void *>(registers.size()), {}, 0};
  for (size_t reg = 0; reg < registers.size(); ++reg)
    state.values[reg] = lanesOf<void>(state, reg);
  for (size_t i = 0; i < code.size(); ++i)
    if (code[i].op == binary::VectorOp::constant)
      fill(state, inputs.size() + 1 + i, 0, lanes, code[i].immediate);
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
