// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A fuzzer of a block directory.

#include "FuzzInput.h"

#include "crania/Encoding/BlockDirectory.h"

using namespace crania::encoding;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  crania::Span<const uint8_t> bytes(data + 2, size - 2);
  auto sizes = parseDirectory(bytes, size_t(data[0] | data[1] << 8));
  if (sizes)
    requireSame(encodeDirectory(*sizes), bytes);
  return 0;
}
