// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace crania;
using binary::ElementType;

Type hw::typeOf(ElementType element, MLIRContext *context) {
  const binary::ElementTraits &traits = binary::traitsOf(element);
  if (traits.isFloat)
    return Float32Type::get(context);
  return IntegerType::get(context, 8 * traits.bytes,
                          traits.isSigned ? IntegerType::Signless
                                          : IntegerType::Unsigned);
}

std::optional<ElementType> hw::elementTypeOf(Type type) {
  for (ElementType element : binary::EnumValuesElementType())
    if (typeOf(element, type.getContext()) == type)
      return element;
  return std::nullopt;
}

bool hw::isSignlessElement(Type type) {
  return !type.isUnsignedInteger() && elementTypeOf(type);
}
