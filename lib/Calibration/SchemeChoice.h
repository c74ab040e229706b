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

/// The scheme of each layer: codes of all layers are equally far apart in units
/// of the root mean square of their weights or, with `balance`, closer in small
/// layers.
///
/// A layer of n weights with codes of step s has an error of its outputs in
/// proportion to s^2, and takes a constant less n log2 s bits. The least sum of
/// errors for a sum of bits has s^2 in proportion to n: `balance` 1.
class SchemeChoice {
public:
  virtual ~SchemeChoice() = default;
  virtual unsigned clusters() const = 0;
  /// Null, with the reason in `why`, for a layer that is best left whole. Codes
  /// are `coarser` than they would be at least: an attempt before had too many.
  virtual std::unique_ptr<clustering::ClusteringScheme>
  schemeFor(const LayerWeights &weights, double coarser,
            std::string &why) const = 0;
};

/// The cluster of each weight of a layer, by its op.
using Assignments = llvm::DenseMap<mlir::Operation *, std::vector<uint8_t>>;

/// The layers in `decided` have the clusters that it says.
std::unique_ptr<SchemeChoice>
chooseImportance(clustering::ImportanceOptions options, Assignments decided);

/// Steps are for the largest layer, of so many weights.
std::unique_ptr<SchemeChoice>
chooseResidual(clustering::ResidualOptions options, double balance,
               size_t largestLayer);

} // namespace crania

#endif // CRANIA_LIB_CALIBRATION_SCHEMECHOICE_H
