// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CalibrationImages.h"
#include "crania/Calibration/Calibration.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Dialect/Crania/Transforms/Normalize.h"
#include "crania/Quantization/ActivationHistogram.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "crania-calibrate"

using namespace mlir;
using namespace crania;
using ir::CraniaDialect;
using quantization::ActivationHistogram;
using quantization::RangeRule;

namespace {

class Calibrator {
public:
  Calibrator(ModuleOp module, const CalibrateOptions &options,
             NetworkEvaluator &evaluator)
      : module(module), options(options), evaluator(evaluator) {}

  LogicalResult run() {
    if (failed(readOptions()))
      return failure();
    for (auto function : module.getOps<func::FuncOp>())
      if (CraniaDialect::isClassifier(function) && failed(calibrate(function)))
        return failure();
    return success();
  }

private:
  InFlightDiagnostic error() { return module.emitError(); }

  LogicalResult readOptions() {
    if (options.images.empty())
      return error() << "crania-calibrate needs images: give the option "
                        "images=X.npy";
    auto parsed = RangeRule::parse(options.rule);
    if (!parsed)
      return error() << parsed.error().message;
    rangeRule = *parsed;
    bits = llvm::StringSwitch<unsigned>(options.precision)
               .Case("i8", 8)
               .Case("i16", 16)
               .Default(0);
    if (bits == 0)
      return error() << "ranges are for the precisions i8 and i16, not '"
                     << options.precision << "'";
    FailureOr<runtime::Preprocessing> read = readPreprocessing(
        module, {options.layout,
                 options.channels,
                 options.scale,
                 {options.mean.begin(), options.mean.end()},
                 {options.deviation.begin(), options.deviation.end()}});
    if (failed(read))
      return failure();
    preprocessing = std::move(*read);
    return success();
  }

  LogicalResult calibrate(func::FuncOp function) {
    if (failed(normalizeStructuredOps(function.getBody().front())))
      return failure();
    FailureOr<std::unique_ptr<NetworkObserver>> observer =
        evaluator.observe(function);
    if (failed(observer))
      return failure();
    FailureOr<runtime::ImageSet> set =
        readImages(module, options.images, (*observer)->networkInput(),
                   preprocessing, options.limit);
    if (failed(set))
      return failure();
    llvm::MapVector<Value, ActivationHistogram> histograms;
    observeAll(**observer, *set, histograms);
    for (auto &[value, histogram] : histograms)
      if (failed(annotate(function, value, histogram)))
        return failure();
    return success();
  }

  void observeAll(NetworkObserver &observer, const runtime::ImageSet &set,
                  llvm::MapVector<Value, ActivationHistogram> &histograms) {
    std::vector<float> input(observer.inputElements());
    for (size_t i = 0; i < set.used(); ++i) {
      set.load(i, input);
      observer.observe(input, [&](Value value, ArrayRef<float> elements) {
        histograms[value].add({elements.data(), elements.size()});
      });
    }
  }

  LogicalResult annotate(func::FuncOp function, Value value,
                         const ActivationHistogram &histogram) {
    if (histogram.sawNonFinite())
      return emitError(value.getLoc())
             << "the layer gives values that are not finite on the images of "
             << options.images << "; check the preprocessing";
    ActivationHistogram::Range range = histogram.range(rangeRule, bits);
    LLVM_DEBUG(llvm::dbgs()
               << value.getLoc() << " has the range [" << range.low << ", "
               << range.high << "] for " << bits << " bits\n");
    StringRef name = CraniaDialect::getRangeAttrName();
    auto attribute =
        DenseF64ArrayAttr::get(module.getContext(), {range.low, range.high});
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (!function.getArgAttr(argument.getArgNumber(), name))
        function.setArgAttr(argument.getArgNumber(), name, attribute);
      return success();
    }
    Operation *op = value.getDefiningOp();
    if (!op->hasAttr(name))
      op->setAttr(name, attribute);
    return success();
  }

  ModuleOp module;
  const CalibrateOptions &options;
  NetworkEvaluator &evaluator;
  runtime::Preprocessing preprocessing;
  RangeRule rangeRule;
  unsigned bits = 8;
};

} // namespace

LogicalResult crania::calibrateClassifiers(ModuleOp module,
                                           const CalibrateOptions &options,
                                           NetworkEvaluator &evaluator) {
  return Calibrator(module, options, evaluator).run();
}
