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

/// Verifies the bytes of a file, and reads where its parts are.
Result<const Bundle *> verifyFile(Span<const uint8_t> bytes, Header &header);

/// Semantic verification, after the FlatBuffers structure is known to be sound.
/// `imageBytes` is the size of the file's image segment.
Status verifyBundle(const Bundle &bundle, uint64_t imageBytes);

/// That no string, vector, table or command body is missing and all vectors are
/// aligned, so that nothing after it meets a null pointer or a misaligned one.
Status verifyPresence(const Bundle &bundle);

/// What the checks of a program's parts look things up in.
struct ProgramContext {
  const Program &program;
  const target::TargetModel &target;
  /// Where to note a command that fails, if somebody asks.
  CommandPlace *failed = nullptr;
};

/// A program whose fields are all there. `failed`, if given, is set when the
/// error is one of a command.
Status verifyProgram(const Program &program, CommandPlace *failed = nullptr);

/// Tilings, segments, directories and the weight store's contents.
Status verifyWeights(const ProgramContext &context);

/// The commands of round `index`, from 0: each on its own, their tokens, that
/// weights are fetched before they are used (FetchTracker.h), and that tokens
/// keep commands apart that touch the same memory (Hazards.h).
Status verifyRound(const ProgramContext &context, size_t index);

// Commands on their own. Operands that compute are in the global buffer.
Status verifyFetch(const Fetch &fetch, const ProgramContext &context);
Status verifyRelease(const Release &release, const ProgramContext &context);
Status verifyContract(const Contract &contract, const ProgramContext &context);
Status verifyVector(const Vector &vector, const ProgramContext &context);
Status verifyCopy(const Copy &copy, const ProgramContext &context);
Status verifyExitTest(const ExitTest &test, const ProgramContext &context);

/// Whether an enumeration read from a file has one of its values.
template <typename Enum>
bool isKnown(Enum value) {
  return value >= Enum::MIN && value <= Enum::MAX;
}

/// Whether weights can be of that type: f32, i16 and i8.
bool isWeightType(ElementType type);

/// "[begin, end)", for messages.
std::string rangeText(uint64_t begin, uint64_t end);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_VERIFY_H
