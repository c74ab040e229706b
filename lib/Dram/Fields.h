// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_FIELDS_H
#define CRANIA_DRAM_FIELDS_H

#include "crania/Dram/Spec.h"

#include <variant>

namespace crania::dram {

/// One parameter of a DRAM: its place in a file, where it lives and the range
/// that makes sense. Reading, writing and checking go over this list.
struct Field {
  const char *section;
  const char *key;
  std::variant<uint32_t *, double *, std::string *, Scheduling *,
               CommandPriority *, PagePolicy *, RefreshPolicy *, EnergyModel *>
      value;
  double minimum = 0, maximum = 0; // of numbers, both included

  std::string path() const { return std::string(section) + "." + key; }
};

/// All parameters of `spec` but its name.
std::vector<Field> fieldsOf(Spec &spec);

/// The words of the enumerations in files, in the order of their values.
std::vector<std::string> namesOf(Scheduling);
std::vector<std::string> namesOf(CommandPriority);
std::vector<std::string> namesOf(PagePolicy);
std::vector<std::string> namesOf(RefreshPolicy);
std::vector<std::string> namesOf(EnergyModel);

/// A number as files and messages show it.
std::string formatNumber(double value);

} // namespace crania::dram

#endif // CRANIA_DRAM_FIELDS_H
