// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H
#define CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H

#include "crania/Analysis/Contraction.h"
#include "crania/Support/Result.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <string>
#include <vector>

namespace crania {

/// The weights of a layer in the order of the machine's array.
struct LayerWeights {
  mlir::linalg::LinalgOp op;
  mlir::ElementsAttr constant;
  mlir::ElementsAttr scaleAttr;
  std::string name;
  std::vector<int8_t> codes;    ///< [outputs x depth]
  std::vector<float> scales;    ///< [outputs]
  std::vector<int64_t> indices; ///< the index in the tensor of each code
};

/// Reads the weights of a layer to cluster. Fails if the layer cannot be
/// clustered. The error is a clause about the layer.
Result<LayerWeights> readWeights(const Contraction &contraction);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H
