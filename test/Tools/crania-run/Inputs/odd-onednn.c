/* Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Preloaded, it takes the place of functions of oneDNN.
 *   -DWRONG      its primitives compute nothing
 *   -DUNTRUSTED  all its implementations are for AMX, and end the process
 */
#include <stdio.h>
#include <stdlib.h>

#ifdef WRONG
int dnnl_primitive_execute(const void *primitive, void *stream, int count,
                           const void *arguments) {
  return 0;
}
#endif

#ifdef UNTRUSTED
int dnnl_primitive_desc_query(const void *desc, int what, int index,
                              void *result) {
  *(const char **)result = "brgconv:avx512_core_amx_int8";
  return 0;
}
int dnnl_primitive_execute(const void *primitive, void *stream, int count,
                           const void *arguments) {
  fputs("ran code that is not trusted\n", stderr);
  exit(3);
}
#endif
