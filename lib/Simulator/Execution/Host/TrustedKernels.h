// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_TRUSTEDKERNELS_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_TRUSTEDKERNELS_H

#include "HostContraction.h"

#include <string_view>
#include <vector>

namespace crania::simulator {

/// The extents up to which contractions were compared with nested loops.
/// Channels, planes and padding are not limited: kernels repeat blocks over
/// them. `HostContractionTest` draws its shapes from this range.
struct ComparedRange {
  uint32_t kernel = 16, stride = 8, dilation = 4;

  bool includes(const ContractionShape &shape) const;
};

/// True if a convolution of oneDNN, by the name that oneDNN gives it, was
/// compared with nested loops for such element types, on hosts that have `isa`
/// and in a range that includes the shape, and was right.
bool isTrustedConvolution(std::string_view implementation,
                          const ContractionShape &shape, HostIsa isa);

/// Returns the names of all trusted convolutions, for tests.
std::vector<std::string_view> trustedConvolutionNames();

/// True if a copy of oneDNN between memory orders was compared in the same way
/// and was right.
bool isTrustedReorder(std::string_view implementation);

/// True if the release of oneDNN is the one that was compared.
bool isTrustedRelease(int major, int minor);

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_TRUSTEDKERNELS_H
