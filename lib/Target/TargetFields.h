// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETFIELDS_H
#define CRANIA_TARGET_TARGETFIELDS_H

#include "crania/Support/Fields.h"
#include "crania/Target/TargetModel.h"

#include <optional>

namespace crania::target {

/// Returns all parameters of `target` but its name. A memory that is read may
/// be the path of a file in `folder`, unless that is "".
std::vector<Field> fieldsOf(TargetModel &target,
                            const std::string &folder = "");

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

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETFIELDS_H
