// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODECS_BUILTINCODECS_H
#define CRANIA_LIB_ENCODING_CODECS_BUILTINCODECS_H

#include "crania/Encoding/Codec.h"

namespace crania::encoding {

/// Returns the codec "raw": the value words of all positions in order. It is
/// dense: it supports only a cluster that holds every position of the block.
const Codec &rawCodec();

/// Returns the codec "bitmap": one bit per position, then the value words of
/// the set bits.
const Codec &bitmapCodec();

/// Returns the codec "bitmap-free", which is like "bitmap" but has bits only
/// for the positions that earlier clusters left free.
const Codec &bitmapFreeCodec();

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODECS_BUILTINCODECS_H
