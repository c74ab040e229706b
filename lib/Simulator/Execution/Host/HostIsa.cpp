// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "HostIsa.h"

#ifdef CRANIA_ENABLE_ONEDNN
#include <dnnl.h>
#else
#include <cstdlib>
#include <cstring>
#endif

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

/// Returns the best instruction set that the environment allows. oneDNN numbers
/// its sets by bits, one for each set that they include.
static HostIsa allowedIsa() {
#ifdef CRANIA_ENABLE_ONEDNN
  const unsigned isa = dnnl_get_effective_cpu_isa();
  auto includes = [isa](unsigned other) { return (isa & other) == other; };
  if (includes(dnnl_cpu_isa_avx512_core_vnni))
    return HostIsa::avx512Vnni;
  if (includes(dnnl_cpu_isa_avx512_core))
    return HostIsa::avx512;
  return includes(dnnl_cpu_isa_avx2) ? HostIsa::avx2 : HostIsa::portable;
#else
  const char *name = std::getenv("DNNL_MAX_CPU_ISA");
  auto is = [name](const char *other) { return !std::strcmp(name, other); };
  if (!name)
    return HostIsa::avx512Vnni;
  if (is("SSE41") || is("AVX"))
    return HostIsa::portable;
  if (is("AVX2") || is("AVX2_VNNI"))
    return HostIsa::avx2;
  return is("AVX512_CORE") ? HostIsa::avx512 : HostIsa::avx512Vnni;
#endif
}

static HostIsa cpuIsa() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    return HostIsa::portable;
  if (!__builtin_cpu_supports("avx512f") ||
      !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl"))
    return HostIsa::avx2;
  return __builtin_cpu_supports("avx512vnni") ? HostIsa::avx512Vnni
                                              : HostIsa::avx512;
#else
  return HostIsa::portable;
#endif
}

HostIsa simulator::hostIsa() {
  static const HostIsa isa = std::min(cpuIsa(), allowedIsa());
  return isa;
}
