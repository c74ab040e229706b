// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_TRANSFORMS_PASSES_TD
#define CRANIA_DIALECT_CRANIAHW_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyHWProgram : Pass<"crania-hw-verify-program", "::crania::hw::ProgramOp"> {
  let summary = "Verify whole programs with the machine's own checks";
  let description = [{
    Encodes each `crania_hw.program` as the metadata of a device binary and
    verifies it with the code that a machine runs when it loads a binary. The
    checks cover everything that the machine relies on: capacities, directories,
    ranges, the order of tokens, hazards between commands that share memory, use
    of weights before their fetch, and legality for the target. An error is
    reported at the command at fault, or at the program if the fault is in no
    command. The pass changes nothing.

    The verifiers of the ops check only what is local: attributes, names and the
    structure of regions. `crania-pipeline` ends with this pass. A translation to a
    device binary makes the same checks.
  }];
}

#endif // CRANIA_DIALECT_CRANIAHW_TRANSFORMS_PASSES_TD
