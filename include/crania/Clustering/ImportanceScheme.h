// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CLUSTERING_IMPORTANCESCHEME_H
#define CRANIA_CLUSTERING_IMPORTANCESCHEME_H

#include "crania/Clustering/Boundaries.h"
#include "crania/Clustering/ClusteringScheme.h"
#include "crania/Support/NamedValues.h"

#include <vector>

namespace crania::clustering {

/// The measure of the importance of a weight.
enum class ImportanceMetric {
  magnitude,  ///< |w|
  activation, ///< |w| times the mean magnitude of its input
};

/// The weights that are ranked together.
enum class ImportanceScope { layer, global };

} // namespace crania::clustering

template <>
struct crania::NamedValues<crania::clustering::ImportanceMetric> {
  using ImportanceMetric = clustering::ImportanceMetric;
  static constexpr NamedValue<ImportanceMetric> values[] = {
      {"magnitude", ImportanceMetric::magnitude},
      {"activation", ImportanceMetric::activation}};
};

template <>
struct crania::NamedValues<crania::clustering::ImportanceScope> {
  using ImportanceScope = clustering::ImportanceScope;
  static constexpr NamedValue<ImportanceScope> values[] = {
      {"layer", ImportanceScope::layer}, {"global", ImportanceScope::global}};
};

namespace crania::clustering {

struct ImportanceOptions {
  Boundaries boundaries;
  ImportanceMetric metric = ImportanceMetric::magnitude;
  /// True if gains and biases correct the outputs of rounds with moments.
  bool correct = true;
  /// The cluster of each weight, if it was decided over all layers; else empty.
  std::vector<uint8_t> assignment;
};

/// Returns the importance of each weight, [outputs x inputs]. `inputMagnitudes`
/// are the means of |x|, [inputs], or empty to use the magnitude of the weight
/// alone.
std::vector<float> importanceOf(const QuantizedLayer &layer,
                                Span<const double> inputMagnitudes);

/// A scheme of clusters with disjoint supports, the most important weights
/// first. Round r computes with the codes of the first r clusters, and with 0
/// for the other weights.
class ImportanceScheme final : public ClusteringScheme {
public:
  explicit ImportanceScheme(ImportanceOptions options)
      : options(std::move(options)) {}

  std::string_view name() const override { return "importance"; }
  unsigned clusters() const override { return options.boundaries.clusters(); }
  /// Clusters a layer. The metric `activation` uses the input magnitudes of the
  /// last round with moments, and fails without moments.
  Result<ClusteredLayer>
  cluster(const QuantizedLayer &layer,
          Span<const LayerMoments> moments) const override;

  /// Clusters a layer by a given assignment, which was made by hand or over all
  /// layers.
  Result<ClusteredLayer> clusterAs(const QuantizedLayer &layer,
                                   std::vector<uint8_t> assignment,
                                   Span<const LayerMoments> moments) const;

private:
  ImportanceOptions options;
};

/// Returns the cluster of each weight of several layers, where `boundaries`
/// divide the weights of all layers together. Among weights of equal
/// importance, those of earlier layers come first. Fails like
/// assignByImportance.
Result<std::vector<std::vector<uint8_t>>>
assignOverLayers(Span<const std::vector<float>> importances,
                 const Boundaries &boundaries);

} // namespace crania::clustering

#endif // CRANIA_CLUSTERING_IMPORTANCESCHEME_H
