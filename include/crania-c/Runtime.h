// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* The C API of the CRANIA runtime (libcrania_runtime.so): loads device
 * binaries, runs inputs on the simulated machine, reports what they cost. It
 * needs no LLVM.
 *
 * Stability: within a major version, functions are added but neither removed
 * nor changed.
 *
 * Handles must not be NULL, unless a comment says that NULL is ignored.
 *
 * Errors: functions that can fail take a callback that is called with the
 * reason, a NUL-terminated text that lives during the call, and say so by their
 * result. The callback may be NULL.
 *
 * Threads: a bundle may be shared by threads, a session is used by one thread
 * at a time, and craniaRuntimeInfer may be called from any number of them.
 */

#ifndef CRANIA_C_RUNTIME_H
#define CRANIA_C_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define CRANIA_RUNTIME_EXPORT __declspec(dllexport)
#else
#define CRANIA_RUNTIME_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header: major << 16 | minor. */
#define CRANIA_RUNTIME_VERSION ((uint32_t)((1u << 16) | 2u))

/* Returns the version of the library. The library can be used if its major
 * version equals that of the header and its minor version is at least that of
 * the header. */
CRANIA_RUNTIME_EXPORT uint32_t craniaRuntimeGetVersion(void);

/* Since 1.2. Returns one sentence about the code of another library that gave
 * wrong answers when it was checked on this host, so that this process computes
 * without it and more slowly. Returns NULL if there was no wrong answer in any
 * session created so far. The text lives until the thread's next call. */
CRANIA_RUNTIME_EXPORT const char *craniaRuntimeGetHostWarning(void);

/* A device binary: one or more programs. */
typedef struct CraniaRuntimeBundleImpl *CraniaRuntimeBundle;
/* A program on its own machine, with its inputs in flight. */
typedef struct CraniaRuntimeSessionImpl *CraniaRuntimeSession;

typedef void (*CraniaRuntimeErrorCallback)(const char *message, void *userData);

/* Loads a device binary and verifies all of it. Returns NULL on error. The
 * bytes are copied. */
CRANIA_RUNTIME_EXPORT CraniaRuntimeBundle
craniaRuntimeBundleLoad(const void *bytes, uint64_t size,
                        CraniaRuntimeErrorCallback onError, void *userData);
CRANIA_RUNTIME_EXPORT CraniaRuntimeBundle craniaRuntimeBundleLoadFile(
    const char *path, CraniaRuntimeErrorCallback onError, void *userData);
/* Releases a bundle. Its sessions remain valid. NULL is ignored. */
CRANIA_RUNTIME_EXPORT void
craniaRuntimeBundleDestroy(CraniaRuntimeBundle bundle);

CRANIA_RUNTIME_EXPORT uint64_t
craniaRuntimeBundleGetProgramCount(CraniaRuntimeBundle bundle);
/* Returns the name of a program, or NULL if there is none of that number. The
 * text lives as long as the bundle. */
CRANIA_RUNTIME_EXPORT const char *
craniaRuntimeBundleGetProgramName(CraniaRuntimeBundle bundle, uint64_t program);
/* Returns the number of the default program of the bundle: "crania", or else
 * the last one. */
CRANIA_RUNTIME_EXPORT uint64_t
craniaRuntimeBundleGetDefaultProgram(CraniaRuntimeBundle bundle);

/* Creates a session of a program (from 0). Returns NULL on error. */
CRANIA_RUNTIME_EXPORT CraniaRuntimeSession
craniaRuntimeSessionCreate(CraniaRuntimeBundle bundle, uint64_t program,
                           CraniaRuntimeErrorCallback onError, void *userData);
/* Releases a session. NULL is ignored. */
CRANIA_RUNTIME_EXPORT void
craniaRuntimeSessionDestroy(CraniaRuntimeSession session);

/* Return the number of elements (f32) of an input, row-major in the shape of
 * the model's input, and of its logits. */
CRANIA_RUNTIME_EXPORT uint64_t
craniaRuntimeSessionGetInputElements(CraniaRuntimeSession session);
CRANIA_RUNTIME_EXPORT uint64_t
craniaRuntimeSessionGetLogitElements(CraniaRuntimeSession session);
/* Returns the number of rounds that an input can take. */
CRANIA_RUNTIME_EXPORT uint32_t
craniaRuntimeSessionGetRounds(CraniaRuntimeSession session);

/* Queues an input for its first round. Returns its ticket, or 0 on error: if it
 * has another number of elements, or one that is not finite. */
CRANIA_RUNTIME_EXPORT uint64_t craniaRuntimeSessionSubmit(
    CraniaRuntimeSession session, const float *input, uint64_t inputElements,
    CraniaRuntimeErrorCallback onError, void *userData);

/* Since 1.1. Lets up to `inputs` inputs of the same round run as a sweep, which
 * reads their weights once. An input waits at most `flushMicroseconds` of the
 * machine's time until its sweep is full; then a sweep of fewer inputs runs. 0
 * stands for no limit. If no more inputs arrive, no sweep waits. Answers do not
 * depend on sweeps. Returns 0, or -1 on error: if inputs were submitted before,
 * or `inputs` is not from 1 to 4096. */
CRANIA_RUNTIME_EXPORT int craniaRuntimeSessionSetSweep(
    CraniaRuntimeSession session, uint32_t inputs, double flushMicroseconds,
    CraniaRuntimeErrorCallback onError, void *userData);

/* Since 1.1. Queues an input that arrives at a time of the machine, in
 * microseconds since the session began. Its latency starts at that time, which
 * must not be before that of the input submitted last. Returns its ticket, or 0
 * on error. */
CRANIA_RUNTIME_EXPORT uint64_t craniaRuntimeSessionSubmitAt(
    CraniaRuntimeSession session, const float *input, uint64_t inputElements,
    double microseconds, CraniaRuntimeErrorCallback onError, void *userData);

/* Runs one sweep: one round for inputs in flight. Returns 1, or 0 if no input
 * is in flight, or -1 on error. */
CRANIA_RUNTIME_EXPORT int
craniaRuntimeSessionStep(CraniaRuntimeSession session,
                         CraniaRuntimeErrorCallback onError, void *userData);
/* Runs sweeps until no input is in flight. Returns 0, or -1 on error. */
CRANIA_RUNTIME_EXPORT int
craniaRuntimeSessionRun(CraniaRuntimeSession session,
                        CraniaRuntimeErrorCallback onError, void *userData);

/* Gets the answer to an input: its exit round (from 1) and the logits. Each
 * ticket is answered once. Returns the exit round, 0 while the input is in
 * flight, or -1 on error (an unknown ticket, or fewer logitElements than there
 * are). */
CRANIA_RUNTIME_EXPORT int64_t craniaRuntimeSessionPoll(
    CraniaRuntimeSession session, uint64_t ticket, float *logits,
    uint64_t logitElements, CraniaRuntimeErrorCallback onError, void *userData);

/* Returns time, traffic and energy of the answered inputs as JSON (the keys of
 * a row in docs/Report.md). The text lives until the next report or the end of
 * the session. */
CRANIA_RUNTIME_EXPORT const char *
craniaRuntimeSessionReport(CraniaRuntimeSession session);

/* Serves compiled host code: runs one input through the default program of a
 * device binary in memory and writes its logits. Returns the exit round (from
 * 1), or -1 after printing the reason to stderr. A host warning is printed
 * there once. The loaded binary is kept for later calls with the same address,
 * size and contents. */
CRANIA_RUNTIME_EXPORT int64_t craniaRuntimeInfer(
    const void *binary, uint64_t size, const float *input,
    uint64_t inputElements, float *logits, uint64_t logitElements);

#ifdef __cplusplus
}
#endif

#endif /* CRANIA_C_RUNTIME_H */
