// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_BLOCKDIRECTORY_H
#define CRANIA_LAYOUT_BLOCKDIRECTORY_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <vector>

namespace crania::layout {

/// The directory of a segment: the size of each of its blocks, stored as the
/// smallest one and what each has more than that, in as many bits as the
/// largest needs. Blocks follow each other, so a block starts where the sizes
/// before it add up to.
std::vector<uint8_t> encodeDirectory(Span<const uint32_t> blockSizes);

/// The sizes of `blocks` blocks; their number is known from the tiles. Anything
/// that `encodeDirectory` could not have produced is an error.
Result<std::vector<uint32_t>> parseDirectory(Span<const uint8_t> bytes,
                                             size_t blocks);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_BLOCKDIRECTORY_H
