// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_CALIBRATEDCLUSTERER_H
#define CRANIA_LIB_CALIBRATION_CALIBRATEDCLUSTERER_H

#include "LayerRequantization.h"
#include "SchemeChoice.h"
#include "crania/Calibration/NetworkEvaluator.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/SymbolTable.h"

namespace crania {

/// The words and corrections of sums that a variant of a round computes with.
struct RoundPlan {
  std::vector<int8_t> words;
  SumCorrection correction;
};

/// Clusters the layers of one classifier in order. When it reaches a layer, all
/// variants of the network have run up to it; it then runs the layer in each.
class CalibratedClusterer {
public:
  CalibratedClusterer(mlir::ModuleOp module, const SchemeChoice &choice,
                      LockstepNetwork &network, bool correctsOffsets);

  /// Clusters a layer. If the layer has no weights that can be clustered, keeps
  /// it whole, with a remark. Fails with a diagnostic if corrected sums are too
  /// large for the machine.
  mlir::LogicalResult cluster(const LockstepNetwork::Layer &layer);

  /// Keeps all weights of a layer in the first cluster, with a remark.
  void keepWhole(const LockstepNetwork::Layer &layer, mlir::StringRef why);

private:
  /// Runs a layer with its own weights in the variants from `first` on.
  void runWhole(const LockstepNetwork::Layer &layer, unsigned first);
  void reportWhole(const LockstepNetwork::Layer &layer, mlir::StringRef why);
  /// Clusters a layer by a scheme. If compensation makes more codes than
  /// encodings have conditions for, clusters it again with coarser codes by
  /// another scheme. Fails, and makes `scheme` an error, if the codes would be
  /// too coarse.
  Result<clustering::ClusteredLayer> clusterWithFewWords(
      const LayerWeights &weights, const Contraction &c,
      Span<const clustering::LayerMoments> moments,
      Result<std::unique_ptr<clustering::ClusteringScheme>> &scheme);
  /// Returns means and covariances of the inputs of each early round, and of
  /// the output of the layer in the whole network, on pixels spread over the
  /// inputs.
  std::vector<clustering::LayerMoments>
  gather(const LockstepNetwork::Layer &layer, const LayerWeights &weights);
  void runRound(const LockstepNetwork::Layer &layer, unsigned variant,
                const RoundPlan &plan);
  /// Returns a code for each combination of words that a weight has in the
  /// rounds.
  mlir::FailureOr<ir::ResidualAttr> codesOf(const LayerWeights &weights,
                                            mlir::ArrayRef<RoundPlan> plans,
                                            std::vector<uint8_t> &assignment);
  mlir::LogicalResult createWeights(const LockstepNetwork::Layer &layer,
                                    const LayerWeights &weights,
                                    const clustering::ClusteredLayer &clustered,
                                    mlir::ArrayRef<RoundPlan> plans);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  const SchemeChoice &choice;
  LockstepNetwork &network;
  bool correctsOffsets;
};

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_CALIBRATEDCLUSTERER_H
