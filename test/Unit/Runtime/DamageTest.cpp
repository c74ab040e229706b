// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TinyBinary.h"

#include "crania/Runtime/Session.h"

#include <random>

using namespace crania;
using namespace crania::runtime;
using namespace crania::test;

namespace {

/// Loads and runs a device binary as far as possible. Returns true if it runs
/// to the end.
bool loadAndRun(std::vector<uint8_t> bytes) {
  auto bundle = binary::DeviceBinary::parse(std::move(bytes));
  if (!bundle)
    return false;
  auto executable = Executable::load(*bundle, 0);
  if (!executable)
    return false;
  Session session(*executable);
  // A damaged program may have another input size.
  std::vector<float> input((*executable)->inputElements(), 0.5f);
  return session.submit(input) && session.run();
}

} // namespace

/// The verifier stands between a file and the simulator. It may accept a change
/// that gives another valid program. Each accepted program must run or fail
/// with an error, but never crash. Run this test with the sanitizers.
TEST(Damage, WhatTheVerifierAcceptsDoesNotCrash) {
  const std::vector<uint8_t> original = tinyBytes();
  ASSERT_TRUE(loadAndRun(original));
  // The metadata lies between the header and the zeros before the image.
  const size_t begin = 64;
  const auto bundle = binary::DeviceBinary::parse(original);
  size_t end = bundle->image(0).data() - bundle->bytes().data();
  while (original[end - 1] == 0)
    --end;

  std::mt19937 random(1);
  size_t ran = 0;
  for (unsigned i = 0; i < 3000; ++i) {
    std::vector<uint8_t> bytes = original;
    for (unsigned changes = 1 + random() % 2; changes-- > 0;) {
      const size_t at = begin + random() % (end - begin);
      bytes[at] = random() % 2 ? uint8_t(bytes[at] ^ 1 << random() % 8)
                               : uint8_t(random());
    }
    ASSERT_TRUE(binary::repairChecksum(bytes));
    ran += loadAndRun(std::move(bytes));
  }
  EXPECT_GT(ran, 0u);
  EXPECT_LT(ran, 3000u);
}

TEST(Damage, AnAlteredWeightChangesTheLogits) {
  binary::ProgramWithImage program = tinyProgram();
  const uint64_t address = program.program.weights[0]->segments[0]->address;
  std::vector<binary::ProgramWithImage> programs;
  programs.push_back(std::move(program));
  std::vector<uint8_t> bytes = *binary::write(std::move(programs), "test");
  const auto bundle = binary::DeviceBinary::parse(bytes);
  const size_t image = bundle->image(0).data() - bundle->bytes().data();
  const auto &segment =
      *bundle->program(0).weights()->Get(0)->segments()->Get(0);
  // The last byte of a block holds the sign of its last value.
  bytes[image + address + segment.block_offsets()->Get(1) - 1] ^= 0x80;
  ASSERT_TRUE(binary::repairChecksum(bytes));

  auto logitsFor = [](std::vector<uint8_t> bytes) {
    auto bundle = binary::DeviceBinary::parse(std::move(bytes));
    auto executable = *Executable::load(*bundle, 0);
    auto memory = executable->engine().allocate();
    std::vector<float> logits(3);
    executable->engine().runRound(1, vectorOf(hardInput), memory, logits);
    return logits;
  };
  EXPECT_NE(logitsFor(bytes), logitsFor(tinyBytes()));
}
