// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_TILERANGES_H
#define CRANIA_DEVICEBINARY_TILERANGES_H

#include "Verify.h"

namespace crania::binary {

/// Returns the weights of an index. Fails if there are none.
Result<const Weights *> weightsOf(uint32_t index,
                                  const ProgramContext &context);

/// Checks that a tile range is not empty and lies within the tiles of the
/// weights.
Status checkTileRange(uint32_t begin, uint32_t end, const Weights &weights);

/// Checks that a range of tiles cuts no codec block of a cluster. A block is
/// decoded as a whole, so a part of it can be neither fetched nor used.
Status checkWholeBlocks(uint32_t begin, uint32_t end, const Segment &segment);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_TILERANGES_H
