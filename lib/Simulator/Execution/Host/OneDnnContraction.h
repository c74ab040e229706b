// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_ONEDNNCONTRACTION_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_ONEDNNCONTRACTION_H

#include "ContractionSource.h"

namespace crania::simulator {

/// Plans contractions by oneDNN's convolutions, as far as they are trusted, in
/// the memory orders that they prefer. Weights are reordered once, planes
/// before and after each run.
class OneDnnPlanner final : public ContractionSource {
public:
  explicit OneDnnPlanner(HostIsa isa);
  ~OneDnnPlanner() override;

  std::shared_ptr<const HostContraction> plan(const ContractionShape &shape,
                                              const void *matrix) override;

private:
  HostIsa isa;
  std::unique_ptr<class OneDnnWeights> weights;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_ONEDNNCONTRACTION_H
