// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_LAYERREQUANTIZATION_H
#define CRANIA_LIB_CALIBRATION_LAYERREQUANTIZATION_H

#include "crania/Analysis/Contraction.h"
#include "crania/Support/Result.h"

#include <string>
#include <vector>

namespace crania {

/// The correction of the sums of a contraction in a round: gain * sum + offset,
/// per output channel.
struct SumCorrection {
  std::vector<double> gains, offsets;
};

/// The op that turns the integer sums of a contraction into numbers of the next
/// layer. It is the only reader of the result, an element-wise op that
/// multiplies each sum by constants of the output channel.
/// crania-quantize-classifiers makes such ops in integers or in f32.
class LayerRequantization {
public:
  /// Returns the requantization of a contraction. Fails if there is none of
  /// that form. The error is a clause about the contraction.
  static Result<LayerRequantization> find(const Contraction &contraction);

  /// Returns true if 64 bits hold all corrected products and sums, given the
  /// largest magnitude of the sum of each output.
  bool fits(const SumCorrection &correction,
            llvm::ArrayRef<double> largestSums) const;

  /// Makes factors and addends depend on the round (`crania.per_round`, with
  /// the constant round K until rounds are formed). All rounds but the last get
  /// their corrections. Integer factors have 64 bits if 32 bits do not hold
  /// them all.
  void correct(llvm::ArrayRef<SumCorrection> corrections);

private:
  LayerRequantization() = default;
  template <typename Number>
  mlir::Value perRound(mlir::OpBuilder &builder,
                       llvm::ArrayRef<std::vector<Number>> rounds);

  template <typename Factor, typename Addend>
  std::pair<mlir::Value, mlir::Value>
  constantsOfRounds(mlir::OpBuilder &builder,
                    llvm::ArrayRef<SumCorrection> corrections);

  mlir::linalg::GenericOp op;
  /// The loop of `op` over output channels.
  mlir::AffineExpr channel;
  /// The operations in its body: sum * factor, and the sum with an addend, if
  /// any.
  mlir::Operation *product = nullptr;
  mlir::OpOperand *factor = nullptr, *addend = nullptr;
  /// One number per channel, in the order of the channels.
  std::vector<double> factors, addends;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_LAYERREQUANTIZATION_H
