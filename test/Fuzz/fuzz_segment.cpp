// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A fuzzer of tables and a block of the encoding CRANIA_FUZZ_ENCODING.

#include "FuzzInput.h"

using namespace crania::encoding;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < FuzzInput::headBytes)
    return 0;
  FuzzInput input = parseFuzzInput(data, size);
  const SegmentEncoding &encoding = *findSegmentEncoding(CRANIA_FUZZ_ENCODING);
  auto coder = encoding.parse(input.tables, input.valueBits);
  if (!coder)
    return 0;
  requireSame((*coder)->tables(), input.tables);
  auto codes = (*coder)->decode(input.block, input.context());
  if (codes)
    requireSame((*coder)->encode(*codes, input.context()), input.block);
  return 0;
}
