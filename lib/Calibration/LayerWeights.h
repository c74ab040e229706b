// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H
#define CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H

#include "crania/Analysis/Contraction.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <string>
#include <vector>

namespace crania {

/// The weights of a layer as the machine's array has them.
struct LayerWeights {
  mlir::linalg::LinalgOp op;
  mlir::ElementsAttr constant;
  mlir::ElementsAttr scaleAttr;
  std::string name;
  std::vector<int8_t> codes;    ///< [outputs x depth]
  std::vector<float> scales;    ///< [outputs]
  std::vector<int64_t> indices; ///< of each in the tensor
};

/// Reads what is clustered; fails, with the reason in `why`, if the layer is
/// none that can be.
mlir::FailureOr<LayerWeights> readWeights(const Contraction &contraction,
                                          std::string &why);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_LAYERWEIGHTS_H
