// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The format of DRAM files: a JSON object of sections of numbers and words,
// each alone or beside its source.

#include "SpecFields.h"

#include "crania/Support/Spelling.h"

namespace crania::dram {

namespace {

const std::vector<std::string> topLevelKeys = {"base", "name", "source"};

/// Checks that a file without a base has all keys, because there are no hidden
/// defaults.
Status checkComplete(const FieldFile &file) {
  Spec spec;
  for (const Field &field : fieldsOf(spec))
    if (!file.find(field.section, field.key))
      return Error{"'" + field.path() +
                   "' is missing; give it, or a 'base' to take it from (" +
                   joinNames(presetNames()) + ")"};
  return {};
}

/// Returns the preset that the file starts from.
Result<Spec> baseOf(const FieldFile &file) {
  const FieldEntry *base = file.find("", "base");
  if (!base) {
    if (Status status = checkComplete(file); !status)
      return status.error();
    return Spec();
  }
  const std::string *name = std::get_if<std::string>(&base->value);
  if (!name)
    return wrongValue(*base, "one of " + joinNames(presetNames()));
  Result<Spec> preset = findPreset(*name);
  // A spec that differs from its base must not be reported under its name.
  if (preset && !file.find("", "name"))
    preset->name += "-custom";
  return preset;
}

} // namespace

Result<Spec> parseSpec(std::string_view json) {
  FieldFileRules rules;
  rules.hasSources = true;
  Result<FieldFile> file = readFieldFile(json, rules);
  if (!file)
    return file.error();
  Spec empty;
  if (Status status = checkSections(*file, fieldsOf(empty)); !status)
    return status.error();
  Result<Spec> spec = baseOf(*file);
  if (!spec)
    return spec.error();
  if (Status status =
          assignFields(*file, fieldsOf(*spec), topLevelKeys, spec->name);
      !status)
    return status.error();
  if (Status status = spec->check(); !status)
    return status.error();
  return spec;
}

std::string Spec::toJson() const {
  Spec copy = *this;
  return writeFieldFile(name, fieldsOf(copy));
}

} // namespace crania::dram
