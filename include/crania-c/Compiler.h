// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* The C API of the CRANIA compiler (libcrania_compiler.so, which has the
 * functions of Runtime.h, too): networks in, device binaries out, as bytes. It
 * shows nothing of MLIR; for IR in memory there are Dialects.h and Passes.h,
 * beside MLIR's own C API.
 *
 * Stability: within a major version, functions and options are added but
 * neither removed nor changed.
 *
 * Handles must not be NULL, but where it says that NULL is ignored.
 *
 * Errors: functions that can fail say so by their result, after the session's
 * callback was called with the reasons.
 *
 * Threads: sessions share nothing. Each is used by one thread at a time, any
 * number of them at once; its callback is called by the thread that uses it.
 */

#ifndef CRANIA_C_COMPILER_H
#define CRANIA_C_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define CRANIA_COMPILER_EXPORT __declspec(dllexport)
#else
#define CRANIA_COMPILER_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header: major << 16 | minor. */
#define CRANIA_COMPILER_VERSION ((uint32_t)((1u << 16) | 0u))

/* Version of the library; it can be used when its major version is that of the
 * header and its minor version at least the header's. */
CRANIA_COMPILER_EXPORT uint32_t craniaCompilerGetVersion(void);

/* Options, and where diagnostics go. */
typedef struct CraniaCompilerSessionImpl *CraniaCompilerSession;
/* Bytes that the compiler made. */
typedef struct CraniaCompilerOutputImpl *CraniaCompilerOutput;

typedef enum CraniaCompilerSeverity {
  CRANIA_COMPILER_ERROR = 0,
  CRANIA_COMPILER_WARNING = 1,
  CRANIA_COMPILER_NOTE = 2,
  CRANIA_COMPILER_REMARK = 3
} CraniaCompilerSeverity;

/* Is called with a NUL-terminated text that lives during the call: where, in
 * terms of the network ("net.mlir:3:7: ", "net.onnx: 'conv1': "), and what. A
 * note adds to what came before it. */
typedef void (*CraniaCompilerDiagnosticCallback)(
    CraniaCompilerSeverity severity, const char *message, void *userData);

/* `onDiagnostic` may be NULL. */
CRANIA_COMPILER_EXPORT CraniaCompilerSession craniaCompilerSessionCreate(
    CraniaCompilerDiagnosticCallback onDiagnostic, void *userData);
/* Outputs of the session remain valid. NULL is ignored. */
CRANIA_COMPILER_EXPORT void
craniaCompilerSessionDestroy(CraniaCompilerSession session);

/* The options are those of crania-compile (crania-compile --help): "clusters"
 * with ".1,.2,.3,.4", "baselines" with "true". They hold for later compilations
 * of the session. 0, or -1 for a name that there is none of or a value that is
 * not of its type; what values mean is looked at when a network is compiled. */
CRANIA_COMPILER_EXPORT int
craniaCompilerSessionSetOption(CraniaCompilerSession session, const char *name,
                               const char *value);
/* How many options there are, and their names, from 0; NULL behind the last. */
CRANIA_COMPILER_EXPORT uint64_t craniaCompilerGetOptionCount(void);
CRANIA_COMPILER_EXPORT const char *craniaCompilerGetOptionName(uint64_t option);

/* Compiles a network to a device binary. `bytes` are an ONNX model, or an MLIR
 * module as text or bytecode; `name` is what diagnostics call it, and ends in
 * .onnx, .mlir or .mlirbc. NULL on error. */
CRANIA_COMPILER_EXPORT CraniaCompilerOutput
craniaCompilerSessionCompile(CraniaCompilerSession session, const void *bytes,
                             uint64_t size, const char *name);

/* Reads a network as above, runs a pass pipeline on it
 * ("crania-pipeline{clusters=1}", "canonicalize,cse": CRANIA's and upstream's
 * passes by their names), and gives the module as text or, if `bytecode` is not
 * 0, as bytecode. An empty pipeline imports. NULL on error. */
CRANIA_COMPILER_EXPORT CraniaCompilerOutput craniaCompilerSessionRunPasses(
    CraniaCompilerSession session, const void *bytes, uint64_t size,
    const char *name, const char *pipeline, int bytecode);

/* The bytes of an output, as long as it lives. */
CRANIA_COMPILER_EXPORT const void *
craniaCompilerOutputGetData(CraniaCompilerOutput output);
CRANIA_COMPILER_EXPORT uint64_t
craniaCompilerOutputGetSize(CraniaCompilerOutput output);
/* NULL is ignored. */
CRANIA_COMPILER_EXPORT void
craniaCompilerOutputDestroy(CraniaCompilerOutput output);

#ifdef __cplusplus
}
#endif

#endif /* CRANIA_C_COMPILER_H */
