// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_RUNTIME_TINYBINARY_H
#define CRANIA_TEST_UNIT_RUNTIME_TINYBINARY_H

#include "TestPrograms.h"

#include "crania/Runtime/Executable.h"

#include <gtest/gtest.h>

namespace crania::test {

/// Returns the device binary of the tiny program.
inline std::vector<uint8_t> tinyBytes(double threshold = 0.9) {
  std::vector<binary::ProgramWithImage> programs;
  programs.push_back(tinyProgram());
  programs.back().program.thresholds = {threshold};
  auto bytes = binary::write(std::move(programs), "test");
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *bytes : std::vector<uint8_t>();
}

inline std::shared_ptr<const runtime::Executable> loadTiny() {
  auto bundle = binary::DeviceBinary::parse(tinyBytes());
  auto executable = runtime::Executable::load(*bundle, 0);
  EXPECT_TRUE(executable) << executable.error().message;
  return executable ? *executable : nullptr;
}

/// An input that is confident in round 1, and one that is not.
constexpr std::array<float, 4> easyInput = {-8, 1, 4, 0};
constexpr std::array<float, 4> hardInput = {0.5f, 0.25f, 0.125f, -0.25f};

inline std::vector<float> vectorOf(const std::array<float, 4> &input) {
  return {input.begin(), input.end()};
}
inline std::vector<float> logitsOf(const std::array<float, 4> &input,
                                   unsigned round) {
  const std::array<float, 3> logits = tiny::logits(input, round);
  return {logits.begin(), logits.end()};
}

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_RUNTIME_TINYBINARY_H
