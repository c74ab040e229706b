// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramEncoding.h"
#include "TestPrograms.h"

#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

namespace {

/// A test with a context that collects its errors.
class TranslationTest : public testing::Test {
protected:
  TranslationTest()
      : handler(&context, [&](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
        }) {}

  mlir::OwningOpRef<mlir::ModuleOp>
  importAll(std::vector<binary::ProgramWithImage> programs) {
    Result<std::vector<uint8_t>> bytes =
        binary::write(std::move(programs), "CRANIA");
    EXPECT_TRUE(bytes) << bytes.error().message;
    if (!bytes)
      return {};
    written = *bytes;
    Result<binary::DeviceBinary> parsed =
        binary::DeviceBinary::parse(std::move(*bytes));
    return importDeviceBinary(*parsed, mlir::UnknownLoc::get(&context));
  }

  mlir::OwningOpRef<mlir::ModuleOp>
  importOne(binary::ProgramWithImage program) {
    std::vector<binary::ProgramWithImage> programs;
    programs.push_back(std::move(program));
    return importAll(std::move(programs));
  }

  mlir::MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
  std::vector<uint8_t> written;
};

TEST_F(TranslationTest, BinaryFromElsewhereComesBackAsItWas) {
  auto module = importOne(tinyProgram());
  ASSERT_TRUE(module) << errors;
  auto bytes = translateToDeviceBinary(*module);
  ASSERT_TRUE(mlir::succeeded(bytes)) << errors;
  EXPECT_EQ(*bytes, written);
}

TEST_F(TranslationTest, BundleKeepsItsOrder) {
  std::vector<binary::ProgramWithImage> programs;
  for (const char *name : {"b", "a", "c"}) {
    programs.push_back(tinyProgram());
    programs.back().program.name = name;
  }
  auto module = importAll(std::move(programs));
  ASSERT_TRUE(module) << errors;
  std::string order;
  for (auto program : module->getOps<hw::ProgramOp>())
    order += program.getSymName();
  EXPECT_EQ(order, "bac");
  auto bytes = translateToDeviceBinary(*module);
  ASSERT_TRUE(mlir::succeeded(bytes)) << errors;
  EXPECT_EQ(*bytes, written);
}

TEST_F(TranslationTest, RefusesRepeatedNameOfBuffers) {
  binary::ProgramWithImage program = tinyProgram();
  program.program.buffers[1]->name = program.program.buffers[0]->name;
  EXPECT_FALSE(importOne(std::move(program)));
  EXPECT_EQ(errors, "program \"crania\": two buffers or weight tensors are "
                    "named \"input_dram\"\n");
}

TEST_F(TranslationTest, RefusesNameOfBothBufferAndWeights) {
  binary::ProgramWithImage program = tinyProgram();
  program.program.buffers[1]->name = "fc";
  EXPECT_FALSE(importOne(std::move(program)));
  EXPECT_EQ(errors, "program \"crania\": two buffers or weight tensors are "
                    "named \"fc\"\n");
}

TEST_F(TranslationTest, RefusesEmptyNames) {
  binary::ProgramWithImage program = tinyProgram();
  program.program.weights[0]->name.clear();
  EXPECT_FALSE(importOne(std::move(program)));
  EXPECT_EQ(errors, "program \"crania\": a buffer or weight tensor has no "
                    "name\n");
}

TEST_F(TranslationTest, RefusesRepeatedNameOfPrograms) {
  std::vector<binary::ProgramWithImage> programs;
  programs.push_back(tinyProgram());
  programs.push_back(tinyProgram());
  EXPECT_FALSE(importAll(std::move(programs)));
  EXPECT_EQ(errors, "two programs are named \"crania\"\n");
}

/// Labels without a command are not kept.
TEST_F(TranslationTest, LabelsAreNumberedByFirstUse) {
  binary::ProgramWithImage program = tinyProgram();
  program.program.labels = {"unused", "fc"};
  for (auto &round : program.program.rounds)
    for (auto &command : round->commands)
      command->label = 1;
  auto module = importOne(std::move(program));
  ASSERT_TRUE(module) << errors;
  binary::ProgramT encoded =
      hw::encodeProgram(*module->getOps<hw::ProgramOp>().begin());
  EXPECT_EQ(encoded.labels, std::vector<std::string>{"fc"});
  EXPECT_EQ(encoded.rounds[1]->commands.back()->label, 0u);
}

} // namespace
