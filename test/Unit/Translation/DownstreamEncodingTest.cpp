// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of an encoding from a downstream project: an attribute that implements
// the interface, and an encoding registered under its id. No other code knows
// it.

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/InitAllDialects.h"
#include "crania/Pipelines/Pipeline.h"
#include "crania/Runtime/Executable.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace crania;

namespace {

constexpr const char *encodingId = "downstream+xor";

/// An encoding of inverted value words, for clusters that hold all positions.
class XorEncoding final : public encoding::SegmentEncoding {
  class Coder final : public encoding::SegmentCoder {
  public:
    explicit Coder(std::unique_ptr<encoding::SegmentCoder> coder)
        : plain(std::move(coder)) {}
    std::vector<uint8_t> tables() const override { return {0x5a}; }
    bool supports(const encoding::BlockCodes &codes,
                  const encoding::BlockContext &context) const override {
      return plain->supports(codes, context);
    }
    std::vector<uint8_t>
    encode(const encoding::BlockCodes &codes,
           const encoding::BlockContext &context) const override {
      std::vector<uint8_t> bytes = plain->encode(codes, context);
      for (uint8_t &byte : bytes)
        byte ^= 0xff;
      return bytes;
    }
    Result<encoding::BlockCodes>
    decode(Span<const uint8_t> bytes,
           const encoding::BlockContext &context) const override {
      std::vector<uint8_t> inverted(bytes.begin(), bytes.end());
      for (uint8_t &byte : inverted)
        byte ^= 0xff;
      return plain->decode(inverted, context);
    }
    uint64_t minimumBytes(uint64_t positions) const override {
      return plain->minimumBytes(positions);
    }
    encoding::SegmentCost cost() const override {
      encoding::SegmentCost cost;
      cost.values.lanes = 1;
      cost.values.unit = "xor";
      cost.values.lane.gates = 8;
      return cost;
    }
    uint64_t decodeCycles(size_t, size_t present) const override {
      return present;
    }
    double decodePicojoules(size_t, size_t present) const override {
      return double(present);
    }

  private:
    std::unique_ptr<encoding::SegmentCoder> plain;
  };

public:
  std::string_view id() const override { return encodingId; }
  Result<std::unique_ptr<encoding::SegmentCoder>>
  train(Span<const encoding::BlockView> blocks,
        const encoding::TrainingOptions &options) const override {
    return wrap(encoding::findSegmentEncoding("raw")->train(blocks, options));
  }
  Result<std::unique_ptr<encoding::SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const override {
    if (tables.size() != 1 || tables[0] != 0x5a)
      return Error{"not my tables"};
    return wrap(encoding::findSegmentEncoding("raw")->parse({}, valueBits));
  }

private:
  static Result<std::unique_ptr<encoding::SegmentCoder>>
  wrap(Result<std::unique_ptr<encoding::SegmentCoder>> plain) {
    if (!plain)
      return plain.error();
    return std::unique_ptr<encoding::SegmentCoder>(
        std::make_unique<Coder>(std::move(*plain)));
  }
};

/// An external model that makes strings encodings. An attribute of a downstream
/// dialect would implement the interface itself.
struct StringEncoding
    : ir::EncodingAttrInterface::ExternalModel<StringEncoding,
                                               mlir::StringAttr> {
  llvm::StringRef getEncodingId(mlir::Attribute attribute) const {
    return llvm::cast<mlir::StringAttr>(attribute).getValue();
  }
};

std::string network(const std::string &plan) {
  return R"(
    crania.weights @w : !crania.clustered<tensor<4x2xf32>, clusters = 1>
        scheme #crania.importance
        values dense<[[1.0, -2.0], [3.0, 4.5], [0.25, 8.0], [-1.0, 2.0]]>
            : tensor<4x2xf32>
        assignment dense<0> : tensor<4x2xi8>
    func.func @classify(%x: tensor<1x4xf32>) -> tensor<1x2xf32>
        attributes {crania.classifier} {
      %init = arith.constant dense<0.0> : tensor<1x2xf32>
      %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> )" +
         plan + R"( -> tensor<1x2xf32> round(%r) {
        %w = crania.get @w : !crania.clustered<tensor<4x2xf32>, clusters = 1>
        %m = crania.materialize %w upto %r
            : !crania.clustered<tensor<4x2xf32>, clusters = 1>
        %y = linalg.matmul ins(%x, %m : tensor<1x4xf32>, tensor<4x2xf32>)
            outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
        crania.yield %y : tensor<1x2xf32>
      }
      return %logits : tensor<1x2xf32>
    })";
}

class DownstreamEncodingTest : public testing::Test {
protected:
  DownstreamEncodingTest()
      : handler(&context, [&](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
        }) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                    mlir::linalg::LinalgDialect, mlir::tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    mlir::StringAttr::attachInterface<StringEncoding>(context);
  }

  /// Compiles the network with the given decisions for its segment.
  Result<binary::DeviceBinary> compile(const std::string &segment) {
    const std::string plan = segment.empty()
                                 ? ""
                                 : "plan [#crania.fetch_plan<@w, "
                                   "[#crania.segment<encoding = \"" +
                                       segment + "\">]>]";
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(network(plan), &context);
    if (!module)
      return Error{errors};
    mlir::PassManager manager(&context);
    buildCraniaPipeline(manager, CompileOptions());
    if (mlir::failed(manager.run(*module)))
      return Error{errors};
    auto bytes = translateToDeviceBinary(*module);
    if (mlir::failed(bytes))
      return Error{errors};
    return binary::DeviceBinary::parse(std::move(*bytes));
  }

  mlir::MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
};

std::vector<uint8_t> weightsOf(const binary::DeviceBinary &binary) {
  auto executable = runtime::Executable::load(binary, 0);
  EXPECT_TRUE(bool(executable)) << executable.error().message;
  const auto &matrix = (*executable)->weights().find(0, 1)->matrix;
  return {matrix.data(), matrix.data() + matrix.size()};
}

TEST_F(DownstreamEncodingTest, CompilesAndRuns) {
  static const XorEncoding xorEncoding;
  auto unknown = compile(encodingId);
  ASSERT_FALSE(bool(unknown));
  EXPECT_NE(unknown.error().message.find(
                "needs 'downstream+xor', which is not registered"),
            std::string::npos)
      << unknown.error().message;

  ASSERT_TRUE(encoding::registerSegmentEncoding(xorEncoding));
  EXPECT_FALSE(encoding::registerSegmentEncoding(xorEncoding));
  auto plain = compile(""), coded = compile(encodingId);
  ASSERT_TRUE(bool(plain)) << plain.error().message;
  ASSERT_TRUE(bool(coded)) << coded.error().message;
  const binary::Segment &segment =
      *coded->program(0).weights()->Get(0)->segments()->Get(0);
  EXPECT_EQ(segment.encoding()->str(), encodingId);
  EXPECT_EQ(segment.table_bytes(), 1u);
  EXPECT_EQ(weightsOf(*coded), weightsOf(*plain));
}

} // namespace
