// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_ONEDNNCONTRACTION_H
#define CRANIA_LIB_SIMULATOR_ONEDNNCONTRACTION_H

#include "HostContraction.h"

namespace crania::simulator {

/// Contractions by oneDNN's convolution, in the memory orders that it prefers:
/// the weights are reordered once, planes on their way in and out.
class OneDnnPlanner {
public:
  OneDnnPlanner();
  ~OneDnnPlanner();

  /// Null if oneDNN does not have the contraction.
  std::shared_ptr<const HostContraction> plan(const ContractionShape &shape,
                                              const void *matrix);

private:
  std::unique_ptr<class OneDnnWeights> weights;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_ONEDNNCONTRACTION_H
