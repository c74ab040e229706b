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
 * Handles must not be NULL, unless a comment says that NULL is ignored.
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

/* Returns the version of the library. The library can be used if its major
 * version equals that of the header and its minor version is at least that of
 * the header. */
CRANIA_COMPILER_EXPORT uint32_t craniaCompilerGetVersion(void);

/* Options of compilations, and the callback for diagnostics. */
typedef struct CraniaCompilerSessionImpl *CraniaCompilerSession;
/* Bytes that the compiler produced. */
typedef struct CraniaCompilerOutputImpl *CraniaCompilerOutput;

typedef enum CraniaCompilerSeverity {
  CRANIA_COMPILER_ERROR = 0,
  CRANIA_COMPILER_WARNING = 1,
  CRANIA_COMPILER_NOTE = 2,
  CRANIA_COMPILER_REMARK = 3
} CraniaCompilerSeverity;

/* Callback for diagnostics. `message` is a NUL-terminated text that lives
 * during the call. It states the place in terms of the network ("net.mlir:3:7:
 * ", "net.onnx: 'conv1': "), then the diagnostic. A note belongs to the
 * diagnostic before it. */
typedef void (*CraniaCompilerDiagnosticCallback)(
    CraniaCompilerSeverity severity, const char *message, void *userData);

/* Creates a session. `onDiagnostic` may be NULL. */
CRANIA_COMPILER_EXPORT CraniaCompilerSession craniaCompilerSessionCreate(
    CraniaCompilerDiagnosticCallback onDiagnostic, void *userData);
/* Releases a session. Its outputs remain valid. NULL is ignored. */
CRANIA_COMPILER_EXPORT void
craniaCompilerSessionDestroy(CraniaCompilerSession session);

/* Sets an option for later compilations of the session. The options are those
 * of crania-compile (crania-compile --help): "clusters" with ".1,.2,.3,.4",
 * "baselines" with "true". Returns 0, or -1 if there is no option of that name
 * or if the value is not of its type. The meaning of values is checked when a
 * network is compiled. */
CRANIA_COMPILER_EXPORT int
craniaCompilerSessionSetOption(CraniaCompilerSession session, const char *name,
                               const char *value);
/* Return the number of options, and the name of an option (from 0), or NULL
 * after the last one. */
CRANIA_COMPILER_EXPORT uint64_t craniaCompilerGetOptionCount(void);
CRANIA_COMPILER_EXPORT const char *craniaCompilerGetOptionName(uint64_t option);

/* Compiles a network to a device binary. `bytes` are an ONNX model, or an MLIR
 * module as text or bytecode. Diagnostics call the network `name`, which ends
 * in .onnx, .mlir or .mlirbc. Returns NULL on error. */
CRANIA_COMPILER_EXPORT CraniaCompilerOutput
craniaCompilerSessionCompile(CraniaCompilerSession session, const void *bytes,
                             uint64_t size, const char *name);

/* Reads a network as craniaCompilerSessionCompile does, runs a pass pipeline on
 * it ("crania-pipeline{clusters=1}", "canonicalize,cse": passes of CRANIA and
 * upstream by their names), and returns the module as text or, if `bytecode` is
 * not 0, as bytecode. An empty pipeline only imports the network. Returns NULL
 * on error. */
CRANIA_COMPILER_EXPORT CraniaCompilerOutput craniaCompilerSessionRunPasses(
    CraniaCompilerSession session, const void *bytes, uint64_t size,
    const char *name, const char *pipeline, int bytecode);

/* Return the bytes of an output, which live as long as the output, and their
 * number. */
CRANIA_COMPILER_EXPORT const void *
craniaCompilerOutputGetData(CraniaCompilerOutput output);
CRANIA_COMPILER_EXPORT uint64_t
craniaCompilerOutputGetSize(CraniaCompilerOutput output);
/* Releases an output. NULL is ignored. */
CRANIA_COMPILER_EXPORT void
craniaCompilerOutputDestroy(CraniaCompilerOutput output);

#ifdef __cplusplus
}
#endif

#endif /* CRANIA_C_COMPILER_H */
