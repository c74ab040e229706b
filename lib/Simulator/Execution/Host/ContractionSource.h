// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CONTRACTIONSOURCE_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CONTRACTIONSOURCE_H

#include "HostContraction.h"

namespace crania::simulator {

/// Code that computes contractions: the project's own, or a library's.
class ContractionSource {
public:
  virtual ~ContractionSource() = default;

  /// Returns a contraction, or null if the source does not have it. `matrix`
  /// must not change during the life of the source; the contraction does not
  /// refer to it.
  virtual std::shared_ptr<const HostContraction>
  plan(const ContractionShape &shape, const void *matrix) = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CONTRACTIONSOURCE_H
