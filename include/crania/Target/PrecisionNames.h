// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_PRECISIONNAMES_H
#define CRANIA_TARGET_PRECISIONNAMES_H

#include "crania/Support/NamedValues.h"
#include "crania/Target/TargetModel.h"

namespace crania {

template <>
struct NamedValues<target::Precision> {
  static constexpr NamedValue<target::Precision> values[] = {
      {"f32", target::Precision::f32},
      {"i16", target::Precision::i16},
      {"i8", target::Precision::i8}};
};

} // namespace crania

#endif // CRANIA_TARGET_PRECISIONNAMES_H
