// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The work of the passes of this library, on any machine that runs networks.

#ifndef CRANIA_CALIBRATION_CALIBRATION_H
#define CRANIA_CALIBRATION_CALIBRATION_H

#include "crania/Calibration/NetworkEvaluator.h"
#include "crania/Calibration/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace crania {

/// Writes the ranges of the tensors of each classifier, as `crania-calibrate`
/// does. Fails after an error.
mlir::LogicalResult calibrateClassifiers(mlir::ModuleOp module,
                                         const CalibrateOptions &options,
                                         NetworkEvaluator &evaluator);

/// Clusters the weights of each classifier, as `crania-cluster-calibrated`
/// does. Fails after an error.
mlir::LogicalResult clusterClassifiers(mlir::ModuleOp module,
                                       const ClusterCalibratedOptions &options,
                                       NetworkEvaluator &evaluator);

} // namespace crania

#endif // CRANIA_CALIBRATION_CALIBRATION_H
