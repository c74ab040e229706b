// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_CALIBRATEDCLUSTERER_H
#define CRANIA_LIB_CALIBRATION_CALIBRATEDCLUSTERER_H

#include "LockstepNetwork.h"
#include "Requantization.h"
#include "SchemeChoice.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/IR/SymbolTable.h"

namespace crania {

/// What the variants of a round compute with: words and what corrects sums.
struct RoundPlan {
  std::vector<int8_t> words;
  SumCorrection correction;
};

/// Clusters the layers of one classifier, one after the other. All variants of
/// the network have run up to a layer when it is its turn, and run it then.
class CalibratedClusterer {
public:
  CalibratedClusterer(mlir::ModuleOp module, const SchemeChoice &choice,
                      LockstepNetwork &network, bool correctsOffsets);

  /// Clusters a layer, or keeps it whole, with a remark, if it has no weights
  /// that can be clustered. Fails, with a diagnostic, if corrected sums are too
  /// large for the machine.
  mlir::LogicalResult cluster(const LockstepNetwork::Layer &layer);

  /// Keeps a layer in the first cluster as it is, with a remark.
  void keepWhole(const LockstepNetwork::Layer &layer, mlir::StringRef why);

private:
  /// Runs a layer as it is in the variants from `first` on.
  void runWhole(const LockstepNetwork::Layer &layer, unsigned first);
  void reportWhole(const LockstepNetwork::Layer &layer, mlir::StringRef why);
  /// Clusters, again with coarser codes where compensation made more of them
  /// than layouts have conditions for. Without a scheme, and with the reason in
  /// `why`, if those would be too coarse.
  Result<clustering::ClusteredLayer>
  clusterWithFewWords(const LayerWeights &weights, const Contraction &c,
                      Span<const clustering::LayerMoments> moments,
                      std::unique_ptr<clustering::ClusteringScheme> &scheme,
                      std::string &why);
  /// Means and covariances of what each early round meets, and of what the
  /// whole network makes of the layer, on pixels spread over the inputs.
  std::vector<clustering::LayerMoments>
  gather(const LockstepNetwork::Layer &layer, const LayerWeights &weights);
  void runRound(const LockstepNetwork::Layer &layer, unsigned variant,
                const RoundPlan &plan);
  /// A code for each combination of words that a weight has over the rounds.
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
