// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Execution/Host/TrustedKernels.h"

#include <gtest/gtest.h>

#ifdef CRANIA_ENABLE_ONEDNN
#include <dlfcn.h>
#include <dnnl.h>

#include <fstream>
#include <iterator>
#include <string>
#endif

using namespace crania::simulator;

namespace {

constexpr HostElement f32 = HostElement::f32, i8 = HostElement::i8;

ContractionShape shapeOf(HostElement weights, HostElement input) {
  ContractionShape shape;
  shape.weights = weights;
  shape.input = input;
  return shape;
}

/// Trusted for some element types, on some host.
bool isTrustedSomewhere(std::string_view name) {
  for (HostIsa isa :
       {HostIsa::portable, HostIsa::avx2, HostIsa::avx512, HostIsa::avx512Vnni})
    for (const ContractionShape &shape :
         {shapeOf(f32, f32), shapeOf(i8, i8), shapeOf(i8, HostElement::u8),
          shapeOf(HostElement::i16, HostElement::i16)})
      if (isTrustedConvolution(name, shape, isa))
        return true;
  return false;
}

} // namespace

TEST(TrustedKernels, NoneUsesAmxOrSaturates) {
  for (const char *name :
       {"brgconv:avx512_core_amx_int8", "brgconv_1x1:avx512_core_amx_int8",
        "jit:avx512_core_amx_int8", "jit_1x1:avx512_core_amx_int8",
        "brgconv:avx512_core_amx_bf16", "ip:brg:avx512_core_amx_int8",
        // Products that take AMX where there is some.
        "x64:gemm_s8u8s32:jit", "x64:gemm_s8s8s32:jit",
        "ip:x64:gemm_s8u8s32:jit", "ip:brg:avx512_core_vnni",
        // Without VNNI.
        "jit_uni_int8:sse41", "jit_uni_int8:avx2", "jit_uni_int8_1x1:avx2",
        "jit_int8:avx512_core", "jit_int8_1x1:avx512_core",
        // Winograd's, and oneDNN's own loops.
        "jit_int8_wino:avx512_core_vnni", "jit_wino_4x3:avx512_core", "ref:any",
        "ref_int8:any", ""})
    EXPECT_FALSE(isTrustedSomewhere(name)) << name;
  for (std::string_view name : trustedConvolutionNames())
    EXPECT_EQ(name.find("amx"), name.npos) << name;
}

TEST(TrustedKernels, BytesNeedVnni) {
  constexpr std::string_view name = "brgconv:avx512_core_vnni";
  const ContractionShape bytes = shapeOf(i8, i8);
  EXPECT_TRUE(isTrustedConvolution(name, bytes, HostIsa::avx512Vnni));
  EXPECT_FALSE(isTrustedConvolution(name, bytes, HostIsa::avx512));
  EXPECT_FALSE(
      isTrustedConvolution(name, shapeOf(f32, f32), HostIsa::avx512Vnni));
  EXPECT_FALSE(isTrustedConvolution("jit:avx2", bytes, HostIsa::avx512Vnni));
  ContractionShape large = bytes; // not compared in bytes
  large.kernelH = large.kernelW = 5;
  EXPECT_FALSE(isTrustedConvolution(name, large, HostIsa::avx512Vnni));
}

TEST(TrustedKernels, HostsAndShapesAreLimited) {
  ContractionShape shape = shapeOf(f32, f32);
  EXPECT_TRUE(isTrustedConvolution("jit:avx2", shape, HostIsa::avx2));
  EXPECT_FALSE(isTrustedConvolution("jit:avx2", shape, HostIsa::portable));
  const ComparedRange range;
  auto expectLimit = [&](uint32_t ContractionShape::*extent, uint32_t last) {
    ContractionShape other = shape;
    other.*extent = last;
    EXPECT_TRUE(isTrustedConvolution("jit:avx2", other, HostIsa::avx2));
    other.*extent = last + 1;
    EXPECT_FALSE(isTrustedConvolution("jit:avx2", other, HostIsa::avx2));
  };
  expectLimit(&ContractionShape::kernelH, range.kernel);
  expectLimit(&ContractionShape::kernelW, range.kernel);
  expectLimit(&ContractionShape::strideH, range.stride);
  expectLimit(&ContractionShape::strideW, range.stride);
  expectLimit(&ContractionShape::dilationH, range.dilation);
  expectLimit(&ContractionShape::dilationW, range.dilation);
}

TEST(TrustedKernels, ReordersAndReleasesAreNamed) {
  EXPECT_TRUE(isTrustedReorder("jit:uni"));
  EXPECT_FALSE(isTrustedReorder("rnn_data_reorder"));
  EXPECT_TRUE(isTrustedRelease(2, 6));
  EXPECT_FALSE(isTrustedRelease(2, 7));
  EXPECT_FALSE(isTrustedRelease(3, 6));
}

#ifdef CRANIA_ENABLE_ONEDNN
/// A name that oneDNN does not have would be trusted in vain.
TEST(TrustedKernels, NamesAreThoseOfOneDnn) {
  Dl_info library = {};
  ASSERT_TRUE(dladdr(reinterpret_cast<void *>(&dnnl_version), &library));
  std::ifstream file(library.dli_fname, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  ASSERT_FALSE(bytes.empty()) << library.dli_fname;
  for (std::string_view name : trustedConvolutionNames())
    EXPECT_NE(bytes.find(std::string(name) + '\0'), bytes.npos) << name;
  EXPECT_EQ(bytes.find("jit:no_such_set"), bytes.npos);
}

/// The release that is linked is one that was compared.
TEST(TrustedKernels, TheLinkedReleaseIsTrusted) {
  EXPECT_TRUE(isTrustedRelease(dnnl_version()->major, dnnl_version()->minor));
}
#endif
