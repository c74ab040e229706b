// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/* runtime-only net.crania input.f32: runs a device binary and prints its
 * answer. */

#include "crania-c/Runtime.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  CraniaRuntimeBundle bundle;
  CraniaRuntimeSession session;
  uint64_t elements, classes, ticket;
  int64_t exitRound;
  float *input, *logits;
  FILE *file;
  if (argc != 3 || !(bundle = craniaRuntimeBundleLoadFile(argv[1], NULL, NULL)))
    return 1;
  session = craniaRuntimeSessionCreate(
      bundle, craniaRuntimeBundleGetDefaultProgram(bundle), NULL, NULL);
  craniaRuntimeBundleDestroy(bundle);
  elements = craniaRuntimeSessionGetInputElements(session);
  classes = craniaRuntimeSessionGetLogitElements(session);
  input = calloc(elements, sizeof(float));
  logits = calloc(classes, sizeof(float));
  file = fopen(argv[2], "rb");
  if (!file || fread(input, sizeof(float), elements, file) != elements)
    return 1;
  fclose(file);
  ticket = craniaRuntimeSessionSubmit(session, input, elements, NULL, NULL);
  if (craniaRuntimeSessionRun(session, NULL, NULL))
    return 1;
  exitRound =
      craniaRuntimeSessionPoll(session, ticket, logits, classes, NULL, NULL);
  printf("exit round %d of %u\n", (int)exitRound,
         craniaRuntimeSessionGetRounds(session));
  for (uint64_t i = 0; i < classes; ++i)
    printf("%a\n", logits[i]);
  free(input);
  free(logits);
  craniaRuntimeSessionDestroy(session);
  return 0;
}
