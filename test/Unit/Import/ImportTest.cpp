// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the C++ interface of the ONNX importer.

#include "crania/Import/ONNX/Import.h"
#include "Protobuf.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace mlir;

/// Returns a model with the node y = op(x[, w]), where x and w are two floats.
static onnx::ModelProto makeModel(const std::string &op,
                                  const std::vector<float> &weights = {}) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto &graph = *model.mutable_graph();
  onnx::ValueInfoProto &input = *graph.add_input();
  input.set_name("x");
  onnx::TypeProto_Tensor &type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t dim : {1, 2})
    type.mutable_shape()->add_dim()->set_dim_value(dim);
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(op);
  node.set_name("the node");
  node.add_input("x");
  node.add_output("y");
  graph.add_output()->set_name("y");
  if (weights.empty())
    return model;
  node.add_input("w");
  onnx::TensorProto &tensor = *graph.add_initializer();
  tensor.set_name("w");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(weights.size());
  for (float weight : weights)
    tensor.add_float_data(weight);
  return model;
}

static func::FuncOp findMain(ModuleOp module) {
  return module.lookupSymbol<func::FuncOp>("main");
}

static DenseResourceElementsAttr findWeights(ModuleOp module) {
  DenseResourceElementsAttr found;
  module.walk([&](arith::ConstantOp constant) {
    if (auto resource =
            dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      found = resource;
  });
  return found;
}

TEST(ImportOnnx, marksAndNamesTheClassifier) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module = crania::importOnnx(
      makeModel("Relu").SerializeAsString(), &context, "m.onnx");
  ASSERT_TRUE(module);
  func::FuncOp function = findMain(*module);
  ASSERT_TRUE(function);
  EXPECT_TRUE(function->hasAttrOfType<UnitAttr>("crania.classifier"));
  EXPECT_EQ(function.getArgAttrOfType<StringAttr>(0, "crania.name").getValue(),
            "x");
  EXPECT_EQ(
      function.getResultAttrOfType<StringAttr>(0, "crania.name").getValue(),
      "y");
  auto expected = RankedTensorType::get({1, 2}, Float32Type::get(&context));
  EXPECT_EQ(function.getFunctionType(),
            FunctionType::get(&context, {expected}, {expected}));
}

TEST(ImportOnnx, locatesOperationsByNodeAndFile) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module = crania::importOnnx(
      makeModel("Relu").SerializeAsString(), &context, "m.onnx");
  ASSERT_TRUE(module);
  auto generics = findMain(*module).getOps<linalg::GenericOp>();
  ASSERT_FALSE(generics.empty());
  Location loc = (*generics.begin()).getLoc();
  ASSERT_TRUE(isa<NameLoc>(loc));
  EXPECT_EQ(cast<NameLoc>(loc).getName().getValue(), "the node");
  EXPECT_EQ(loc->findInstanceOf<FileLineColLoc>().getFilename().getValue(),
            "m.onnx");
}

TEST(ImportOnnx, keepsWeightsOfTwoModelsInOneContextApart) {
  MLIRContext context;
  auto first = crania::importOnnx(makeModel("Add", {1, 2}).SerializeAsString(),
                                  &context, "first.onnx");
  auto second = crania::importOnnx(makeModel("Add", {3, 4}).SerializeAsString(),
                                   &context, "second.onnx");
  ASSERT_TRUE(first && second);
  DenseResourceElementsAttr a = findWeights(*first), b = findWeights(*second);
  EXPECT_EQ(a.getRawHandle().getKey(), "w");
  EXPECT_NE(b.getRawHandle().getKey(), "w");
  EXPECT_EQ(a.getRawHandle().getBlob()->getDataAs<float>(),
            ArrayRef<float>({1, 2}));
  EXPECT_EQ(b.getRawHandle().getBlob()->getDataAs<float>(),
            ArrayRef<float>({3, 4}));
}

TEST(ImportOnnx, reportsAnErrorOnceAndReturnsNull) {
  MLIRContext context;
  std::vector<std::string> messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    EXPECT_EQ(diagnostic.getSeverity(), DiagnosticSeverity::Error);
    messages.push_back(diagnostic.str());
  });
  EXPECT_FALSE(crania::importOnnx(makeModel("Sin").SerializeAsString(),
                                  &context, "m.onnx"));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].find(
                "node 'the node' (Sin): operator 'Sin' is not supported"),
            0u)
      << messages[0];
}

TEST(ImportOnnx, printsTheFileBeforeTheMessage) {
  MLIRContext context;
  std::string text;
  llvm::raw_string_ostream stream(text);
  crania::OnnxDiagnosticPrinter printer(&context, stream);
  EXPECT_FALSE(crania::importOnnx("not a model", &context, "m.onnx"));
  EXPECT_EQ(text, "error: m.onnx: not an ONNX model, or a damaged one: its "
                  "protobuf encoding is invalid\n");
}
