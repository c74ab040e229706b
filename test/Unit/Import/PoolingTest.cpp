// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the divisors of averages against counts of the elements of each
// window.

#include "Protobuf.h"
#include "crania/Import/ONNX/Import.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace mlir;

namespace {

/// One spatial axis of an AveragePool.
struct Axis {
  int64_t input, kernel, stride, padBefore, padAfter;

  int64_t outputs() const {
    return (input + padBefore + padAfter - kernel) / stride + 1;
  }
  /// Returns the number of elements in a window: of the input, or of the input
  /// and its pads.
  int64_t count(int64_t position, bool includesPads) const {
    int64_t elements = 0;
    for (int64_t tap = 0; tap < kernel; ++tap) {
      const int64_t at = position * stride - padBefore + tap;
      elements += includesPads ? at < input + padAfter : at >= 0 && at < input;
    }
    return elements;
  }
};

Axis anyAxis() {
  Axis axis;
  axis.kernel = *rc::gen::inRange<int64_t>(1, 5);
  axis.input = axis.kernel + *rc::gen::inRange<int64_t>(0, 8);
  axis.stride = *rc::gen::inRange<int64_t>(1, 4);
  // Every window has an element of the input.
  axis.padBefore = *rc::gen::inRange<int64_t>(0, axis.kernel);
  axis.padAfter = *rc::gen::inRange<int64_t>(0, axis.kernel);
  return axis;
}

void setShape(onnx::ValueInfoProto &value, const std::string &name,
              ArrayRef<int64_t> shape) {
  value.set_name(name);
  onnx::TypeProto_Tensor &type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t dim : shape)
    type.mutable_shape()->add_dim()->set_dim_value(dim);
}

void setInts(onnx::NodeProto &node, const std::string &name,
             ArrayRef<int64_t> values) {
  onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
}

onnx::ModelProto model(const std::string &op, int64_t rows, int64_t columns) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto &graph = *model.mutable_graph();
  setShape(*graph.add_input(), "x", {1, 2, rows, columns});
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(op);
  node.add_input("x");
  node.add_output("y");
  graph.add_output()->set_name("y");
  return model;
}

onnx::ModelProto averagePool(const Axis &rows, const Axis &columns,
                             bool includesPads) {
  onnx::ModelProto result = model("AveragePool", rows.input, columns.input);
  onnx::NodeProto &node = *result.mutable_graph()->mutable_node(0);
  setInts(node, "kernel_shape", {rows.kernel, columns.kernel});
  setInts(node, "strides", {rows.stride, columns.stride});
  setInts(node, "pads",
          {rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter});
  onnx::AttributeProto &include = *node.add_attribute();
  include.set_name("count_include_pad");
  include.set_type(onnx::AttributeProto::INT);
  include.set_i(includesPads);
  return result;
}

/// Returns the factors of the sums, one for each of `positions`.
std::vector<float> factorsOf(const onnx::ModelProto &model, size_t positions) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module =
      crania::importOnnx(model.SerializeAsString(), &context, "m.onnx");
  std::vector<float> factors;
  if (!module)
    return factors;
  module->walk([&](arith::ConstantOp constant) {
    if (auto resource =
            dyn_cast<DenseResourceElementsAttr>(constant.getValue())) {
      ArrayRef<float> values =
          resource.getRawHandle().getBlob()->getDataAs<float>();
      factors.assign(values.begin(), values.end());
    }
    auto number = dyn_cast<FloatAttr>(constant.getValue());
    if (number && number.getValueAsDouble() != 0) // sums begin at 0
      factors.assign(positions, float(number.getValueAsDouble()));
  });
  return factors;
}

} // namespace

RC_GTEST_PROP(AveragePool, dividesByTheElementsOfEachWindow, ()) {
  const Axis rows = anyAxis(), columns = anyAxis();
  const bool includesPads = *rc::gen::arbitrary<bool>();
  std::vector<float> expected;
  for (int64_t row = 0; row < rows.outputs(); ++row)
    for (int64_t column = 0; column < columns.outputs(); ++column)
      expected.push_back(1.0f / float(rows.count(row, includesPads) *
                                      columns.count(column, includesPads)));
  RC_ASSERT(factorsOf(averagePool(rows, columns, includesPads),
                      expected.size()) == expected);
}

TEST(AveragePool, ofThePlaneDividesByItsElements) {
  EXPECT_EQ(factorsOf(model("GlobalAveragePool", 5, 7), 1),
            std::vector<float>{1.0f / 35});
}
