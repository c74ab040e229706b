// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Facts that the dialect crania_hw and the device binary must state alike: the
// operands of commands, element types and enumerations.

#include "ProgramEncoding.h"
#include "TestPrograms.h"

#include "crania/DeviceBinary/Accesses.h"
#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "crania/InitAllDialects.h"
#include "crania/Pipelines/Pipeline.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace crania;
using namespace crania::test;

namespace {

/// A program as the binary has it, and as the dialect has it.
class BothForms {
public:
  explicit BothForms(binary::ProgramWithImage program) {
    std::vector<binary::ProgramWithImage> programs;
    programs.push_back(std::move(program));
    Result<std::vector<uint8_t>> bytes =
        binary::write(std::move(programs), "test");
    EXPECT_TRUE(bytes) << bytes.error().message;
    if (bytes && parse(std::move(*bytes)))
      module = importDeviceBinary(*binary, mlir::UnknownLoc::get(&context));
  }

  /// Compiles a network to both forms.
  explicit BothForms(const std::string &network) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                    mlir::linalg::LinalgDialect, mlir::tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(network, &context);
    mlir::PassManager manager(&context);
    buildCraniaPipeline(manager, CompileOptions());
    if (!module || mlir::failed(manager.run(*module)))
      return;
    auto bytes = translateToDeviceBinary(*module);
    if (mlir::succeeded(bytes))
      parse(std::move(*bytes));
  }

  /// Expects that both forms of each command have the same operands, and that
  /// the dialect's cover the elements of the binary's, or are the same
  /// elements if `isExact`.
  void expectSameAccesses(bool isExact = false);

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<binary::DeviceBinary> binary; // nullopt after an error

private:
  bool parse(std::vector<uint8_t> bytes) {
    Result<binary::DeviceBinary> parsed =
        binary::DeviceBinary::parse(std::move(bytes));
    EXPECT_TRUE(parsed) << parsed.error().message;
    if (parsed)
      binary = std::move(*parsed);
    return bool(parsed);
  }
  void expectSame(hw::CommandOpInterface op, const binary::Command &command,
                  bool isExact);
};

void BothForms::expectSameAccesses(bool isExact) {
  ASSERT_TRUE(module && binary);
  hw::ProgramOp program = *module->getOps<hw::ProgramOp>().begin();
  size_t index = 0;
  for (auto round : program.getOps<hw::RoundOp>()) {
    const auto &commands =
        *binary->program(0).rounds()->Get(index++)->commands();
    uint32_t number = 0;
    for (auto op : round.getOps<hw::CommandOpInterface>())
      expectSame(op, *commands.Get(number++), isExact);
    EXPECT_EQ(number, commands.size());
  }
  EXPECT_GT(index, 0u);
}

void BothForms::expectSame(hw::CommandOpInterface op,
                           const binary::Command &command, bool isExact) {
  const binary::Program &program = binary->program(0);
  const auto inDialect = op.getAccesses();
  const auto inBinary = binary::accessesOf(command, program);
  const std::string name = op->getName().getStringRef().str();
  ASSERT_EQ(inDialect.size(), inBinary.size()) << name;
  for (size_t i = 0; i < inBinary.size(); ++i) {
    const auto &buffer = *program.buffers()->Get(inBinary[i].buffer);
    EXPECT_EQ(inDialect[i].buffer.getValue().str(), buffer.name()->str())
        << name;
    EXPECT_EQ(inDialect[i].use, inBinary[i].use) << name << " " << i;
    if (inBinary[i].isEmpty())
      continue;
    const binary::ElementRange covered = inDialect[i].range();
    const binary::ElementRange touched = inBinary[i].range();
    EXPECT_LE(covered.begin, touched.begin) << name << " " << i;
    EXPECT_GE(covered.end, touched.end) << name << " " << i;
    if (isExact) {
      EXPECT_EQ(covered.begin, touched.begin) << name << " " << i;
      EXPECT_EQ(covered.end, touched.end) << name << " " << i;
    }
  }
}

binary::VectorT &vectorOf(binary::ProgramWithImage &program) {
  return *firstOf(program.program, 0, binary::CommandBody::Vector)
              .body.AsVector();
}

} // namespace

TEST(SameFacts, OperandsOfCommands) {
  BothForms(tinyProgram()).expectSameAccesses();
}

TEST(SameFacts, OperandsThatAreUpdated) {
  binary::ProgramWithImage program = tinyProgram();
  firstOf(program.program, 0, binary::CommandBody::Contract)
      .body.AsContract()
      ->accumulate = true;
  vectorOf(program).reduces = true;
  BothForms both(std::move(program));
  both.expectSameAccesses();
  ASSERT_TRUE(both.module);
  hw::ProgramOp op = *both.module->getOps<hw::ProgramOp>().begin();
  hw::RoundOp round = *op.getOps<hw::RoundOp>().begin();
  hw::ContractOp contract = *round.getOps<hw::ContractOp>().begin();
  hw::VectorOp vector = *round.getOps<hw::VectorOp>().begin();
  EXPECT_EQ(contract.getAccesses().back().use, binary::Use::update);
  EXPECT_EQ(vector.getAccesses().back().use, binary::Use::update);
}

TEST(SameFacts, ReductionsThatStartAtANumber) {
  binary::ProgramWithImage program = tinyProgram();
  vectorOf(program).reduces = vectorOf(program).initialized = true;
  BothForms(std::move(program)).expectSameAccesses();
}

TEST(SameFacts, PartsOfAContractionAndPadding) {
  binary::ProgramWithImage program = tinyProgram();
  vectorOf(program).inputs[0]->dims[0]->start = -2;
  vectorOf(program).inputs[1]->dims[0]->start = 3;
  BothForms(std::move(program)).expectSameAccesses();
}

/// Two layers, so that one waits for the other.
static const char *const twoLayers = R"(
  crania.weights @v : !crania.clustered<tensor<4x3xf32>, clusters = 1>
      scheme #crania.importance
      values dense<[[1.0, -2.0, 0.5], [3.0, 4.5, 1.0], [0.25, 8.0, 2.0],
                    [-1.0, 2.0, 4.0]]> : tensor<4x3xf32>
      assignment dense<0> : tensor<4x3xi8>
  crania.weights @w : !crania.clustered<tensor<3x2xf32>, clusters = 1>
      scheme #crania.importance
      values dense<[[1.0, -2.0], [3.0, 4.5], [0.25, 8.0]]> : tensor<3x2xf32>
      assignment dense<0> : tensor<3x2xi8>
  func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x2xf32>
      attributes {crania.classifier} {
    %a = arith.constant dense<0.0> : tensor<1x3xf32>
    %b = arith.constant dense<0.0> : tensor<1x2xf32>
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []>
        -> tensor<1x2xf32> round(%r) {
      %gv = crania.get @v : !crania.clustered<tensor<4x3xf32>, clusters = 1>
      %v = crania.materialize %gv upto %r
          : !crania.clustered<tensor<4x3xf32>, clusters = 1>
      %gw = crania.get @w : !crania.clustered<tensor<3x2xf32>, clusters = 1>
      %w = crania.materialize %gw upto %r
          : !crania.clustered<tensor<3x2xf32>, clusters = 1>
      %h = linalg.matmul ins(%x, %v : tensor<1x4xf32>, tensor<4x3xf32>)
          outs(%a : tensor<1x3xf32>) -> tensor<1x3xf32>
      %e = linalg.exp ins(%h : tensor<1x3xf32>) outs(%a : tensor<1x3xf32>)
          -> tensor<1x3xf32>
      %y = linalg.matmul ins(%e, %w : tensor<1x3xf32>, tensor<3x2xf32>)
          outs(%b : tensor<1x2xf32>) -> tensor<1x2xf32>
      crania.yield %y : tensor<1x2xf32>
    }
    return %logits : tensor<1x2xf32>
  })";

/// Returns the error of a compiled program after a command has lost its tokens,
/// or "".
static std::string errorWithoutTokens(const BothForms &both, size_t command) {
  binary::ProgramT program;
  both.binary->program(0).UnPackTo(&program);
  program.rounds[0]->commands[command]->after.clear();
  Status status =
      binary::verify(std::move(program), both.binary->image(0).size());
  return status ? "" : status.error().message;
}

/// The tokens of the compiler cover the hazards of the binary, which are not
/// covered without them.
TEST(SameFacts, OperandsAndHazardsOfACompiledNetwork) {
  BothForms both(twoLayers);
  both.expectSameAccesses(/*isExact=*/true);
  ASSERT_TRUE(both.module && both.binary);
  size_t command = 0, tokens = 0;
  hw::ProgramOp program = *both.module->getOps<hw::ProgramOp>().begin();
  hw::RoundOp round = *program.getOps<hw::RoundOp>().begin();
  for (auto op : round.getOps<hw::CommandOpInterface>()) {
    const std::string error = errorWithoutTokens(both, command++);
    tokens += op.getAfter().size();
    EXPECT_EQ(error.empty(), op.getAfter().empty())
        << op->getName().getStringRef().str() << ": " << error;
    if (!error.empty())
      EXPECT_NE(error.find("let it wait for that command"), std::string::npos)
          << error;
  }
  EXPECT_GT(tokens, 2u);
}

TEST(SameFacts, ElementTypes) {
  mlir::MLIRContext context;
  for (binary::ElementType element : binary::EnumValuesElementType()) {
    mlir::Type type = hw::typeOf(element, &context);
    EXPECT_EQ(hw::elementTypeOf(type), element);
    EXPECT_EQ(type.getIntOrFloatBitWidth(), 8 * binary::bytesOf(element));
    EXPECT_EQ(hw::isSignlessElement(type), element != binary::ElementType::u8);
  }
  for (mlir::Type type : {mlir::Type(mlir::Float16Type::get(&context)),
                          mlir::Type(mlir::Float64Type::get(&context)),
                          mlir::Type(mlir::IntegerType::get(&context, 1)),
                          mlir::Type(mlir::IntegerType::get(&context, 24)),
                          mlir::Type(mlir::IntegerType::get(
                              &context, 8, mlir::IntegerType::Signed)),
                          mlir::Type(mlir::IntegerType::get(
                              &context, 16, mlir::IntegerType::Unsigned))}) {
    EXPECT_EQ(hw::elementTypeOf(type), std::nullopt);
    EXPECT_FALSE(hw::isSignlessElement(type));
  }
}

/// The names and numbers of an enumeration agree.
template <typename Values, typename Name, typename Symbolize>
static void expectSameEnum(const Values &values, Name name,
                           Symbolize symbolize) {
  for (auto value : values) {
    auto found = symbolize(name(value));
    ASSERT_TRUE(found) << name(value);
    EXPECT_EQ(size_t(*found), size_t(value)) << name(value);
  }
}

TEST(SameFacts, Enumerations) {
  using namespace binary;
  expectSameEnum(EnumValuesResidency(), EnumNameResidency,
                 [](llvm::StringRef n) { return ir::symbolizeResidency(n); });
  expectSameEnum(EnumValuesSpace(), EnumNameSpace,
                 [](llvm::StringRef n) { return hw::symbolizeSpace(n); });
  expectSameEnum(EnumValuesPurpose(), EnumNamePurpose,
                 [](llvm::StringRef n) { return hw::symbolizePurpose(n); });
  expectSameEnum(EnumValuesPortLayout(), EnumNamePortLayout,
                 [](llvm::StringRef n) { return hw::symbolizePortLayout(n); });
  expectSameEnum(EnumValuesVectorOp(), EnumNameVectorOp, [](llvm::StringRef n) {
    return hw::symbolizeVectorOpcode(n);
  });
  expectSameEnum(EnumValuesExitRule(), EnumNameExitRule,
                 [](llvm::StringRef n) { return ir::symbolizeConfidence(n); });
  EXPECT_FALSE(ir::symbolizeResidency("cached"));
}
