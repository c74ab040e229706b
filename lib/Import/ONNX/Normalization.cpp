// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Normalization.h"
#include "Operators.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace crania::importer;
using namespace mlir;

static LogicalResult requireInference(const Node &node) {
  // Such statistics are per activation instead of per channel (opset 6 to 8).
  if (failed(node.requireAttribute("spatial", 1, 1)))
    return failure();
  if (failed(requireTestMode(node)))
    return failure();
  return node.requireAttribute("training_mode", 0, 0);
}

/// Returns the operand `index` as one constant number per channel.
static FailureOr<std::vector<float>>
readPerChannel(const Node &node, unsigned index, int64_t channels) {
  const ConstantTensor *known = node.constant(index);
  if (!known)
    return node.emitError()
           << "input '" << node.proto.input(index) << "' must be constant";
  if (known->shape() != ArrayRef<int64_t>(channels))
    return node.emitError() << "input '" << node.proto.input(index)
                            << "' has shape " << formatShape(known->shape())
                            << "; expected one element for each of the "
                            << channels << " channels";
  return known->floats();
}

FailureOr<ChannelTransform>
crania::importer::readBatchNormalization(const Node &node, int64_t channels) {
  float epsilon = 1e-5f;
  if (failed(requireInference(node)) || failed(node.read("epsilon", epsilon)))
    return failure();
  // gamma, beta, mean and variance
  std::vector<float> parameters[4];
  for (auto [i, parameter] : llvm::enumerate(parameters)) {
    FailureOr<std::vector<float>> numbers =
        readPerChannel(node, i + 1, channels);
    if (failed(numbers))
      return failure();
    parameter = std::move(*numbers);
  }
  const auto &[gamma, beta, mean, variance] = parameters;

  // y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
  ChannelTransform transform;
  for (int64_t c = 0; c < channels; ++c) {
    double spread = static_cast<double>(variance[c]) + epsilon;
    if (!(spread > 0.0))
      return node.emitError()
             << "channel " << c << " has the variance " << variance[c]
             << ", whose sum with epsilon is not positive";
    double scale = gamma[c] / std::sqrt(spread);
    transform.scale.push_back(static_cast<float>(scale));
    transform.shift.push_back(static_cast<float>(beta[c] - mean[c] * scale));
  }
  return transform;
}

ConstantTensor
crania::importer::scaleFilters(const ConstantTensor &weights,
                               const ChannelTransform &transform) {
  std::vector<float> scaled = weights.floats();
  size_t filterSize = scaled.size() / transform.scale.size();
  for (size_t i = 0; i < scaled.size(); ++i)
    scaled[i] *= transform.scale[i / filterSize];
  return ConstantTensor::fromFloats(weights.storage()->name, weights.shape(),
                                    std::move(scaled));
}

ConstantTensor
crania::importer::transformBias(const ConstantTensor *bias,
                                const ChannelTransform &transform,
                                StringRef name) {
  std::vector<float> result = transform.shift;
  if (bias)
    for (auto [shift, old, scale] :
         llvm::zip_equal(result, bias->floats(), transform.scale))
      shift += old * scale;
  int64_t channels = result.size();
  return ConstantTensor::fromFloats(bias ? bias->storage()->name : name.str(),
                                    {channels}, std::move(result));
}

FailureOr<Tensor> crania::importer::importBatchNormalization(const Node &node) {
  SmallVector<int64_t> shape = node.shape(0);
  if (shape.size() < 2)
    return node.emitError() << "input '" << node.proto.input(0) << "' of shape "
                            << formatShape(shape) << " has no channel axis";
  int64_t channels = shape[1];
  FailureOr<ChannelTransform> transform =
      readBatchNormalization(node, channels);
  if (failed(transform))
    return failure();

  Emitter &emit = node.emit;
  std::string name = node.outputName().str();
  Value scale = emit.value(ConstantTensor::fromFloats(
      name + ".scale", {channels}, std::move(transform->scale)));
  Value shift = emit.value(ConstantTensor::fromFloats(
      name + ".shift", {channels}, std::move(transform->shift)));
  ImplicitLocOpBuilder &builder = emit.getBuilder();
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  AffineMap channel = identity.getSubMap({1});
  return Tensor(emit.elementwise(
      {node.value(0), scale, shift}, {identity, channel, channel}, shape,
      [](OpBuilder &nested, Location loc, ValueRange x) -> Value {
        Value scaled = arith::MulFOp::create(nested, loc, x[0], x[1]);
        return arith::AddFOp::create(nested, loc, scaled, x[2]);
      }));
}
