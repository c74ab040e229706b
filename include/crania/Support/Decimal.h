// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_DECIMAL_H
#define CRANIA_SUPPORT_DECIMAL_H

#include <string>

namespace crania {

/// Returns the shortest decimal form that reads back as the same double.
std::string shortestDecimal(double value);

} // namespace crania

#endif // CRANIA_SUPPORT_DECIMAL_H
