// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_CALIBRATION_NETWORKS_H
#define CRANIA_TEST_UNIT_CALIBRATION_NETWORKS_H

#include "ParsedModule.h"
#include "TemporaryFolder.h"
#include "crania/Images/ImageSet.h"
#include "crania/Pipelines/SimulatedEvaluator.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>
#include <vector>

namespace crania::test {

/// A classifier @net, read from text that may use the quant and math dialects.
class Classifier {
public:
  explicit Classifier(const std::string &text);

  mlir::ModuleOp module() const { return parsed.get(); }
  mlir::func::FuncOp function() const;
  /// Runs a pass on the module. Returns false if the pass fails.
  bool run(std::unique_ptr<mlir::Pass> pass);

private:
  ParsedModule parsed;
};

/// Returns an evaluator that works outside of passes.
SimulatedEvaluator simulatedEvaluator();

/// Writes images of f32 with this shape as a .npy file in `folder` and returns
/// its path. `pixels` are those of all images, one image after the other.
std::string writeImages(const TemporaryFolder &folder,
                        const std::vector<uint64_t> &imageShape,
                        const std::vector<float> &pixels);

/// Returns these images for an input of the shape 1 x `imageShape`.
runtime::ImageSet imagesOf(const std::vector<uint64_t> &imageShape,
                           const std::vector<float> &pixels);

/// Returns the numbers of a constant of any type.
std::vector<double> numbersOf(mlir::Attribute constant);

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_CALIBRATION_NETWORKS_H
