// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Target/TargetInputs.h"

#include "crania/Support/File.h"
#include "crania/Target/TargetModel.h"

#include <filesystem>
#include <nlohmann/json.hpp>

/// Returns the word of dram.memory in a target file, or an empty string.
static std::string memoryWord(const std::vector<uint8_t> &bytes) {
  const auto json = nlohmann::json::parse(bytes, /*cb=*/nullptr,
                                          /*allow_exceptions=*/false);
  const nlohmann::json::json_pointer key("/dram/memory");
  if (!json.is_object() || !json.contains(key) || !json.at(key).is_string())
    return {};
  return json.at(key);
}

std::vector<std::string>
crania::target::filesOfTarget(const std::string &nameOrPath) {
  if (findPreset(nameOrPath))
    return {};
  std::vector<std::string> files = {nameOrPath};
  Result<std::vector<uint8_t>> bytes = readFile(nameOrPath);
  if (!bytes)
    return files;
  const std::string memory = memoryWord(*bytes);
  if (!memory.empty() && !dram::findPreset(memory))
    files.push_back(std::filesystem::path(nameOrPath).parent_path() / memory);
  return files;
}
