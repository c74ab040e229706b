// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_FIELDS_H
#define CRANIA_SUPPORT_FIELDS_H

#include "crania/Support/FieldFile.h"
#include "crania/Support/Span.h"

#include <functional>
#include <optional>
#include <type_traits>

namespace crania {

/// A variable of an enumeration whose values have the numbers 0, 1, ... and a
/// word each.
class Choice {
public:
  /// Takes the words of the values from `namesOf(Enum)`.
  template <typename Enum, typename = std::enable_if_t<std::is_enum_v<Enum>>>
  Choice(Enum *variable)
      : names(namesOf(*variable)),
        get([variable] { return size_t(*variable); }),
        set([variable](size_t value) { *variable = Enum(value); }) {}

  std::vector<std::string> names;
  std::function<size_t()> get;
  std::function<void(size_t)> set;
};

/// A variable that another library reads and writes.
struct ForeignValue {
  /// Sets the variable. Fails with the reason.
  std::function<Status(const FieldValue &)> read;
  /// Returns the JSON text of the variable.
  std::function<std::string()> write;
};

/// A parameter: its key in a file, its variable, and its valid range. Reading,
/// writing and checking iterate over a table of these.
struct Field {
  const char *section; // "" at the top level
  const char *key;
  std::variant<uint32_t *, uint64_t *, double *, std::string *, Choice,
               ForeignValue>
      value;
  double minimum = 0, maximum = 0; // of numbers, both included

  std::string path() const;
};

/// Returns a number as text for files and messages.
std::string formatNumber(double value);

/// Returns an error which says that an entry must be what `expected` says.
Error wrongValue(const FieldEntry &entry, const std::string &expected);

/// Checks that a file has only sections of the fields.
Status checkSections(const FieldFile &file, Span<const Field> fields);

/// Sets the variables of the fields that a file has, in the order of the file.
/// The words of `topLevel` are keys at the top level whose values are words.
/// One of them, `name`, is stored in `name`. Fails on an unknown key, and on a
/// value of a wrong type or out of range.
Status assignFields(const FieldFile &file, Span<const Field> fields,
                    Span<const std::string> topLevel, std::string &name);

/// Checks that the variable of a field is in its range, if it is a number.
Status checkRange(const Field &field);

/// Checks that the name of a described thing can be printed.
Status checkFieldFileName(const std::string &name);

/// Returns the text of a file with a name and all fields.
std::string writeFieldFile(const std::string &name, Span<const Field> fields);

} // namespace crania

#endif // CRANIA_SUPPORT_FIELDS_H
