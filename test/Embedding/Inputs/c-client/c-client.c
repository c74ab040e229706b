// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* A C program that knows bytes only: c-client net.onnx input.f32 out.crania
 * OPTION=VALUE... compiles, writes the device binary and runs it on the input.
 * With
 * --options it names the options, with --passes PIPELINE net it prints a
 * module. */

#include "crania-c/Compiler.h"
#include "crania-c/Runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void onDiagnostic(CraniaCompilerSeverity severity, const char *message,
                         void *userData) {
  static const char *const names[] = {"error", "warning", "note", "remark"};
  if (severity == CRANIA_COMPILER_ERROR)
    ++*(int *)userData;
  fprintf(stderr, "[%s] %s\n", names[severity], message);
}

static void onError(const char *message, void *userData) {
  (void)userData;
  fprintf(stderr, "[runtime] %s\n", message);
}

static char *readFile(const char *path, uint64_t *size) {
  FILE *file = fopen(path, "rb");
  char *bytes;
  long length;
  if (!file || fseek(file, 0, SEEK_END) || (length = ftell(file)) < 0) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  rewind(file);
  bytes = malloc((size_t)length + 1);
  *size = fread(bytes, 1, (size_t)length, file);
  fclose(file);
  return bytes;
}

static int printOptions(void) {
  for (uint64_t i = 0; i < craniaCompilerGetOptionCount(); ++i)
    puts(craniaCompilerGetOptionName(i));
  return craniaCompilerGetOptionName(craniaCompilerGetOptionCount()) != NULL;
}

static int runPasses(CraniaCompilerSession session, const char *pipeline,
                     const char *path) {
  uint64_t size;
  char *bytes = readFile(path, &size);
  CraniaCompilerOutput output =
      craniaCompilerSessionRunPasses(session, bytes, size, path, pipeline, 0);
  free(bytes);
  if (!output)
    return 1;
  fwrite(craniaCompilerOutputGetData(output), 1,
         craniaCompilerOutputGetSize(output), stdout);
  craniaCompilerOutputDestroy(output);
  return 0;
}

/* Nonzero if something did not get into the file. */
static int writeFile(const char *path, CraniaCompilerOutput output) {
  const size_t size = craniaCompilerOutputGetSize(output);
  FILE *file = fopen(path, "wb");
  int failed = !file || fwrite(craniaCompilerOutputGetData(output), 1, size,
                               file) != size;
  if (file && fclose(file))
    failed = 1;
  if (failed)
    perror(path);
  return failed;
}

static int infer(CraniaCompilerOutput binary, const char *inputPath) {
  uint64_t size, ticket, classes;
  int64_t exitRound;
  char *input = readFile(inputPath, &size);
  float *logits;
  CraniaRuntimeSession session;
  CraniaRuntimeBundle bundle = craniaRuntimeBundleLoad(
      craniaCompilerOutputGetData(binary), craniaCompilerOutputGetSize(binary),
      onError, NULL);
  if (!bundle)
    return 1;
  session = craniaRuntimeSessionCreate(
      bundle, craniaRuntimeBundleGetDefaultProgram(bundle), onError, NULL);
  craniaRuntimeBundleDestroy(bundle);
  ticket = craniaRuntimeSessionSubmit(session, (const float *)input,
                                      size / sizeof(float), onError, NULL);
  free(input);
  if (!ticket || craniaRuntimeSessionRun(session, onError, NULL))
    return 1;
  classes = craniaRuntimeSessionGetLogitElements(session);
  logits = malloc(classes * sizeof(float));
  exitRound =
      craniaRuntimeSessionPoll(session, ticket, logits, classes, onError, NULL);
  printf("exit round %d of %u\n", (int)exitRound,
         craniaRuntimeSessionGetRounds(session));
  for (uint64_t i = 0; i < classes; ++i)
    printf("%a\n", logits[i]);
  free(logits);
  craniaRuntimeSessionDestroy(session);
  return exitRound > 0 ? 0 : 1;
}

static int compile(CraniaCompilerSession session, int argc, char **argv) {
  uint64_t size;
  int status;
  char *model;
  CraniaCompilerOutput output;
  for (int i = 4; i < argc; ++i) {
    char *equals = strchr(argv[i], '=');
    *equals = 0;
    if (craniaCompilerSessionSetOption(session, argv[i], equals + 1))
      return 1;
  }
  model = readFile(argv[1], &size);
  output = craniaCompilerSessionCompile(session, model, size, argv[1]);
  free(model);
  if (!output)
    return 1;
  status = writeFile(argv[3], output) || infer(output, argv[2]);
  craniaCompilerOutputDestroy(output);
  return status;
}

int main(int argc, char **argv) {
  int errors = 0, status;
  CraniaCompilerSession session;
  if (craniaCompilerGetVersion() >> 16 != CRANIA_COMPILER_VERSION >> 16 ||
      craniaRuntimeGetVersion() >> 16 != CRANIA_RUNTIME_VERSION >> 16)
    return 2;
  if (argc == 2 && !strcmp(argv[1], "--options"))
    return printOptions();
  if (argc < 4)
    return 2;
  session = craniaCompilerSessionCreate(onDiagnostic, &errors);
  status = !strcmp(argv[1], "--passes") ? runPasses(session, argv[2], argv[3])
                                        : compile(session, argc, argv);
  craniaCompilerSessionDestroy(session);
  /* What fails has said why, and what has not failed has not complained. */
  return status == (errors > 0) ? status : 3;
}
