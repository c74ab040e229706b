// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dram/Spec.h"
#include "crania/Support/File.h"
#include "crania/Support/Spelling.h"

#include <cerrno>
#include <sys/stat.h>

namespace crania::dram {

namespace {

struct Preset {
  std::string_view name;
  std::string_view file;
};

/// The presets, generated from share/crania/dram: the name of the file without
/// .json, and its text.
constexpr Preset presets[] = {
#include "PresetFiles.inc"
};

bool exists(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 || errno != ENOENT;
}

} // namespace

std::vector<std::string> presetNames() {
  std::vector<std::string> names;
  for (const Preset &preset : presets)
    names.emplace_back(preset.name);
  return names;
}

Result<std::string_view> presetFile(std::string_view name) {
  for (const Preset &preset : presets)
    if (name == preset.name)
      return preset.file;
  return Error{"there is no DRAM preset '" + std::string(name) +
               "'; the presets are " + joinNames(presetNames())};
}

Result<Spec> findPreset(std::string_view name) {
  Result<std::string_view> file = presetFile(name);
  if (!file)
    return file.error();
  return parseSpec(*file);
}

Result<Spec> loadSpec(const std::string &nameOrPath) {
  if (Result<Spec> preset = findPreset(nameOrPath); preset)
    return preset;
  if (!exists(nameOrPath))
    return Error{"'" + nameOrPath +
                 "' is neither a DRAM file nor a preset; the presets are " +
                 joinNames(presetNames())};
  Result<std::vector<uint8_t>> bytes = readFile(nameOrPath);
  if (!bytes)
    return bytes.error();
  Result<Spec> spec =
      parseSpec({reinterpret_cast<const char *>(bytes->data()), bytes->size()});
  if (!spec)
    return Error{"DRAM file '" + nameOrPath + "': " + spec.error().message};
  return spec;
}

} // namespace crania::dram
