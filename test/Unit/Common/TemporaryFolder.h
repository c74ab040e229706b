// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_COMMON_TEMPORARYFOLDER_H
#define CRANIA_TEST_UNIT_COMMON_TEMPORARYFOLDER_H

#include <filesystem>
#include <stdlib.h>
#include <string>

namespace crania::test {

/// A folder that the end of the test removes, with its contents.
class TemporaryFolder {
public:
  TemporaryFolder() {
    folder =
        (std::filesystem::temp_directory_path() / "crania-XXXXXX").string();
    if (!::mkdtemp(folder.data()))
      folder.clear();
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!folder.empty())
      std::filesystem::remove_all(folder, ignored);
  }

  std::string path(const std::string &name) const {
    return folder + "/" + name;
  }
  const std::string &path() const { return folder; }
  size_t entries() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto &entry :
         std::filesystem::directory_iterator(folder))
      ++count;
    return count;
  }

private:
  std::string folder;
};

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_COMMON_TEMPORARYFOLDER_H
