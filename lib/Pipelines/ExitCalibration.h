// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_PIPELINES_EXITCALIBRATION_H
#define CRANIA_LIB_PIPELINES_EXITCALIBRATION_H

#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Images/ImageSet.h"
#include "crania/Runtime/Executable.h"
#include "crania/Solvers/ThresholdChoice.h"

#include <map>
#include <string>
#include <vector>

namespace crania {

/// Chooses the thresholds of exit rules on images. A program runs all rounds of
/// each image once. The thresholds then minimize the mean energy of an image,
/// within a limit on the loss against the last round.
class ExitCalibration {
public:
  struct Options {
    std::string images;
    runtime::Preprocessing preprocessing;
    uint64_t limit = 0; ///< number of images that are used; 0: all
    std::string labels; ///< empty: every other answer is a loss
    double maxLossPoints = 0.5;
  };

  struct Chosen {
    solvers::ThresholdChoice choice;
    size_t images = 0; ///< number of images that were used
  };

  explicit ExitCalibration(Options options) : options(std::move(options)) {}

  /// Sets the thresholds of a program, and returns how they were chosen.
  /// Programs with the same `answersKey` must answer alike in each round; they
  /// are run once. Fails with an error on the program if the images or labels
  /// cannot be read or do not fit.
  mlir::FailureOr<Chosen> setThresholds(hw::ProgramOp program,
                                        const std::string &answersKey);

  /// Returns the mean loss of the answers of the first round, as a share.
  /// Takes and fails as `setThresholds`.
  mlir::FailureOr<double> lossOfFirstRound(hw::ProgramOp program,
                                           const std::string &answersKey);

private:
  mlir::FailureOr<std::shared_ptr<const runtime::Executable>>
  load(hw::ProgramOp program) const;
  mlir::FailureOr<const std::vector<solvers::ThresholdProblem::Round> *>
  answersOf(hw::ProgramOp program, const runtime::Executable &executable,
            const std::string &answersKey);
  mlir::FailureOr<std::vector<solvers::ThresholdProblem::Round>>
  roundsOf(hw::ProgramOp program, const runtime::Executable &executable) const;

  Options options;
  /// Confidences and losses of each round, by key.
  std::map<std::string, std::vector<solvers::ThresholdProblem::Round>> answers;
};

} // namespace crania

#endif // CRANIA_LIB_PIPELINES_EXITCALIBRATION_H
