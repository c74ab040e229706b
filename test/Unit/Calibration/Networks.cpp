// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Networks.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace mlir;
using namespace crania;

static DialectRegistry moreDialects() {
  DialectRegistry registry;
  registry.insert<math::MathDialect, quant::QuantDialect>();
  return registry;
}

test::Classifier::Classifier(const std::string &text)
    : parsed(text, moreDialects()) {}

func::FuncOp test::Classifier::function() const {
  return module().lookupSymbol<func::FuncOp>("net");
}

bool test::Classifier::run(std::unique_ptr<Pass> pass) {
  PassManager manager(module().getContext());
  manager.addPass(std::move(pass));
  return succeeded(manager.run(module()));
}

SimulatedEvaluator test::simulatedEvaluator() {
  return SimulatedEvaluator([](OpPassManager &pipeline, Operation *op) {
    PassManager manager(op->getContext(), op->getName().getStringRef());
    static_cast<OpPassManager &>(manager) = pipeline;
    return manager.run(op);
  });
}

static npy::Array arrayOf(const std::vector<uint64_t> &imageShape,
                          const std::vector<float> &pixels) {
  npy::Array array;
  uint64_t elements = 1;
  for (uint64_t size : imageShape)
    elements *= size;
  array.shape = {pixels.size() / elements};
  array.shape.insert(array.shape.end(), imageShape.begin(), imageShape.end());
  array.data.resize(pixels.size() * sizeof(float));
  std::memcpy(array.data.data(), pixels.data(), array.data.size());
  return array;
}

std::string test::writeImages(const TemporaryFolder &folder,
                              const std::vector<uint64_t> &imageShape,
                              const std::vector<float> &pixels) {
  std::string path = folder.path("images.npy");
  Status written = npy::write(path, arrayOf(imageShape, pixels));
  EXPECT_TRUE(bool(written));
  return path;
}

runtime::ImageSet test::imagesOf(const std::vector<uint64_t> &imageShape,
                                 const std::vector<float> &pixels) {
  std::vector<uint64_t> inputShape = {1};
  inputShape.insert(inputShape.end(), imageShape.begin(), imageShape.end());
  const runtime::NetworkInput input{
      inputShape, imageShape.size() == 3 ? runtime::ImageLayout::nchw
                                         : runtime::ImageLayout::automatic};
  auto set = runtime::ImageSet::create(arrayOf(imageShape, pixels), input, {});
  EXPECT_TRUE(bool(set));
  return std::move(*set);
}

std::vector<double> test::numbersOf(Attribute constant) {
  std::vector<double> numbers;
  for (Attribute number :
       cast<DenseElementsAttr>(constant).getValues<Attribute>())
    numbers.push_back(
        isa<FloatAttr>(number)
            ? cast<FloatAttr>(number).getValueAsDouble()
            : double(cast<IntegerAttr>(number).getValue().getSExtValue()));
  return numbers;
}
