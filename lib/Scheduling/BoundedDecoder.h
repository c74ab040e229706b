// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SCHEDULING_BOUNDEDDECODER_H
#define CRANIA_LIB_SCHEDULING_BOUNDEDDECODER_H

#include "crania/Scheduling/LayoutChoice.h"

#include <optional>

namespace crania::scheduling {

/// The choice of least energy, of candidates that are `allowed` per segment,
/// whose decoder is within the budget of the problem; nothing if there is none.
///
/// Once lanes, windows and units of both halves of the decoder are given, the
/// *shape*, what is left of the budget is for tables, and the tensors are
/// independent but for how it is split between the halves. So shapes are tried
/// in the order of a lower bound, what the segments take at least in the codes
/// that a shape has, until that exceeds the best choice so far. Those that
/// Lagrangian relaxation of the room for tables does not rule out are solved by
/// dynamic programming over the segments of each tensor. Exact as long as there
/// are at most 4,000 shapes of a half, 4 sizes of buffers and 128 splits, and
/// 2,000 shapes of both that are left to be solved; else some of each are left
/// out.
std::optional<LayoutChoice>
chooseBounded(const LayoutProblem &problem,
              const std::vector<std::vector<size_t>> &allowed);

} // namespace crania::scheduling

#endif // CRANIA_LIB_SCHEDULING_BOUNDEDDECODER_H
