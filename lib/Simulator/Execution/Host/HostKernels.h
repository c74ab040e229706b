// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELS_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELS_H

#include <cstddef>
#include <cstdint>

namespace crania::simulator {

// This header is compiled for several instruction sets: it holds no inline
// functions, of which the linker would keep any one for all.

/// A tile of a contraction: some outputs (lanes of vectors) x some pixels.
/// Channels are taken in units: one f32, one i16 as f64, two 8-bit integers as
/// i16.
struct KernelTile {
  const void *weights;    ///< first panel: depth x lanes units
  size_t panelBytes;      ///< distance of panels
  uint32_t panels;        ///< at most maximumPanels
  uint32_t depth;         ///< units to sum over
  const int64_t *offsets; ///< place of each unit of the depth, in units from
                          ///< the start of a pixel
  const void *const *pixels;
  uint32_t pixelCount; ///< at most maximumPixels
  void *sums;          ///< pixels x panels x lanes
};

struct KernelFamily {
  uint32_t lanes; ///< outputs in a panel
  void (*run)(const KernelTile &tile);
};

struct HostKernels {
  static constexpr uint32_t maximumPanels = 2, maximumPixels = 6;
  static constexpr uint32_t maximumLanes = 16;
  KernelFamily f32;      ///< sums f32
  KernelFamily f64;      ///< sums f64: of products of i16, exact below 2^53
  KernelFamily i16Pairs; ///< sums i32 of i16 products, two to a unit; no
                         ///< product may exceed 255 * 128, for the pairs' sums
};

extern const HostKernels portableKernels;
#if defined(__x86_64__)
extern const HostKernels avx2Kernels;
extern const HostKernels avx512Kernels;
#endif

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELS_H
