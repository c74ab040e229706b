// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_HAZARDS_H
#define CRANIA_DEVICEBINARY_HAZARDS_H

#include "Verify.h"

#include <optional>

namespace crania::binary {

/// A command of a round that may find a memory or a released cluster in the
/// wrong state.
struct Hazard {
  size_t command;
  std::string message;
};

/// Looks for two commands of a round, each verified on its own, that touch the
/// same bytes, one of them writing, without an order between them. These things
/// keep commands in order:
///   - A token: a command starts when those named in `after` have finished.
///   - The unit: weight DMA, activation DMA, PE array, vector unit and exit
///   unit
///     each take their commands in order. The DMAs and the array are pipelined,
///     so later writes come after earlier accesses. To read what an earlier
///     command of the same unit writes still takes a token.
///   - Following: a Vector takes finished outputs of the Contract it follows.
///     The outputs of earlier Contracts are finished by then. The Vector must
///     not write to the Contract's input.
/// Fetches touch no memory that other units see; FetchTracker checks them.
///
/// An access counts as the range from its first to its last byte. Commands
/// whose strided accesses interleave without meeting therefore need an order,
/// too. Returns nullopt if there is no hazard.
std::optional<Hazard> findHazard(const Round &round,
                                 const ProgramContext &context);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_HAZARDS_H
