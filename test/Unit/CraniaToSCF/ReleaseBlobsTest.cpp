// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Text shows only resources that something refers to. These tests therefore ask
// the context whether the data of the others is freed.

#include "crania/Conversion/Passes.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace {

constexpr size_t valueBytes = 2 * sizeof(float);

// A constant uses the values of @read afterwards; nothing uses those of
// @unread.
constexpr llvm::StringLiteral source = R"mlir(
crania.weights @read : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<read> : tensor<2xf32>
    assignment dense<0> : tensor<2xi8>
crania.weights @unread : !crania.clustered<tensor<2xf32>, clusters = 1>
    scheme #crania.importance
    values dense_resource<unread> : tensor<2xf32>
    assignment dense<0> : tensor<2xi8>
func.func @f() -> tensor<2xf32> {
  %one = arith.constant 1 : index
  %w = crania.get @read : !crania.clustered<tensor<2xf32>, clusters = 1>
  %d = crania.materialize %w upto %one
      : !crania.clustered<tensor<2xf32>, clusters = 1>
  return %d : tensor<2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      read: "0x040000000000803F00000040",
      unread: "0x040000000000803F00000040"
    }
  }
#-}
)mlir";

class ReleaseBlobsTest : public ::testing::Test {
protected:
  ReleaseBlobsTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        crania::ir::CraniaDialect>();
    module = parseSourceString<ModuleOp>(source, &context);
  }

  void convert(bool releaseBlobs) {
    PassManager manager(&context);
    crania::ConvertCraniaToSCFOptions options;
    options.releaseBlobs = releaseBlobs;
    manager.addPass(crania::createConvertCraniaToSCF(options));
    ASSERT_TRUE(succeeded(manager.run(*module)));
  }

  /// Returns the bytes that the context holds for a resource.
  size_t bytesOf(StringRef key) {
    auto *dialect = context.getLoadedDialect<BuiltinDialect>();
    auto *manager =
        dialect->getRegisteredInterface<ResourceBlobManagerDialectInterface>();
    AsmResourceBlob *blob = manager->getBlobManager().lookup(key)->getBlob();
    return blob ? blob->getData().size() : 0;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(ReleaseBlobsTest, KeepsDataThatAnotherModuleMayShare) {
  ASSERT_TRUE(module);
  convert(/*releaseBlobs=*/false);
  EXPECT_EQ(bytesOf("read"), valueBytes);
  EXPECT_EQ(bytesOf("unread"), valueBytes);
}

TEST_F(ReleaseBlobsTest, FreesWhatNothingInTheModuleUses) {
  ASSERT_TRUE(module);
  convert(/*releaseBlobs=*/true);
  EXPECT_EQ(bytesOf("read"), valueBytes);
  EXPECT_EQ(bytesOf("unread"), 0u);
}

} // namespace
