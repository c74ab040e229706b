// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorKernel.h"
#include "Host/HostClones.h"
#include "VectorOps.h"

#include <algorithm>
#include <cstring>

using namespace crania;
using namespace crania::simulator;

VectorKernel::VectorKernel(VectorCommand analyzed)
    : command(std::move(analyzed)), fused(FusedVector::plan(command)) {
  for (Lane lane : command.registers) {
    offsets.push_back(registerBytes);
    registerBytes += lanes * (lane == Lane::i64 ? 8 : 4);
  }
}

VectorKernel VectorKernel::plan(const ProgramView &program,
                                const binary::Vector &vector) {
  return VectorKernel(VectorCommand::analyze(program, vector));
}

/// Calls f with a value of the host's type for an element type.
template <typename F>
static CRANIA_INTO_CLONES auto withElement(binary::ElementType type, F f) {
  switch (type) {
  case binary::ElementType::f32:
    return f(float());
  case binary::ElementType::i32:
    return f(int32_t());
  case binary::ElementType::i16:
    return f(int16_t());
  case binary::ElementType::i8:
    return f(int8_t());
  case binary::ElementType::i64:
    return f(int64_t());
  case binary::ElementType::u8:
    return f(uint8_t());
  }
  __builtin_unreachable();
}

/// Steps the loops [begin, end) like an odometer; false when they wrap around.
bool VectorKernel::advance(Index &index, size_t begin, size_t end) const {
  for (size_t i = end; i-- > begin;) {
    if (++index[i] < command.loops[i].extent)
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
  const int64_t stride = access.element.coefficients[command.laneLoop];
  const int64_t first = access.element.at(state.index, command.loops.size()) +
                        int64_t(begin) * stride;
  withElement(access.type, [&](auto element) __attribute__((always_inline)) {
    using T = decltype(element);
    const T *source = state.memories.read<T>(access.buffer) + first;
    if constexpr (std::is_same_v<T, float>)
      gather(source, stride, end - begin, lanesOf<float>(state, reg) + begin);
    else if (command.registers[reg] == Lane::i32)
      gather(source, stride, end - begin, lanesOf<int32_t>(state, reg) + begin);
    else
      gather(source, stride, end - begin, lanesOf<int64_t>(state, reg) + begin);
  });
}

void VectorKernel::fill(const State &state, size_t reg, size_t begin,
                        size_t end, const Number &number) const {
  withLane(command.registers[reg], [&](auto lane) {
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
  const Access &access = command.inputs[input];
  const Lane lane = command.registers[input];
  const bool isLane =
      access.type == (lane == Lane::f32   ? binary::ElementType::f32
                      : lane == Lane::i32 ? binary::ElementType::i32
                                          : binary::ElementType::i64);
  if (isLane && access.guards.empty() &&
      access.element.coefficients[command.laneLoop] == 1)
    return state.memories.read(
        access.buffer + access.element.at(state.index, command.loops.size()) *
                            int64_t(binary::bytesOf(access.type)));

  int64_t first = 0, last = state.count;
  for (const VectorCommand::Guard &guard : access.guards)
    clampLanes(guard.index.at(state.index, command.loops.size()),
               guard.index.coefficients[command.laneLoop], guard.extent, first,
               last);
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
  const Lane integers = command.registers[toFloat ? instruction.a : result];
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
  const size_t base = command.inputs.size() + 1;
  for (size_t i = 0; i < command.code.size(); ++i) {
    switch (command.code[i].op) {
    case binary::VectorOp::constant:
      break;
    case binary::VectorOp::to_f32:
    case binary::VectorOp::to_int:
      convert(state, command.code[i], base + i);
      break;
    default:
      withLane(command.registers[base + i], [&](auto lane) {
        executeAs<decltype(lane)>(state, command.code[i], base + i);
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
  const int64_t stride = command.output.element.coefficients[command.laneLoop];
  const int64_t first =
      command.output.element.at(state.index, command.loops.size());
  withElement(
      command.output.type, [&](auto element) __attribute__((always_inline)) {
        using T = decltype(element);
        T *to = state.memories.write<T>(command.output.buffer) + first;
        if constexpr (std::is_same_v<T, float>)
          scatter(valuesOf<float>(state, reg), state.count, stride, to);
        else if (command.registers[reg] == Lane::i32)
          scatter(valuesOf<int32_t>(state, reg), state.count, stride, to);
        else
          scatter(valuesOf<int64_t>(state, reg), state.count, stride, to);
      });
}

/// All reductions for the lanes at hand, then their results.
void VectorKernel::runLanes(State &state) const {
  const size_t accumulator = command.inputs.size();
  if (command.reduces && command.initialized)
    fill(state, accumulator, 0, state.count, command.initial);
  else if (command.reduces)
    loadStrided(state, command.output, accumulator, 0, state.count);
  const size_t result = command.resultRegister();
  const size_t laneBytes = command.registers[accumulator] == Lane::i64 ? 8 : 4;
  do {
    for (size_t i = 0; i < command.inputs.size(); ++i)
      state.values[i] = load(state, i);
    execute(state);
    if (command.reduces)
      std::memmove(lanesOf<void>(state, accumulator), state.values[result],
                   state.count * laneBytes);
  } while (advance(state.index, command.laneLoop + 1, command.loops.size()));
  store(state, result);
}

void VectorKernel::run(const Memories &memories, uint8_t *scratch) const {
  State state{memories,
              scratch,
              std::vector<const void *>(command.registers.size()),
              {},
              0};
  for (size_t reg = 0; reg < command.registers.size(); ++reg)
    state.values[reg] = lanesOf<void>(state, reg);
  for (size_t i = 0; i < command.code.size(); ++i)
    if (command.code[i].op == binary::VectorOp::constant)
      fill(state, command.inputs.size() + 1 + i, 0, lanes,
           command.code[i].immediate);
  const uint32_t extent = command.loops[command.laneLoop].extent;
  do {
    for (uint32_t lane = 0; lane < extent; lane += lanes) {
      state.index[command.laneLoop] = lane;
      state.count = std::min<size_t>(lanes, extent - lane);
      runLanes(state);
    }
    state.index[command.laneLoop] = 0;
  } while (advance(state.index, 0, command.laneLoop));
}
