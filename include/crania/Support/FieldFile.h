// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_FIELDFILE_H
#define CRANIA_SUPPORT_FIELDFILE_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crania {

/// The JSON text of an object whose keys another library defines.
struct ObjectText {
  std::string json;
};

/// A value of a file of fields. A number that is no whole number of at least 0
/// is a double.
using FieldValue = std::variant<uint64_t, double, std::string, ObjectText>;

/// A key of a file of fields and its value. A key at the top level has no
/// section.
struct FieldEntry {
  std::string section, key;
  FieldValue value;

  std::string path() const {
    return section.empty() ? key : section + "." + key;
  }
};

/// The entries of a file of fields: a JSON object of numbers and words, and of
/// sections of these.
struct FieldFile {
  std::vector<FieldEntry> entries;
  /// The sections that the file has, including empty ones.
  std::vector<std::string> sections;

  /// Returns the entry of a key, or null if the file does not have it.
  const FieldEntry *find(std::string_view section, std::string_view key) const;
};

/// The structure that a kind of files has beyond numbers and words in sections.
struct FieldFileRules {
  /// True if a value in a section may be an object of the `value` and its
  /// `source`.
  bool hasSources = false;
  /// The path of the only value that may be an object of its own, or "".
  std::string_view objectPath;
};

/// Reads the text of a file of fields. Fails on text that is not a JSON object,
/// on other structures, and on a key that is given twice.
Result<FieldFile> readFieldFile(std::string_view json,
                                const FieldFileRules &rules);

} // namespace crania

#endif // CRANIA_SUPPORT_FIELDFILE_H
