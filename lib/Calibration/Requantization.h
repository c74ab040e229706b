// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_REQUANTIZATION_H
#define CRANIA_LIB_CALIBRATION_REQUANTIZATION_H

#include "crania/Analysis/Contraction.h"

#include <string>
#include <vector>

namespace crania {

/// What a round does to the sums of a contraction: gain * sum + offset, per
/// output channel.
struct SumCorrection {
  std::vector<double> gains, offsets;
};

/// Where the integer sums of a contraction become numbers of the next layer:
/// the only reader of its result, an element-wise op that multiplies each sum
/// by constants of the output channel. That is what
/// crania-quantize-classifiers makes, in integers or in f32.
class Requantization {
public:
  /// The one behind a contraction. Fails, with the reason in `why`, if there is
  /// none of that form.
  static mlir::FailureOr<Requantization> find(const Contraction &contraction,
                                              std::string &why);

  /// Whether 64 bits hold all products and sums with a correction, given the
  /// largest magnitude of the sum of each output.
  bool fits(const SumCorrection &correction,
            llvm::ArrayRef<double> largestSums) const;

  /// Makes factors and addends those of the round (`crania.per_round`, of the
  /// constant round K until rounds are formed): with the corrections of all
  /// rounds but the last, which stays as it is. Integer factors have 64 bits
  /// if 32 do not hold them all.
  void correct(llvm::ArrayRef<SumCorrection> corrections);

private:
  Requantization() = default;
  template <typename Number>
  mlir::Value perRound(mlir::OpBuilder &builder,
                       llvm::ArrayRef<std::vector<Number>> rounds);

  template <typename Factor, typename Addend>
  std::pair<mlir::Value, mlir::Value>
  constantsOfRounds(mlir::OpBuilder &builder,
                    llvm::ArrayRef<SumCorrection> corrections);

  mlir::linalg::GenericOp op;
  /// Of the loops of `op`, the one over output channels.
  mlir::AffineExpr channel;
  /// In its body: sum * factor, and what that is added to, if anything.
  mlir::Operation *product = nullptr;
  mlir::OpOperand *factor = nullptr, *addend = nullptr;
  /// Of each channel, in the order of the channels.
  std::vector<double> factors, addends;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_REQUANTIZATION_H
