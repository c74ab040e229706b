// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_H
#define CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_H

#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Target/TargetModel.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

#include "crania/Dialect/Crania/IR/CraniaEnums.h.inc"

namespace crania::ir {

/// A value that a pass decides, or that is still undecided. It is an optional
/// with the hash that a parameter of an attribute needs.
template <typename T>
class Decision {
public:
  Decision() = default;
  Decision(T value) : value(value) {}

  explicit operator bool() const { return value.has_value(); }
  const T &operator*() const { return *value; }
  bool operator==(const Decision &other) const { return value == other.value; }
  bool operator==(const T &other) const { return value == other; }

  friend llvm::hash_code hash_value(const Decision &decision) {
    return decision ? llvm::hash_combine(true, *decision)
                    : llvm::hash_combine(false);
  }

private:
  std::optional<T> value;
};

} // namespace crania::ir

#include "crania/Dialect/Crania/IR/CraniaAttrInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "crania/Dialect/Crania/IR/CraniaAttributes.h.inc"

#endif // CRANIA_DIALECT_CRANIA_IR_CRANIAATTRIBUTES_H
