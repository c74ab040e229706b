// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HostContraction.h"
#include "KernelContraction.h"

#ifdef CRANIA_ENABLE_ONEDNN
#include "OneDnnContraction.h"
#endif

using namespace crania::simulator;

#ifndef CRANIA_ENABLE_ONEDNN
/// Stands for what is not linked.
class crania::simulator::OneDnnPlanner {};
#endif

ContractionPlanner::ContractionPlanner(HostFeatures features)
    : features(features),
      kernels(std::make_unique<KernelPlanner>(features.isa)),
      oneDnn(std::make_unique<OneDnnPlanner>()) {}

ContractionPlanner::~ContractionPlanner() = default;

std::shared_ptr<const HostContraction>
ContractionPlanner::plan(const ContractionShape &shape, const void *matrix) {
  auto [it, isNew] = plans.try_emplace(Key{matrix, shape.key()});
  if (isNew)
    it->second = create(shape, matrix);
  return it->second;
}

std::shared_ptr<const HostContraction>
ContractionPlanner::create(const ContractionShape &shape, const void *matrix) {
#ifdef CRANIA_ENABLE_ONEDNN
  // Without VNNI, oneDNN adds products of bytes in 16 bits, with saturation.
  const bool isExact =
      shape.weights == HostElement::f32 ||
      (shape.weights == HostElement::i8 && features.isa == HostIsa::avx512Vnni);
  if (features.oneDnn && isExact)
    if (auto contraction = oneDnn->plan(shape, matrix))
      return contraction;
#endif
  return kernels->plan(shape, matrix);
}
