// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETFIELDS_H
#define CRANIA_TARGET_TARGETFIELDS_H

#include "crania/Target/TargetModel.h"

#include <optional>
#include <variant>

namespace crania::target {

/// One parameter of the machine: its key in a target file, its variable, and
/// its valid range. Reading, writing and checking iterate over this list.
struct Field {
  const char *section; // "" at the top level
  const char *key;
  std::variant<uint32_t *, uint64_t *, double *, WeightLoad *, Dataflow *,
               StorePolicy *, DramModel *, DramEnergy *,
               std::shared_ptr<const dram::Spec> *>
      value;
  double minimum = 0, maximum = 0; // of numbers, both inclusive

  std::string path() const;
};

/// Returns all parameters of `target` but its name.
std::vector<Field> fieldsOf(TargetModel &target);

/// Returns the reason why a parameter has no effect on `target`, such as
/// "dram.model is timed", or nothing if it has an effect.
std::optional<std::string> whyUnused(const Field &field,
                                     const TargetModel &target);

/// Returns the words of an enumeration in target files, in the order of its
/// values.
std::vector<std::string> namesOf(WeightLoad);
std::vector<std::string> namesOf(Dataflow);
std::vector<std::string> namesOf(StorePolicy);
std::vector<std::string> namesOf(DramModel);
std::vector<std::string> namesOf(DramEnergy);

/// Formats a number for files and messages.
std::string formatNumber(double value);

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETFIELDS_H
