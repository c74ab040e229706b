// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CALIBRATION_SCHEMECHOICE_H
#define CRANIA_LIB_CALIBRATION_SCHEMECHOICE_H

#include "LayerWeights.h"

#include "crania/Clustering/ImportanceScheme.h"
#include "crania/Clustering/ResidualScheme.h"
#include "llvm/ADT/DenseMap.h"

#include <memory>

namespace crania {

/// The choice of a scheme for each layer. The distance of codes is the same for
/// all layers in units of the root mean square of their weights. With
/// `balance`, it is smaller in small layers.
///
/// A layer of n weights with codes of step s has an error of its outputs in
/// proportion to s^2, and takes n log2 s bits less than a constant. The sum of
/// errors for a given sum of bits is least if s^2 is proportional to n, which
/// is `balance` 1.
class SchemeChoice {
public:
  virtual ~SchemeChoice() = default;
  virtual unsigned clusters() const = 0;
  /// Returns the scheme of a layer. Fails if the layer is best left whole, with
  /// a clause about the layer as the error. The least distance of codes is
  /// `coarser` times the usual one, for a new attempt after one with too many
  /// codes.
  virtual Result<std::unique_ptr<clustering::ClusteringScheme>>
  schemeFor(const LayerWeights &weights, double coarser) const = 0;
};

/// The cluster of each weight of a layer, by the op of the layer.
using Assignments = llvm::DenseMap<mlir::Operation *, std::vector<uint8_t>>;

/// Returns a choice in which the layers in `decided` have the given clusters.
std::unique_ptr<SchemeChoice>
chooseImportance(clustering::ImportanceOptions options, Assignments decided);

/// Returns a choice of residual schemes. The steps are those of the largest
/// layer, which has the given number of weights.
std::unique_ptr<SchemeChoice>
chooseResidual(clustering::ResidualOptions options, double balance,
               size_t largestLayer);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_SCHEMECHOICE_H
