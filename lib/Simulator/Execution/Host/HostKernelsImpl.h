// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The kernels of HostKernels.h, for the instruction set that the file which
// includes this is compiled for.

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELSIMPL_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELSIMPL_H

#include "HostKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Not for others: each file has its own.
// NOLINTNEXTLINE(misc-anonymous-namespace-in-header)
namespace {

#if defined(__AVX512F__)
constexpr size_t vectorBytes = 64;
#elif defined(__AVX2__)
constexpr size_t vectorBytes = 32;
#else
constexpr size_t vectorBytes = 16;
#endif

template <typename T>
using Vector __attribute__((vector_size(vectorBytes))) = T;

/// The files are compiled without contraction to fused operations: product and
/// sum are rounded one by one, in the order of the depth, on every host.
struct F32 {
  using Unit = float;
  using Sums = Vector<float>;
  static Sums add(Sums sums, Sums weights, Unit pixel) {
    return sums + weights * pixel;
  }
};

/// Products and sums are exact, so that fusing them changes nothing.
struct F64 {
  using Unit = double;
  using Sums = Vector<double>;
  static Sums add(Sums sums, Sums weights, Unit pixel) {
#if defined(__AVX512F__)
    return (Sums)_mm512_fmadd_pd((__m512d)weights, _mm512_set1_pd(pixel),
                                 (__m512d)sums);
#elif defined(__AVX2__) && defined(__FMA__)
    return (Sums)_mm256_fmadd_pd((__m256d)weights, _mm256_set1_pd(pixel),
                                 (__m256d)sums);
#else
    return sums + weights * pixel;
#endif
  }
};

/// Two i16 in 32 bits. Sums are unsigned, since they may wrap on their way.
struct I16Pairs {
  using Unit = uint32_t;
  using Sums = Vector<uint32_t>;
  static Sums add(Sums sums, Sums weights, Unit pixel) {
    const Sums pixels = Sums{} + pixel;
#if defined(__AVX512BW__)
    return sums + (Sums)_mm512_madd_epi16((__m512i)weights, (__m512i)pixels);
#elif defined(__AVX2__)
    return sums + (Sums)_mm256_madd_epi16((__m256i)weights, (__m256i)pixels);
#elif defined(__SSE2__)
    return sums + (Sums)_mm_madd_epi16((__m128i)weights, (__m128i)pixels);
#else
    using Signed = Vector<int32_t>;
    const Signed w = (Signed)weights, p = (Signed)pixels;
    const Signed low =
        ((Signed)(weights << 16) >> 16) * ((Signed)(pixels << 16) >> 16);
    return sums + (Sums)(low + (w >> 16) * (p >> 16));
#endif
  }
};

template <typename Family>
constexpr uint32_t lanesOf = vectorBytes / sizeof(typename Family::Unit);

template <typename Family, unsigned Pixels, unsigned Panels>
void runTile(const crania::simulator::KernelTile &tile) {
  using Sums = typename Family::Sums;
  using Unit = typename Family::Unit;
  Sums sums[Pixels][Panels] = {};
  const Unit *pixels[Pixels];
  for (unsigned p = 0; p < Pixels; ++p)
    pixels[p] = static_cast<const Unit *>(tile.pixels[p]);
  const char *weights = static_cast<const char *>(tile.weights);
  for (uint32_t k = 0; k < tile.depth; ++k, weights += vectorBytes) {
    Sums panel[Panels];
    for (unsigned v = 0; v < Panels; ++v)
      __builtin_memcpy(&panel[v], weights + v * tile.panelBytes, vectorBytes);
    const int64_t at = tile.offsets[k];
    for (unsigned p = 0; p < Pixels; ++p)
      for (unsigned v = 0; v < Panels; ++v)
        sums[p][v] = Family::add(sums[p][v], panel[v], pixels[p][at]);
  }
  __builtin_memcpy(tile.sums, sums, sizeof(sums));
}

template <typename Family, unsigned Panels, unsigned Pixels>
void runPixels(const crania::simulator::KernelTile &tile) {
  if (tile.pixelCount == Pixels)
    return runTile<Family, Pixels, Panels>(tile);
  if constexpr (Pixels > 1)
    runPixels<Family, Panels, Pixels - 1>(tile);
}

template <typename Family>
void run(const crania::simulator::KernelTile &tile) {
  using crania::simulator::HostKernels;
  static_assert(HostKernels::maximumPanels == 2, "one case for each");
  if (tile.panels == 1)
    runPixels<Family, 1, HostKernels::maximumPixels>(tile);
  else
    runPixels<Family, 2, HostKernels::maximumPixels>(tile);
}

constexpr crania::simulator::HostKernels kernelsOfThisFile = {
    {lanesOf<F32>, run<F32>},
    {lanesOf<F64>, run<F64>},
    {lanesOf<I16Pairs>, run<I16Pairs>}};

} // namespace

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTKERNELSIMPL_H
