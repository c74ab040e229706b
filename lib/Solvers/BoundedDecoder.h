// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SOLVERS_BOUNDEDDECODER_H
#define CRANIA_LIB_SOLVERS_BOUNDEDDECODER_H

#include "crania/Solvers/EncodingChoice.h"

#include <optional>

namespace crania::solvers {

/// Returns the choice of least energy among the candidates that are `allowed`
/// per segment whose decoder is within the budget of the problem. Returns
/// nothing if there is none.
///
/// The *shape* of a decoder is the lanes, windows and units of both halves.
/// Once the shape is given, the rest of the budget is for tables, and the
/// tensors depend on each other only through the split of this room between the
/// halves. The search tries shapes in the order of a lower bound, which is the
/// least energy of the segments in the codes that the shape has, until the
/// bound exceeds the best choice so far. Lagrangian relaxation of the room for
/// tables rules out more shapes. Dynamic programming over the segments of each
/// tensor solves the remaining ones.
///
/// The search is exact if there are at most 4,000 shapes of a half, 4 sizes of
/// buffers, 128 splits, and 2,000 shapes of both halves to solve. Otherwise, it
/// leaves out some of each.
std::optional<EncodingChoice>
chooseBounded(const EncodingProblem &problem,
              const std::vector<std::vector<size_t>> &allowed);

} // namespace crania::solvers

#endif // CRANIA_LIB_SOLVERS_BOUNDEDDECODER_H
