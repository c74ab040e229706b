// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TrustedKernels.h"

#include <algorithm>
#include <array>

using namespace crania;
using namespace crania::simulator;

namespace {

enum class Elements : uint8_t { f32, bytes };

/// A convolution of oneDNN that was compared. Names are whole: one that oneDNN
/// adds or renames is not trusted before it is compared.
struct TrustedKernel {
  std::string_view name;
  Elements elements;
  HostIsa leastIsa; // compared on hosts that have this and more
  ComparedRange range = {};
};

/// The largest kernels, strides and dilations that were compared under AVX-512.
constexpr ComparedRange rangeOfAvx512 = {3, 3, 2};

/// "Compared" is what HostContractionTest does: random shapes within the range,
/// among them strides larger than kernels, windows wholly outside the input,
/// one-pixel planes, groups, and bands.
///
/// Hosts: SSE4.1 to AVX2 on an AMD EPYC without AVX-512, in the whole range;
/// AVX2 to AVX-512 with VNNI and bfloat16 on Intel Sapphire Rapids, limited by
/// DNNL_MAX_CPU_ISA, in 2,500 shapes of kernels and strides up to 3. What needs
/// AVX-512 stays within these.
///
/// oneDNN 2.6 chooses the instructions of its `brgconv` and `jit` convolutions
/// by the parameter that their names end in (jit_brgemm_conv_utils.cpp,
/// brgemm_desc_init): those of VNNI run the same instructions on a host that
/// has AMX, too.
///
/// Not here, and so never used:
///   *:avx512_core_amx_int8       bytes: wrong answers where the kernel has
///                                fewer rows than the stride, and writes behind
///                                the scratchpad where windows lie wholly below
///                                the input
///   x64:gemm_s8*, ip:*, brg:*    bytes: matrix products, which take AMX where
///                                the host has it whatever their name says
///   *int8*:avx2, *int8*:sse41    bytes: sums of two products saturate at 16
///                                bits, and so do the AVX-512 ones without VNNI
///   *wino*                       round otherwise than sums of products
///   ref*                         slower than the own kernels
constexpr TrustedKernel trustedKernels[] = {
    {"jit:sse41", Elements::f32, HostIsa::portable},
    {"jit_1x1:sse41", Elements::f32, HostIsa::portable},
    {"jit_dw:sse41", Elements::f32, HostIsa::portable},
    {"jit:avx", Elements::f32, HostIsa::portable},
    {"jit_1x1:avx", Elements::f32, HostIsa::portable},
    {"x64:gemm:jit", Elements::f32, HostIsa::portable},
    {"jit:avx2", Elements::f32, HostIsa::avx2},
    {"jit_1x1:avx2", Elements::f32, HostIsa::avx2},
    {"jit_dw:avx2", Elements::f32, HostIsa::avx2},
    {"jit:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"jit_1x1:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"jit_dw:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"brgconv:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"brgconv_1x1:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"brdgmm_dw:avx512_core", Elements::f32, HostIsa::avx512, rangeOfAvx512},
    {"jit_int8:avx512_core_vnni", Elements::bytes, HostIsa::avx512Vnni,
     rangeOfAvx512},
    {"jit_int8_1x1:avx512_core_vnni", Elements::bytes, HostIsa::avx512Vnni,
     rangeOfAvx512},
    {"brgconv:avx512_core_vnni", Elements::bytes, HostIsa::avx512Vnni,
     rangeOfAvx512},
    {"brgconv_1x1:avx512_core_vnni", Elements::bytes, HostIsa::avx512Vnni,
     rangeOfAvx512},
    {"brdgmm_dw:avx512_core_vnni", Elements::bytes, HostIsa::avx512Vnni,
     rangeOfAvx512},
};

/// Copies of any elements, on any host.
constexpr std::string_view trustedReorders[] = {"jit:uni", "jit:blk",
                                                "simple:any"};

Elements elementsOf(const ContractionShape &shape) {
  return shape.weights == HostElement::f32 ? Elements::f32 : Elements::bytes;
}

} // namespace

bool ComparedRange::includes(const ContractionShape &shape) const {
  return std::max(shape.kernelH, shape.kernelW) <= kernel &&
         std::max(shape.strideH, shape.strideW) <= stride &&
         std::max(shape.dilationH, shape.dilationW) <= dilation;
}

bool simulator::isTrustedConvolution(std::string_view implementation,
                                     const ContractionShape &shape,
                                     HostIsa isa) {
  if (shape.weights == HostElement::i16)
    return false;
  return std::any_of(std::begin(trustedKernels), std::end(trustedKernels),
                     [&](const TrustedKernel &kernel) {
                       return kernel.name == implementation &&
                              kernel.elements == elementsOf(shape) &&
                              isa >= kernel.leastIsa &&
                              kernel.range.includes(shape);
                     });
}

std::vector<std::string_view> simulator::trustedConvolutionNames() {
  std::vector<std::string_view> names;
  for (const TrustedKernel &kernel : trustedKernels)
    names.push_back(kernel.name);
  return names;
}

bool simulator::isTrustedReorder(std::string_view implementation) {
  return std::find(std::begin(trustedReorders), std::end(trustedReorders),
                   implementation) != std::end(trustedReorders);
}

bool simulator::isTrustedRelease(int major, int minor) {
  return major == 2 && minor == 6;
}
