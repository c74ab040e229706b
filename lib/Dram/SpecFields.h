// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_SPECFIELDS_H
#define CRANIA_DRAM_SPECFIELDS_H

#include "crania/Dram/Spec.h"

#include <variant>

namespace crania::dram {

/// A parameter of a DRAM: its key in a file, its member, and its valid range.
/// Reading, writing and checking iterate over a list of these.
struct Field {
  const char *section;
  const char *key;
  std::variant<uint32_t *, double *, std::string *, Scheduling *,
               CommandPriority *, PagePolicy *, RefreshPolicy *, EnergyModel *>
      value;
  double minimum = 0, maximum = 0; // of numbers, both included

  std::string path() const { return std::string(section) + "." + key; }
};

/// Returns all parameters of `spec` except its name.
std::vector<Field> fieldsOf(Spec &spec);

/// Returns the words of an enumeration in files, in the order of its values.
std::vector<std::string> namesOf(Scheduling);
std::vector<std::string> namesOf(CommandPriority);
std::vector<std::string> namesOf(PagePolicy);
std::vector<std::string> namesOf(RefreshPolicy);
std::vector<std::string> namesOf(EnergyModel);

/// Returns a number as text for files and messages.
std::string formatNumber(double value);

} // namespace crania::dram

#endif // CRANIA_DRAM_SPECFIELDS_H
