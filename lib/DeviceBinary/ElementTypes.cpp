// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/ElementTypes.h"

#include <cassert>

namespace crania::binary {

namespace {

/// By the numbers of the schema.
constexpr ElementTraits table[] = {
    // type, bytes, isFloat, isSigned, sum
    {ElementType::f32, 4, true, true, ElementType::f32},
    {ElementType::i32, 4, false, true, std::nullopt},
    {ElementType::i16, 2, false, true, ElementType::i64},
    {ElementType::i8, 1, false, true, ElementType::i32},
    {ElementType::i64, 8, false, true, std::nullopt},
    {ElementType::u8, 1, false, false, std::nullopt},
};
static_assert(std::size(table) == size_t(ElementType::MAX) + 1,
              "a row per element type");

} // namespace

const ElementTraits &traitsOf(ElementType type) {
  assert(type <= ElementType::MAX && table[size_t(type)].type == type &&
         "the rows are in the order of the types");
  return table[size_t(type)];
}

std::string_view nameOf(ElementType type) { return EnumNameElementType(type); }

unsigned bytesOf(ElementType type) { return traitsOf(type).bytes; }

bool isFloat(ElementType type) { return traitsOf(type).isFloat; }

bool isWeightType(ElementType type) {
  return type <= ElementType::MAX && traitsOf(type).sum.has_value();
}

bool takesInput(ElementType weights, ElementType input) {
  return input == weights ||
         (weights == ElementType::i8 && input == ElementType::u8);
}

} // namespace crania::binary
