// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_VERIFY_H
#define CRANIA_DEVICEBINARY_VERIFY_H

#include "Format.h"

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Support/Result.h"
#include "crania/Target/TargetModel.h"

#include <string>

namespace crania::binary {

/// Verifies the bytes of a file. Returns the root of its metadata, and its
/// header in `header`.
Result<const Bundle *> verifyFile(Span<const uint8_t> bytes, Header &header);

/// Verifies the meaning of a bundle whose FlatBuffers structure is known to be
/// sound. `imageBytes` is the size of the file's image segment.
Status verifyBundle(const Bundle &bundle, uint64_t imageBytes);

/// Checks that no string, vector, table or command body is missing and that all
/// vectors are aligned. Later checks then meet no null or misaligned pointer.
Status verifyPresence(const Bundle &bundle);

/// The program and the tables in which the checks of its parts look things up.
struct ProgramContext {
  const Program &program;
  const target::TargetModel &target;
  /// The position of a command that fails is stored here, unless this is null.
  CommandPlace *failed = nullptr;
};

/// Verifies a program whose fields are all there. If a command is at fault,
/// `failed` receives its position, unless it is null.
Status verifyProgram(const Program &program, CommandPlace *failed = nullptr);

/// Verifies tilings, segments, directories and the contents of the weight
/// store.
Status verifyWeights(const ProgramContext &context);

/// Verifies the commands of round `index`, counted from 0: each on its own,
/// their tokens, that weights are fetched before they are used
/// (FetchTracker.h), and that tokens order commands that touch the same memory
/// (Hazards.h).
Status verifyRound(const ProgramContext &context, size_t index);

// Checks of single commands. Operands of computations are in the global buffer.
Status verifyFetch(const Fetch &fetch, const ProgramContext &context);
Status verifyRelease(const Release &release, const ProgramContext &context);
Status verifyContract(const Contract &contract, const ProgramContext &context);
Status verifyVector(const Vector &vector, const ProgramContext &context);
Status verifyCopy(const Copy &copy, const ProgramContext &context);
Status verifyExitTest(const ExitTest &test, const ProgramContext &context);

/// Returns true if an enumeration that was read from a file has one of its
/// values.
template <typename Enum>
bool isKnown(Enum value) {
  return value >= Enum::MIN && value <= Enum::MAX;
}

/// Returns "[begin, end)", for messages.
std::string rangeText(uint64_t begin, uint64_t end);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_VERIFY_H
