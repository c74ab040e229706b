// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The target-file format: a JSON object of sections of numbers and words. One
// value may be a memory, an object with sections of its own.

#include "TargetFields.h"

#include "crania/Support/Spelling.h"

#include <algorithm>

namespace crania::target {

namespace {

const std::vector<std::string> topLevelKeys = {"base", "name"};

/// Rejects keys without effect, because they would mislead the author of the
/// file.
Status checkUsed(const FieldFile &file, TargetModel &target) {
  for (const Field &field : fieldsOf(target)) {
    const auto reason = whyUnused(field, target);
    if (reason && file.find(field.section, field.key))
      return Error{"'" + field.path() + "' has no effect, since " + *reason};
  }
  return {};
}

/// Returns the preset that the file starts from.
Result<TargetModel> baseOf(const FieldFile &file) {
  const FieldEntry *base = file.find("", "base");
  if (!base)
    return findPreset("edge");
  const std::string *name = std::get_if<std::string>(&base->value);
  if (!name)
    return wrongValue(*base, "one of " + joinNames(presetNames()));
  return findPreset(*name);
}

/// Names the target. A machine that differs from its base must not be reported
/// under the name of its base.
void nameIfUnnamed(TargetModel &target, const FieldFile &file) {
  const bool changed = std::any_of(
      file.entries.begin(), file.entries.end(), [](const FieldEntry &entry) {
        return !entry.section.empty() || entry.key != "base";
      });
  if (changed && !file.find("", "name"))
    target.name += "-custom";
}

} // namespace

Result<TargetModel> parseTarget(std::string_view json,
                                const std::string &folder) {
  FieldFileRules rules;
  rules.objectPath = "dram.memory";
  Result<FieldFile> file = readFieldFile(json, rules);
  if (!file)
    return file.error();
  TargetModel any;
  if (Status status = checkSections(*file, fieldsOf(any)); !status)
    return status.error();
  Result<TargetModel> target = baseOf(*file);
  if (!target)
    return target.error();
  nameIfUnnamed(*target, *file);
  if (Status status = assignFields(*file, fieldsOf(*target, folder),
                                   topLevelKeys, target->name);
      !status)
    return status.error();
  if (Status status = checkUsed(*file, *target); !status)
    return status.error();
  if (Status status = target->check(); !status)
    return status.error();
  return target;
}

std::string TargetModel::toJson() const {
  TargetModel copy = *this;
  std::vector<Field> used;
  for (const Field &field : fieldsOf(copy))
    if (!whyUnused(field, *this))
      used.push_back(field);
  return writeFieldFile(name, used);
}

} // namespace crania::target
