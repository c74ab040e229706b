// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Verifies programs of crania_hw as a reader of device binaries does.

#include "crania/Translation/DeviceBinary/VerifyProgram.h"
#include "ProgramEncoding.h"

using namespace mlir;
using namespace crania;
using namespace crania::hw;

/// Returns the operation that the machine refuses: a command, or else the
/// program.
static Operation *findCulprit(ProgramOp program,
                              const binary::CommandPlace &place) {
  if (!place.round || !place.command)
    return program;
  auto rounds = program.getOps<RoundOp>();
  RoundOp round = *std::next(rounds.begin(), *place.round);
  return &*std::next(round.getBody().front().begin(), *place.command);
}

LogicalResult crania::hw::verifyForMachine(ProgramOp program) {
  SmallVector<char> storage;
  binary::CommandPlace failed;
  Status status = binary::verify(
      encodeProgram(program), program.getImageBytes(storage).size(), &failed);
  if (status)
    return success();
  return findCulprit(program, failed)->emitError() << status.error().message;
}
