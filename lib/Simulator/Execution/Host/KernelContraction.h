// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCONTRACTION_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCONTRACTION_H

#include "ContractionSource.h"

namespace crania::simulator {

/// Contractions by the project's own kernels: exact for integers on any CPU.
class KernelPlanner final : public ContractionSource {
public:
  explicit KernelPlanner(HostIsa isa) : isa(isa) {}

  std::shared_ptr<const HostContraction> plan(const ContractionShape &shape,
                                              const void *matrix) override;

private:
  using Key = std::tuple<const void *, HostElement, uint32_t, uint32_t,
                         uint32_t, uint32_t>;
  HostIsa isa;
  std::map<Key, std::shared_ptr<const struct PackedMatrix>> packed;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCONTRACTION_H
