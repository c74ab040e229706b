// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/Accesses.h"

#include "TestPrograms.h"

#include <gtest/gtest.h>

namespace crania::binary {
namespace {

using test::TinyBuffer;

/// The tiny program after a change, as a file would have it. It is not
/// verified.
class TinyProgram {
public:
  template <typename Change>
  explicit TinyProgram(Change change) {
    ProgramWithImage program = test::tinyProgram();
    change(program.program);
    builder.Finish(Program::Pack(builder, &program.program));
  }

  const Program &program() const {
    return *flatbuffers::GetRoot<Program>(builder.GetBufferPointer());
  }
  /// Returns the first command of round 1 with this body type.
  const Command &command(CommandBody type) const {
    for (const Command *command : *program().rounds()->Get(0)->commands())
      if (command->body_type() == type)
        return *command;
    std::abort();
  }
  std::vector<OperandAccess> accesses(CommandBody type) const {
    return accessesOf(command(type), program());
  }

private:
  flatbuffers::FlatBufferBuilder builder;
};

template <typename Change>
TinyProgram withContract(Change change) {
  return TinyProgram([&](ProgramT &program) {
    change(*test::firstOf(program, 0, CommandBody::Contract).body.AsContract());
  });
}

template <typename Change>
TinyProgram withVector(Change change) {
  return TinyProgram([&](ProgramT &program) {
    change(*test::firstOf(program, 0, CommandBody::Vector).body.AsVector());
  });
}

void expectBytes(const OperandAccess &access, const Program &program,
                 Space space, uint64_t begin, uint64_t end) {
  ASSERT_FALSE(access.isEmpty());
  const ByteRange bytes = access.bytes(program);
  EXPECT_EQ(bytes.space, space);
  EXPECT_EQ(bytes.begin, begin);
  EXPECT_EQ(bytes.end, end);
}

TEST(Accesses, ACopyReadsAndWrites) {
  TinyProgram tiny([](ProgramT &) {});
  auto accesses = tiny.accesses(CommandBody::Copy);
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].buffer, test::tinyInputDram);
  EXPECT_EQ(accesses[0].use, Use::read);
  expectBytes(accesses[0], tiny.program(), Space::dram, 0, 16);
  EXPECT_EQ(accesses[1].buffer, test::tinyInput);
  EXPECT_EQ(accesses[1].use, Use::write);
  expectBytes(accesses[1], tiny.program(), Space::global_buffer, 0, 16);
}

TEST(Accesses, AContractionWritesTheOutputsOfItsTiles) {
  TinyProgram all = withContract([](ContractT &) {});
  auto accesses = all.accesses(CommandBody::Contract);
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].use, Use::read);
  EXPECT_EQ(accesses[1].use, Use::write);
  expectBytes(accesses[1], all.program(), Space::global_buffer, 128, 140);
  // The second block of outputs is tiles 2 and 3, and has one output.
  TinyProgram last = withContract([](ContractT &c) { c.tile_begin = 2; });
  expectBytes(last.accesses(CommandBody::Contract)[1], last.program(),
              Space::global_buffer, 136, 140);
}

TEST(Accesses, AccumulatingUpdatesTheOutput) {
  TinyProgram tiny = withContract([](ContractT &c) { c.accumulate = true; });
  const OperandAccess output = tiny.accesses(CommandBody::Contract)[1];
  EXPECT_EQ(output.use, Use::update);
  EXPECT_TRUE(reads(output.use) && writes(output.use));
}

TEST(Accesses, AReductionWithoutInitialValueUpdatesItsOutput) {
  for (bool reduces : {false, true})
    for (bool initialized : {false, true}) {
      TinyProgram tiny = withVector([&](VectorT &v) {
        v.reduces = reduces;
        v.initialized = initialized;
      });
      auto accesses = tiny.accesses(CommandBody::Vector);
      ASSERT_EQ(accesses.size(), 3u);
      EXPECT_EQ(accesses[2].buffer, test::tinyLogits);
      EXPECT_EQ(accesses[2].use,
                reduces && !initialized ? Use::update : Use::write);
    }
}

TEST(Accesses, PaddingIsNoElement) {
  TinyProgram tiny = withVector([](VectorT &v) {
    v.inputs[0]->dims[0]->start = -2; // reaches element 0 in the last iteration
    v.inputs[1]->dims[0]->start = 3;  // reaches none of 3 elements
  });
  auto accesses = tiny.accesses(CommandBody::Vector);
  expectBytes(accesses[0], tiny.program(), Space::global_buffer, 128, 132);
  EXPECT_EQ(accesses[1].buffer, test::tinyBias);
  EXPECT_TRUE(accesses[1].isEmpty());
}

TEST(Accesses, StridesMayBeNegative) {
  TinyProgram tiny = withVector([](VectorT &v) {
    v.inputs[0]->dims[0]->stride = -1;
    v.inputs[0]->offset = 2;
  });
  expectBytes(tiny.accesses(CommandBody::Vector)[0], tiny.program(),
              Space::global_buffer, 128, 140);
}

TEST(Accesses, TheExitTestReadsTheLogits) {
  TinyProgram tiny([](ProgramT &) {});
  auto accesses = tiny.accesses(CommandBody::ExitTest);
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_EQ(accesses[0].use, Use::read);
  expectBytes(accesses[0], tiny.program(), Space::global_buffer, 192, 204);
}

TEST(Accesses, WeightsHaveMemoriesOfTheirOwn) {
  TinyProgram tiny([](ProgramT &) {});
  EXPECT_TRUE(tiny.accesses(CommandBody::Fetch).empty());
  EXPECT_EQ(unitOf(tiny.command(CommandBody::Fetch)), CommandUnit::weightDma);
  EXPECT_EQ(unitOf(tiny.command(CommandBody::Copy)),
            CommandUnit::activationDma);
  EXPECT_EQ(unitOf(tiny.command(CommandBody::Contract)), CommandUnit::array);
  EXPECT_EQ(unitOf(tiny.command(CommandBody::Vector)), CommandUnit::vectorUnit);
  EXPECT_EQ(unitOf(tiny.command(CommandBody::ExitTest)), CommandUnit::exitUnit);
}

TEST(ByteRange, MeetsInOneMemoryOnly) {
  const ByteRange range{Space::dram, 8, 16};
  EXPECT_TRUE(range.meets({Space::dram, 15, 20}));
  EXPECT_TRUE(range.meets({Space::dram, 0, 9}));
  EXPECT_FALSE(range.meets({Space::dram, 16, 20})) << "behind";
  EXPECT_FALSE(range.meets({Space::dram, 0, 8})) << "in front";
  EXPECT_FALSE(range.meets({Space::global_buffer, 8, 16}));
}

} // namespace
} // namespace crania::binary
