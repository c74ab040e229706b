// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_FIELDS_H
#define CRANIA_TARGET_FIELDS_H

#include "crania/Target/TargetModel.h"

#include <optional>
#include <variant>

namespace crania::target {

/// One parameter of the machine: its place in a target file, where it lives and
/// the range that makes sense. Reading, writing and checking go over this list.
struct Field {
  const char *section; // "" at the top level
  const char *key;
  std::variant<uint32_t *, uint64_t *, double *, WeightLoad *, Dataflow *,
               StorePolicy *, DramModel *, DramEnergy *,
               std::shared_ptr<const dram::Spec> *>
      value;
  double minimum = 0, maximum = 0; // of numbers, both included

  std::string path() const;
};

/// All parameters of `target` but its name.
std::vector<Field> fieldsOf(TargetModel &target);

/// What keeps a parameter from having any effect on `target`, as "dram.model is
/// timed"; nothing if it has one.
std::optional<std::string> whyUnused(const Field &field,
                                     const TargetModel &target);

/// The words of the enumerations in target files, in the order of their values.
std::vector<std::string> namesOf(WeightLoad);
std::vector<std::string> namesOf(Dataflow);
std::vector<std::string> namesOf(StorePolicy);
std::vector<std::string> namesOf(DramModel);
std::vector<std::string> namesOf(DramEnergy);

/// A number as files and messages show it.
std::string formatNumber(double value);

} // namespace crania::target

#endif // CRANIA_TARGET_FIELDS_H
