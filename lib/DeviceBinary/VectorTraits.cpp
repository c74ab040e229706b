// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/VectorTraits.h"

#include "crania/DeviceBinary/ElementTypes.h"

#include <cassert>

namespace crania::binary {

namespace {

constexpr VectorTraits row(VectorOp op, uint8_t operands,
                           std::string_view types, LaneUnit unit,
                           Immediate immediate = Immediate::none) {
  constexpr auto none = std::string_view::npos;
  return {op,
          operands,
          types.find("f32") != none,
          types.find("i32") != none,
          types.find("i64") != none,
          unit,
          immediate};
}

constexpr auto add = LaneUnit::adder, multiply = LaneUnit::multiplier;
constexpr std::string_view any = "f32, i32 or i64", f32 = "f32",
                           integers = "i32 or i64", i64 = "i64";

/// By the numbers of the schema. The iterations of the special functions are
/// not modeled, so that a multiplier stands for them.
constexpr VectorTraits table[] = {
    row(VectorOp::constant, 0, any, LaneUnit::none, Immediate::value),
    row(VectorOp::add, 2, any, add),
    row(VectorOp::sub, 2, any, add),
    row(VectorOp::mul, 2, any, multiply),
    row(VectorOp::div, 2, f32, multiply),
    row(VectorOp::max, 2, any, add),
    row(VectorOp::min, 2, any, add),
    row(VectorOp::maxnum, 2, f32, add),
    row(VectorOp::minnum, 2, f32, add),
    row(VectorOp::neg, 1, any, add),
    row(VectorOp::abs, 1, any, add),
    row(VectorOp::exp, 1, f32, multiply),
    row(VectorOp::log, 1, f32, multiply),
    row(VectorOp::sqrt, 1, f32, multiply),
    row(VectorOp::rsqrt, 1, f32, multiply),
    row(VectorOp::tanh, 1, f32, multiply),
    row(VectorOp::erf, 1, f32, multiply),
    row(VectorOp::floor, 1, f32, add),
    row(VectorOp::ceil, 1, f32, add),
    row(VectorOp::pow, 2, f32, multiply),
    row(VectorOp::cmp_eq, 2, any, add),
    row(VectorOp::cmp_ne, 2, any, add),
    row(VectorOp::cmp_lt, 2, any, add),
    row(VectorOp::cmp_le, 2, any, add),
    row(VectorOp::cmp_gt, 2, any, add),
    row(VectorOp::cmp_ge, 2, any, add),
    row(VectorOp::select, 3, any, add),
    row(VectorOp::shr, 2, integers, add),
    row(VectorOp::rescale, 3, i64, LaneUnit::rescaler, Immediate::shift),
    row(VectorOp::roundeven, 1, f32, add),
    row(VectorOp::to_f32, 1, f32, add),
    row(VectorOp::to_int, 1, integers, add),
};
static_assert(std::size(table) == size_t(VectorOp::MAX) + 1,
              "a row per operation");

} // namespace

const VectorTraits &traitsOf(VectorOp op) {
  assert(op <= VectorOp::MAX && table[size_t(op)].op == op &&
         "the rows are in the order of the operations");
  return table[size_t(op)];
}

unsigned operandsOf(VectorOp op) { return traitsOf(op).operands; }

bool hasType(VectorOp op, ElementType type) {
  const VectorTraits &traits = traitsOf(op);
  return (type == ElementType::f32 && traits.hasF32) ||
         (type == ElementType::i32 && traits.hasI32) ||
         (type == ElementType::i64 && traits.hasI64);
}

std::string_view typesOf(VectorOp op) {
  const VectorTraits &traits = traitsOf(op);
  if (traits.hasF32)
    return traits.hasI32 ? any : f32;
  return traits.hasI32 ? integers : i64;
}

bool takesFloats(VectorOp op, ElementType type) {
  if (op == VectorOp::to_f32)
    return false;
  return op == VectorOp::to_int || isFloat(type);
}

bool runsOnFloatLanes(VectorOp op, ElementType type) {
  return isFloat(type) || takesFloats(op, type);
}

} // namespace crania::binary
