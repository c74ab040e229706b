// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A fuzzer of a block of the stateless codec CRANIA_FUZZ_ENCODING.

#include "FuzzInput.h"

using namespace crania::encoding;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < FuzzInput::headBytes)
    return 0;
  FuzzInput input = parseFuzzInput(data, size);
  const Codec &codec = *findCodec(CRANIA_FUZZ_ENCODING);
  auto codes = codec.decode(input.block, input.context());
  if (codes)
    requireSame(codec.encode(*codes, input.context()), input.block);
  return 0;
}
