// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_IMPORTANCESCHEME_H
#define CRANIA_CLUSTERING_IMPORTANCESCHEME_H

#include "crania/Clustering/Boundaries.h"
#include "crania/Clustering/ClusteringScheme.h"

#include <vector>

namespace crania::clustering {

/// How important a weight is.
enum class ImportanceMetric {
  magnitude,  ///< |w|
  activation, ///< |w| times the mean magnitude of the input that it meets
};

struct ImportanceOptions {
  Boundaries boundaries;
  ImportanceMetric metric = ImportanceMetric::magnitude;
  /// Whether gains and biases correct the outputs of rounds with moments.
  bool correct = true;
  /// The cluster of each weight, if that was decided over all layers.
  std::vector<uint8_t> assignment;
};

/// The importance of each weight, [outputs x inputs]. `inputMagnitudes` are the
/// means of |x|, [inputs], or empty for the magnitude alone.
std::vector<float> importanceOf(const QuantizedLayer &layer,
                                Span<const double> inputMagnitudes);

/// Clusters with disjoint supports, the most important weights first. Round r
/// computes with the codes of the first r, and 0 for the others.
class ImportanceScheme final : public ClusteringScheme {
public:
  explicit ImportanceScheme(ImportanceOptions options)
      : options(std::move(options)) {}

  std::string_view name() const override { return "importance"; }
  unsigned clusters() const override { return options.boundaries.clusters(); }
  bool isAdditive() const override { return true; }
  /// The metric `activation` takes the magnitudes of the last round that has
  /// moments, and fails without.
  Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const override;

  /// The same with clusters that were assigned before: by hand, or over all
  /// layers.
  Result<ClusteredLayer> clusterAs(const QuantizedLayer &layer,
                                   std::vector<uint8_t> assignment,
                                   Span<const LayerMoments> moments) const;

private:
  ImportanceOptions options;
};

/// The cluster of each weight of several layers, by fractions of all of them:
/// of equal ones, earlier layers come first. Fails like assignByImportance.
Result<std::vector<std::vector<uint8_t>>>
assignOverLayers(Span<const std::vector<float>> importances,
                 const Boundaries &boundaries);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_IMPORTANCESCHEME_H
