// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_HAZARDS_H
#define CRANIA_DEVICEBINARY_HAZARDS_H

#include "Verify.h"

#include <optional>

namespace crania::binary {

/// A command of a round that may meet a memory, or a released cluster, in the
/// wrong state.
struct Hazard {
  size_t command;
  std::string message;
};

/// Looks for two commands of a round, each verified on its own, that touch the
/// same bytes, one of them writing, and that nothing keeps in order. What keeps
/// commands in order:
///   - a token: the command starts when those named in `after` have finished;
///   - the unit: weight DMA, activation DMA, PE array, vector unit and exit
///     unit each take their commands in order. The DMAs and the array are
///     pipelined, so later writes come after earlier accesses, but to read what
///     an earlier command of the same unit writes still takes a token;
///   - following: a Vector takes finished outputs of the Contract it follows,
///     and those of earlier Contracts are finished by then; but it must not
///     write to the Contract's input.
/// Fetches touch no memory that other units see: FetchTracker looks after them.
///
/// Accesses are taken as ranges from their first to their last byte: commands
/// whose strided accesses interleave without meeting need an order, too.
std::optional<Hazard> findHazard(const Round &round,
                                 const ProgramContext &context);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_HAZARDS_H
