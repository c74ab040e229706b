// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_ACCESSES_H
#define CRANIA_DEVICEBINARY_ACCESSES_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/DeviceBinary/OperandElements.h"

namespace crania::binary {

/// A range of bytes [begin, end) of a memory.
struct ByteRange {
  Space space;
  uint64_t begin, end;

  bool meets(const ByteRange &other) const {
    return space == other.space && begin < other.end && other.begin < end;
  }
};

/// A buffer that a command uses, and the elements that it touches.
struct OperandAccess : OperandElements {
  uint32_t buffer;

  /// Returns the bytes from the first to the last element of an operand that is
  /// not empty.
  ByteRange bytes(const Program &program) const;
};

/// Returns the operands of a verified command: its inputs in the order of the
/// schema, then its output. Verifiers, engines and timing take from here what a
/// command reads and writes. Weights are not among the operands, because they
/// have memories of their own.
std::vector<OperandAccess> accessesOf(const Command &command,
                                      const Program &program);

/// Returns true if a reduction starts at what its output holds.
bool readsOutput(const Vector &vector);

/// The output channels [begin, end) of a contraction.
struct Channels {
  uint64_t begin, end;
};

/// Returns the output channels that the tiles of a verified contraction
/// compute.
Channels outputChannelsOf(const Contract &contract,
                          const encoding::Tiling &tiling);

/// The units of the machine that take commands, each in their order.
enum class CommandUnit : uint8_t {
  weightDma,
  activationDma,
  array,
  vectorUnit,
  exitUnit
};
constexpr size_t commandUnitCount = 5;

/// Returns the unit that takes a command.
CommandUnit unitOf(const Command &command);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_ACCESSES_H
