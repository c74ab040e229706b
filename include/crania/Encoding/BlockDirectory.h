// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_BLOCKDIRECTORY_H
#define CRANIA_ENCODING_BLOCKDIRECTORY_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::encoding {

/// Encodes the directory of a segment, which holds the size in bytes of each
/// block. It stores the smallest size, and for each block the difference from
/// the smallest one, in as many bits as the largest difference needs. Blocks
/// follow each other, so the sizes determine where a block starts.
std::vector<uint8_t> encodeDirectory(Span<const uint32_t> blockSizes);

/// Returns the sizes in bytes of `blocks` blocks; the reader knows their number
/// from the tiles. Fails on bytes that `encodeDirectory` cannot produce.
Result<std::vector<uint32_t>> parseDirectory(Span<const uint8_t> bytes,
                                             size_t blocks);

} // namespace crania::encoding

#endif // CRANIA_ENCODING_BLOCKDIRECTORY_H
