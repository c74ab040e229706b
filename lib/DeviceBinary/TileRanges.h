// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_TILERANGES_H
#define CRANIA_DEVICEBINARY_TILERANGES_H

#include "Verify.h"

namespace crania::binary {

/// The weights of that index.
Result<const Weights *> weightsOf(uint32_t index,
                                  const ProgramContext &context);

/// A tile range that is not empty and lies within the weights' tiles.
Status checkTileRange(uint32_t begin, uint32_t end, const Weights &weights);

/// Blocks decode on their own only as a whole: a range that cuts a block of the
/// cluster cannot be fetched or used.
Status checkWholeBlocks(uint32_t begin, uint32_t end, const Segment &segment);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_TILERANGES_H
