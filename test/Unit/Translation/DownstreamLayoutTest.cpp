// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of a layout from a downstream project: an attribute that implements the
// interface, and a layout registered under its id. No other code knows it.

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

constexpr const char *layoutId = "downstream+xor";

/// A layout of inverted value words, for clusters that hold all positions.
class XorLayout final : public layout::SegmentLayout {
  class Coder final : public layout::SegmentCoder {
  public:
    explicit Coder(std::unique_ptr<layout::SegmentCoder> coder)
        : plain(std::move(coder)) {}
    std::vector<uint8_t> tables() const override { return {0x5a}; }
    bool supports(const layout::BlockCodes &codes,
                  const layout::BlockContext &context) const override {
      return plain->supports(codes, context);
    }
    std::vector<uint8_t>
    encode(const layout::BlockCodes &codes,
           const layout::BlockContext &context) const override {
      std::vector<uint8_t> bytes = plain->encode(codes, context);
      for (uint8_t &byte : bytes)
        byte ^= 0xff;
      return bytes;
    }
    Result<layout::BlockCodes>
    decode(Span<const uint8_t> bytes,
           const layout::BlockContext &context) const override {
      std::vector<uint8_t> inverted(bytes.begin(), bytes.end());
      for (uint8_t &byte : inverted)
        byte ^= 0xff;
      return plain->decode(inverted, context);
    }
    uint64_t minimumBytes(uint64_t positions) const override {
      return plain->minimumBytes(positions);
    }
    layout::SegmentCost cost() const override {
      layout::SegmentCost cost;
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
    std::unique_ptr<layout::SegmentCoder> plain;
  };

public:
  std::string_view id() const override { return layoutId; }
  Result<std::unique_ptr<layout::SegmentCoder>>
  train(Span<const layout::BlockView> blocks,
        const layout::TrainingOptions &options) const override {
    return wrap(layout::findSegmentLayout("raw")->train(blocks, options));
  }
  Result<std::unique_ptr<layout::SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const override {
    if (tables.size() != 1 || tables[0] != 0x5a)
      return Error{"not my tables"};
    return wrap(layout::findSegmentLayout("raw")->parse({}, valueBits));
  }

private:
  static Result<std::unique_ptr<layout::SegmentCoder>>
  wrap(Result<std::unique_ptr<layout::SegmentCoder>> plain) {
    if (!plain)
      return plain.error();
    return std::unique_ptr<layout::SegmentCoder>(
        std::make_unique<Coder>(std::move(*plain)));
  }
};

/// An external model that makes strings layouts. An attribute of a downstream
/// dialect would implement the interface itself.
struct StringLayout
    : ir::LayoutAttrInterface::ExternalModel<StringLayout, mlir::StringAttr> {
  llvm::StringRef getLayoutId(mlir::Attribute attribute) const {
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

class DownstreamLayoutTest : public testing::Test {
protected:
  DownstreamLayoutTest()
      : handler(&context, [&](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
        }) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                    mlir::linalg::LinalgDialect, mlir::tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    mlir::StringAttr::attachInterface<StringLayout>(context);
  }

  /// Compiles the network with the given decisions for its segment.
  Result<binary::DeviceBinary> compile(const std::string &segment) {
    const std::string plan = segment.empty() ? ""
                                             : "plan [#crania.fetch_plan<@w, "
                                               "[#crania.segment<layout = \"" +
                                                   segment + "\">]>]";
    auto module =
        mlir::parseSourceString<mlir::ModuleOp>(network(plan), &context);
    if (!module)
      return Error{errors};
    mlir::PassManager manager(&context);
    buildCraniaPipeline(manager, PipelineOptions());
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

TEST_F(DownstreamLayoutTest, CompilesAndRuns) {
  static const XorLayout xorLayout;
  auto unknown = compile(layoutId);
  ASSERT_FALSE(bool(unknown));
  EXPECT_NE(unknown.error().message.find(
                "needs 'downstream+xor', which is not registered"),
            std::string::npos)
      << unknown.error().message;

  ASSERT_TRUE(layout::registerSegmentLayout(xorLayout));
  EXPECT_FALSE(layout::registerSegmentLayout(xorLayout));
  auto plain = compile(""), coded = compile(layoutId);
  ASSERT_TRUE(bool(plain)) << plain.error().message;
  ASSERT_TRUE(bool(coded)) << coded.error().message;
  const binary::Segment &segment =
      *coded->program(0).weights()->Get(0)->segments()->Get(0);
  EXPECT_EQ(segment.layout()->str(), layoutId);
  EXPECT_EQ(segment.table_bytes(), 1u);
  EXPECT_EQ(weightsOf(*coded), weightsOf(*plain));
}

} // namespace
