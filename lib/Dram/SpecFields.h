// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_SPECFIELDS_H
#define CRANIA_DRAM_SPECFIELDS_H

#include "crania/Dram/Spec.h"
#include "crania/Support/Fields.h"

namespace crania::dram {

/// Returns all parameters of `spec` except its name.
std::vector<Field> fieldsOf(Spec &spec);

/// Returns the words of an enumeration in files, in the order of its values.
std::vector<std::string> namesOf(Scheduling);
std::vector<std::string> namesOf(CommandPriority);
std::vector<std::string> namesOf(PagePolicy);
std::vector<std::string> namesOf(RefreshPolicy);
std::vector<std::string> namesOf(EnergyModel);

} // namespace crania::dram

#endif // CRANIA_DRAM_SPECFIELDS_H
