// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How passes use machines that run networks, and how the simulated machine
// compiles a network for them.

#include "Networks.h"
#include "crania/Calibration/Calibration.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <set>

using namespace mlir;
using namespace crania;
using crania::test::Classifier;
using crania::test::TemporaryFolder;

namespace {

/// y = [x0 + 2 x1, 3 x0 - 4 x1] and its ReLU. The names of ops are numbers of
/// other ops.
const std::string dense = R"(
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @net(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {crania.classifier} {
  %w = arith.constant dense<[[1.0, 3.0], [2.0, -4.0]]> : tensor<2x2xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%i : tensor<1x2xf32>) -> tensor<1x2xf32> loc("value5")
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.maximumf %a, %zero : f32
      linalg.yield %m : f32
  } -> tensor<1x2xf32> loc("value4")
  return %z : tensor<1x2xf32>
}
)";

/// A machine that answers with numbers of its own.
class FakeEvaluator final : public NetworkEvaluator {
public:
  class Observer final : public NetworkObserver {
  public:
    explicit Observer(func::FuncOp function) : function(function) {}
    runtime::NetworkInput networkInput() const override {
      return {{1, 2}, runtime::ImageLayout::automatic};
    }
    uint64_t inputElements() const override { return 2; }
    void observe(ArrayRef<float> input, Visitor visit) override {
      visit(function.getArgument(0), input);
      visit(function.front().getTerminator()->getOperand(0), {-7, 3});
    }

  private:
    func::FuncOp function;
  };

  FailureOr<std::unique_ptr<NetworkObserver>>
  observe(func::FuncOp function) override {
    if (isBroken)
      return function.emitOpError() << "does not fit";
    return std::unique_ptr<NetworkObserver>(
        std::make_unique<Observer>(function));
  }
  FailureOr<std::unique_ptr<LockstepNetwork>>
  runInLockstep(func::FuncOp function, const runtime::ImageSet &, size_t,
                unsigned) override {
    return function.emitOpError() << "has no variants";
  }

  bool isBroken = false;
};

std::vector<double> rangeOf(Attribute attribute) {
  return std::vector<double>(cast<DenseF64ArrayAttr>(attribute).asArrayRef());
}

class EvaluatorTest : public testing::Test {
protected:
  EvaluatorTest()
      : classifier(dense),
        handler(classifier.module().getContext(), [&](Diagnostic &diagnostic) {
          errors += diagnostic.str();
          return success();
        }) {
    options.images = test::writeImages(folder, {2}, {1, -2, 8, 1});
    options.rule = "max";
  }

  size_t opsOfModule() {
    return size_t(
        llvm::range_size(classifier.module().getBody()->getOperations()));
  }
  Value logits() {
    return classifier.function().front().getTerminator()->getOperand(0);
  }

  TemporaryFolder folder;
  CalibrateOptions options;
  Classifier classifier;
  std::string errors;
  ScopedDiagnosticHandler handler;
};

TEST_F(EvaluatorTest, RangesAreThoseOfAnyMachine) {
  FakeEvaluator evaluator;
  ASSERT_TRUE(
      succeeded(calibrateClassifiers(classifier.module(), options, evaluator)));
  StringRef name = ir::CraniaDialect::getRangeAttrName();
  EXPECT_EQ(rangeOf(classifier.function().getArgAttr(0, name)),
            (std::vector<double>{-8, 8}));
  EXPECT_EQ(rangeOf(logits().getDefiningOp()->getAttr(name)),
            (std::vector<double>{-7, 7}));
}

TEST_F(EvaluatorTest, ErrorsOfTheMachineEndTheWork) {
  FakeEvaluator evaluator;
  evaluator.isBroken = true;
  EXPECT_TRUE(
      failed(calibrateClassifiers(classifier.module(), options, evaluator)));
  EXPECT_EQ(errors, "'func.func' op does not fit");
  errors.clear();
  ClusterCalibratedOptions cluster;
  cluster.images = options.images;
  cluster.steps = {1};
  EXPECT_TRUE(
      failed(clusterClassifiers(classifier.module(), cluster, evaluator)));
  EXPECT_EQ(errors, "'func.func' op has no variants");
}

TEST_F(EvaluatorTest, NamesOfLocationsHaveNoMeaning) {
  auto created = test::simulatedEvaluator().observe(classifier.function());
  ASSERT_TRUE(succeeded(created)) << errors;
  std::vector<Value> seen;
  (*created)->observe(
      {1, -2}, [&](Value value, ArrayRef<float>) { seen.push_back(value); });
  EXPECT_EQ(seen, (std::vector<Value>{classifier.function().getArgument(0),
                                      logits().getDefiningOp()->getOperand(0),
                                      logits()}));
}

TEST_F(EvaluatorTest, TheCopyIsErased) {
  const size_t before = opsOfModule();
  ASSERT_TRUE(
      succeeded(test::simulatedEvaluator().observe(classifier.function())));
  EXPECT_EQ(opsOfModule(), before);
  SimulatedEvaluator broken(
      [](OpPassManager &, Operation *) { return failure(); });
  EXPECT_TRUE(failed(broken.observe(classifier.function())));
  EXPECT_TRUE(failed(broken.runInLockstep(classifier.function(),
                                          test::imagesOf({2}, {1, -2}), 1, 1)));
  EXPECT_EQ(opsOfModule(), before);
}

/// Notes the names of passes that run.
struct PassNames : public PassInstrumentation {
  explicit PassNames(std::set<std::string> &names) : names(names) {}
  void runAfterPass(Pass *pass, Operation *) override {
    names.insert(pass->getArgument().str());
  }
  std::set<std::string> &names;
};

TEST_F(EvaluatorTest, InstrumentationSeesThePassesInside) {
  std::set<std::string> names;
  PassManager manager(classifier.module().getContext());
  manager.addInstrumentation(std::make_unique<PassNames>(names));
  manager.addPass(createCalibrate(options));
  ASSERT_TRUE(succeeded(manager.run(classifier.module()))) << errors;
  for (const char *name :
       {"crania-calibrate", "crania-cluster-weights", "convert-crania-to-hw"})
    EXPECT_EQ(names.count(name), 1u) << name;
}

} // namespace
