// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HostContraction.h"
#include "KernelCheck.h"
#include "KernelContraction.h"

#ifdef CRANIA_ENABLE_ONEDNN
#include "OneDnnContraction.h"
#endif

#include <cassert>

using namespace crania::simulator;

/// A maker of sources of oneDNN; nothing if it is not to be used.
static KernelCheck::MakeSource oneDnn(HostFeatures features) {
#ifdef CRANIA_ENABLE_ONEDNN
  if (features.oneDnn)
    return
        [isa = features.isa] { return std::make_unique<OneDnnPlanner>(isa); };
#endif
  return nullptr;
}

ContractionPlanner::ContractionPlanner(HostFeatures features)
    : ContractionPlanner(features.isa, oneDnn(features),
                         KernelCheck::ofProcess()) {}

ContractionPlanner::ContractionPlanner(HostIsa isa,
                                       KernelCheck::MakeSource makeLibrary,
                                       KernelCheck &check)
    : kernels(std::make_unique<KernelPlanner>(isa)),
      makeLibrary(std::move(makeLibrary)), check(check) {
  if (this->makeLibrary)
    library = this->makeLibrary();
}

ContractionPlanner::~ContractionPlanner() = default;

std::shared_ptr<const HostContraction>
ContractionPlanner::plan(const ContractionShape &shape, const void *matrix) {
  assert(matrix && "a contraction without weights");
  auto [it, isNew] = plans.try_emplace(Key{matrix, shape.key()});
  if (isNew)
    it->second = create(shape, matrix);
  return it->second;
}

std::shared_ptr<const HostContraction>
ContractionPlanner::create(const ContractionShape &shape, const void *matrix) {
  if (library)
    if (auto contraction = library->plan(shape, matrix))
      if (check.passes(shape, contraction->implementation(), makeLibrary))
        return contraction;
  return kernels->plan(shape, matrix);
}
