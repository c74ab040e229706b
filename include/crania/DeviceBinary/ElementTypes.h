// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_ELEMENTTYPES_H
#define CRANIA_DEVICEBINARY_ELEMENTTYPES_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"

#include <optional>
#include <string_view>

namespace crania::binary {

/// The properties of an element type.
struct ElementTraits {
  ElementType type;
  unsigned bytes;
  bool isFloat;
  bool isSigned;
  /// The type of the outputs of a contraction with weights of this type;
  /// nullopt if weights cannot have this type.
  std::optional<ElementType> sum;
};

/// Returns the properties of a type, which must be one of the schema.
const ElementTraits &traitsOf(ElementType type);

/// Returns the name of a type in the schema, such as "f32".
std::string_view nameOf(ElementType type);
unsigned bytesOf(ElementType type);
/// Returns true if `type` is f32; all other types are integers.
bool isFloat(ElementType type);
/// Returns true if weights can be of that type: f32, i16 or i8. The type may be
/// unknown to the schema.
bool isWeightType(ElementType type);
/// Returns true if a contraction with weights of one type takes inputs of the
/// other: inputs of the same type, and for i8 also u8.
bool takesInput(ElementType weights, ElementType input);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_ELEMENTTYPES_H
