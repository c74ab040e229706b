// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_NAMEDVALUES_H
#define CRANIA_SUPPORT_NAMEDVALUES_H

#include "crania/Support/Result.h"

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace crania {

/// A value of an enum and the name that users write.
template <typename E>
struct NamedValue {
  const char *name;
  E value;
};

/// The named values of an enum. A specialization has a static array `values` of
/// NamedValue.
template <typename E>
struct NamedValues;

/// Returns the name of a value. The value must be in the table of its enum.
template <typename E>
const char *nameOfValue(E value) {
  for (const NamedValue<E> &entry : NamedValues<E>::values)
    if (entry.value == value)
      return entry.name;
  return "";
}

/// Returns the names of an enum as "a, b and c", for messages.
template <typename E>
std::string listNames() {
  std::string text;
  constexpr size_t count = std::size(NamedValues<E>::values);
  for (size_t i = 0; i < count; ++i)
    text += (i == 0           ? ""
             : i + 1 == count ? " and "
                              : ", ") +
            std::string(NamedValues<E>::values[i].name);
  return text;
}

/// Returns the value of a name. Fails on an unknown name.
template <typename E>
Result<E> parseName(std::string_view name) {
  for (const NamedValue<E> &entry : NamedValues<E>::values)
    if (entry.name == name)
      return entry.value;
  return Error{"'" + std::string(name) + "' is not known; there are " +
               listNames<E>()};
}

} // namespace crania

#endif // CRANIA_SUPPORT_NAMEDVALUES_H
