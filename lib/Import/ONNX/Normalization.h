// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// BatchNormalization in inference: y = scale * x + shift in each channel.

#ifndef CRANIA_LIB_IMPORT_ONNX_NORMALIZATION_H
#define CRANIA_LIB_IMPORT_ONNX_NORMALIZATION_H

#include "Node.h"

namespace crania::importer {

/// The scale and shift that a batch normalization applies to each channel.
struct ChannelTransform {
  std::vector<float> scale;
  std::vector<float> shift;
};

/// Reads a BatchNormalization node whose input has `channels` channels.
mlir::FailureOr<ChannelTransform> readBatchNormalization(const Node &node,
                                                         int64_t channels);

/// Returns the weights (F x ...) of a convolution, each filter multiplied by
/// the scale of its channel.
ConstantTensor scaleFilters(const ConstantTensor &weights,
                            const ChannelTransform &transform);

/// Returns the transformed bias of such a convolution. `bias` is null if the
/// convolution has none; it then gets one with the name `name`.
ConstantTensor transformBias(const ConstantTensor *bias,
                             const ChannelTransform &transform,
                             llvm::StringRef name);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_NORMALIZATION_H
