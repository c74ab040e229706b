// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Decimal.h"

#include <charconv>
#include <iterator>

using namespace crania;

std::string crania::shortestDecimal(double value) {
  char digits[32]; // a double takes at most 24 characters
  return {digits, std::to_chars(digits, std::end(digits), value).ptr};
}
