// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/OperandElements.h"

#include <algorithm>
#include <cassert>

namespace crania::binary {

bool OperandElements::isEmpty() const {
  return std::any_of(axes.begin(), axes.end(), [](const OperandAxis &axis) {
    return axis.low > axis.high;
  });
}

ElementRange OperandElements::range() const {
  assert(!isEmpty() && "there are no elements");
  int64_t first = int64_t(offset), last = first;
  for (const OperandAxis &axis : axes) {
    const auto [low, high] =
        std::minmax({axis.low * axis.stride, axis.high * axis.stride});
    first += low;
    last += high;
  }
  return {first, last + 1};
}

} // namespace crania::binary
