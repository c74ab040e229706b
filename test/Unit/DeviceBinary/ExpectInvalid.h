// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_DEVICEBINARY_EXPECTINVALID_H
#define CRANIA_TEST_UNIT_DEVICEBINARY_EXPECTINVALID_H

#include "TestPrograms.h"

#include <gtest/gtest.h>

#include <functional>

namespace crania::binary {

/// Returns the error of the tiny program after `change`, or "".
inline std::string
errorAfter(const std::function<void(ProgramWithImage &)> &change) {
  ProgramWithImage program = test::tinyProgram();
  change(program);
  std::vector<ProgramWithImage> programs;
  programs.push_back(std::move(program));
  Result<std::vector<uint8_t>> bytes = write(std::move(programs), "test");
  return bytes ? "" : bytes.error().message;
}

/// Expects that the tiny program is rejected after `change`, with a message
/// that contains `part`.
inline void
expectInvalid(const std::string &part,
              const std::function<void(ProgramWithImage &)> &change) {
  std::string message = errorAfter(change);
  EXPECT_NE(message.find(part), std::string::npos)
      << "message: " << (message.empty() ? "(accepted)" : message)
      << "\nexpected: " << part;
}

} // namespace crania::binary

#endif // CRANIA_TEST_UNIT_DEVICEBINARY_EXPECTINVALID_H
