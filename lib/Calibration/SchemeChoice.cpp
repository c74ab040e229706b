// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SchemeChoice.h"

#include "crania/Dialect/Crania/IR/CraniaOps.h"

#include <cassert>
#include <cmath>

using namespace crania;
using clustering::ClusteringScheme;

namespace {

class ImportanceChoice final : public SchemeChoice {
public:
  ImportanceChoice(clustering::ImportanceOptions options, Assignments decided)
      : options(std::move(options)), decided(std::move(decided)) {}
  unsigned clusters() const override { return options.boundaries.clusters(); }
  Result<std::unique_ptr<ClusteringScheme>>
  schemeFor(const LayerWeights &weights, double) const override {
    clustering::ImportanceOptions ofLayer = options;
    ofLayer.assignment = decided.lookup(weights.op);
    return std::unique_ptr<ClusteringScheme>(
        std::make_unique<clustering::ImportanceScheme>(std::move(ofLayer)));
  }

private:
  clustering::ImportanceOptions options;
  Assignments decided;
};

class ResidualChoice final : public SchemeChoice {
public:
  ResidualChoice(clustering::ResidualOptions options, double balance,
                 size_t largestLayer)
      : options(std::move(options)), balance(balance),
        largestLayer(largestLayer) {}
  unsigned clusters() const override {
    return unsigned(options.steps.size()) + 1;
  }

  Result<std::unique_ptr<ClusteringScheme>>
  schemeFor(const LayerWeights &weights, double coarser) const override {
    const double share = double(weights.codes.size()) / double(largestLayer);
    assert(!weights.codes.empty() && "a layer has weights");
    const double factor = std::pow(share, balance / 2);
    double squares = 0;
    int largest = 1;
    for (int8_t code : weights.codes) {
      squares += double(code) * code;
      largest = std::max(largest, std::abs(int(code)));
    }
    const double rms = std::sqrt(squares / double(weights.codes.size()));
    clustering::ResidualOptions ofLayer = options;
    for (double &step : ofLayer.steps)
      step *= factor;
    // There are as many finest words as an encoding may have conditions.
    constexpr size_t largestIndex = ir::ResidualAttr::maxWords / 2 - 1;
    const double finest = coarser * largest / (double(largestIndex) * rms);
    if (ofLayer.steps.back() < finest / 2)
      return Error{"its codes would hardly be shorter than its weights"};
    for (size_t r = ofLayer.steps.size(); r-- > 0;)
      ofLayer.steps[r] =
          std::max(ofLayer.steps[r],
                   finest * std::pow(2, double(ofLayer.steps.size() - 1 - r)));
    return std::unique_ptr<ClusteringScheme>(
        std::make_unique<clustering::ResidualScheme>(ofLayer));
  }

private:
  clustering::ResidualOptions options;
  double balance;
  size_t largestLayer;
};

} // namespace

std::unique_ptr<SchemeChoice>
crania::chooseImportance(clustering::ImportanceOptions options,
                         Assignments decided) {
  return std::make_unique<ImportanceChoice>(std::move(options),
                                            std::move(decided));
}

std::unique_ptr<SchemeChoice>
crania::chooseResidual(clustering::ResidualOptions options, double balance,
                       size_t largestLayer) {
  return std::make_unique<ResidualChoice>(std::move(options), balance,
                                          largestLayer);
}
