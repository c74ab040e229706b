// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "Verify.h"

#include <cmath>

namespace crania::binary {

namespace {

/// The largest DRAM scratch of a program, in bytes. The largest activations of
/// the networks in use are some tens of MB, and a reader allocates this much
/// per context.
constexpr uint64_t maxScratchBytes = uint64_t(256) << 20;
constexpr size_t maxRounds = 256;

/// Returns the bytes of a memory as this program sees it.
uint64_t capacityOf(Space space, const ProgramContext &context) {
  switch (space) {
  case Space::image:
    return context.program.image_bytes();
  case Space::dram:
    return context.program.dram_bytes();
  case Space::global_buffer:
    return context.target.globalBuffer.bytes;
  }
  __builtin_unreachable();
}

Status verifyBuffer(const Buffer &buffer, const ProgramContext &context) {
  if (!isKnown(buffer.space()) || !isKnown(buffer.element()))
    return Error{"its memory or element type is unknown"};
  uint64_t capacity = capacityOf(buffer.space(), context);
  if (buffer.offset() > capacity || buffer.bytes() > capacity - buffer.offset())
    return Error{"bytes [" + std::to_string(buffer.offset()) + ", +" +
                 std::to_string(buffer.bytes()) + ") exceed the " +
                 std::to_string(capacity) + " bytes of " +
                 std::string(nameOf(buffer.space()))};
  unsigned size = bytesOf(buffer.element());
  if (buffer.bytes() == 0 || buffer.offset() % size != 0 ||
      buffer.bytes() % size != 0)
    return Error{"its offset " + std::to_string(buffer.offset()) + " and its " +
                 std::to_string(buffer.bytes()) + " bytes are not whole " +
                 std::string(nameOf(buffer.element())) + " elements"};
  return {};
}

Status verifyBuffers(const ProgramContext &context) {
  for (const Buffer *buffer : *context.program.buffers())
    if (Status status = verifyBuffer(*buffer, context); !status)
      return Error{"buffer \"" + buffer->name()->str() +
                   "\": " + status.error().message};
  return {};
}

/// Images have an axis for each letter of their layout.
Status verifyLayout(const Port &port, const std::string &role) {
  if (!isKnown(port.layout()))
    return Error{role + " has an unknown layout"};
  constexpr size_t imageRank = 4;
  if (port.layout() != PortLayout::nchw && port.shape()->size() != imageRank)
    return Error{role +
                 " has a layout of images, but is not a tensor of rank 4"};
  return {};
}

Status verifyPort(const Port &port, const std::string &role,
                  const ProgramContext &context) {
  Result<const Buffer *> buffer = bufferOf(port.buffer(), role, context);
  if (!buffer)
    return buffer.error();
  if ((*buffer)->space() == Space::image)
    return Error{role + " is in the read-only image"};
  if (port.element() != (*buffer)->element())
    return Error{role + " and its buffer \"" + (*buffer)->name()->str() +
                 "\" have different element types, " +
                 std::string(nameOf(port.element())) + " and " +
                 std::string(nameOf((*buffer)->element()))};
  uint64_t elements = (*buffer)->bytes() / bytesOf((*buffer)->element());
  std::optional<uint64_t> wanted = boundedProduct(*port.shape(), elements);
  if (!wanted)
    return Error{role +
                 " has a shape that is empty or larger than its "
                 "buffer \"" +
                 (*buffer)->name()->str() + "\" of " +
                 std::to_string(elements) + " elements"};
  return verifyLayout(port, role);
}

bool isQuantised(ElementType type) {
  return type == ElementType::u8 || type == ElementType::i8 ||
         type == ElementType::i16;
}

/// Checks the scale of the input, by which the host divides in f32.
Status verifyInputScale(const Port &port) {
  std::string type(nameOf(port.element()));
  if (isFloat(port.element()))
    return port.scale() == 0
               ? Status()
               : Error{"input is f32, but has a scale; only integers have"};
  if (!isQuantised(port.element()))
    return Error{"input is " + type + ", but must be f32, u8, i8 or i16"};
  float scale = float(port.scale());
  if (scale > 0 && std::isfinite(scale))
    return {};
  return Error{"input is " + type + ", but its scale of " +
               std::to_string(port.scale()) +
               " is not positive and finite in f32"};
}

Status verifyLogits(const Port &port) {
  if (!isFloat(port.element()) || port.scale() != 0)
    return Error{"logits are " + std::string(nameOf(port.element())) +
                 ", but must be f32, without a scale"};
  return {};
}

Status verifyPorts(const ProgramContext &context) {
  const Port &input = *context.program.input();
  const Port &logits = *context.program.logits();
  if (Status status = verifyPort(input, "input", context); !status)
    return status;
  if (Status status = verifyInputScale(input); !status)
    return status;
  if (Status status = verifyPort(logits, "logits", context); !status)
    return status;
  return verifyLogits(logits);
}

Status verifyExitRule(const Program &program) {
  if (!isKnown(program.exit_rule()))
    return Error{"its exit rule is unknown"};
  size_t expected = program.rounds()->size() - 1;
  if (program.thresholds()->size() != expected)
    return Error{"it has " + std::to_string(program.thresholds()->size()) +
                 " thresholds, but must have " + std::to_string(expected) +
                 ", one per round but the last"};
  for (double threshold : *program.thresholds())
    if (!std::isfinite(threshold))
      return Error{"a threshold is not finite"};
  return {};
}

Status verifyScalars(const Program &program) {
  if (!isWeightType(program.precision()))
    return Error{"its precision is not f32, i16 or i8"};
  if (program.dram_bytes() > maxScratchBytes)
    return Error{"it needs " + std::to_string(program.dram_bytes()) +
                 " bytes of DRAM scratch, above the limit of " +
                 std::to_string(maxScratchBytes)};
  size_t rounds = program.rounds()->size();
  if (rounds == 0 || rounds > maxRounds)
    return Error{"it has " + std::to_string(rounds) +
                 " rounds, but must have 1 to " + std::to_string(maxRounds)};
  return verifyExitRule(program);
}

/// A memory of a flat model is as large as it must be.
Status verifyCapacity(const ProgramContext &context) {
  const target::TargetModel::Dram &dram = context.target.dram;
  if (dram.model == target::DramModel::flat)
    return {};
  const uint64_t needed =
      context.program.image_bytes() + context.program.dram_bytes();
  const uint64_t capacity = dram.memory->capacity();
  if (needed <= capacity)
    return {};
  return Error{"it needs " + std::to_string(needed) + " bytes of DRAM, but " +
               dram.memory->name + " has " + std::to_string(capacity) +
               "; give dram.memory more rows, ranks or channels"};
}

Status verifyParts(const ProgramContext &context) {
  const Program &program = context.program;
  if (Status status = verifyScalars(program); !status)
    return status;
  if (Status status = verifyCapacity(context); !status)
    return status;
  if (Status status = verifyBuffers(context); !status)
    return status;
  if (Status status = verifyPorts(context); !status)
    return status;
  if (Status status = verifyWeights(context); !status)
    return status;
  for (size_t i = 0; i < program.rounds()->size(); ++i)
    if (Status status = verifyRound(context, i); !status)
      return status;
  return {};
}

} // namespace

std::string rangeText(uint64_t begin, uint64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

Status verifyProgram(const Program &program, CommandPlace *failed) {
  auto fail = [&](const std::string &message) {
    bool nested = message.rfind("round ", 0) == 0;
    return Error{"program \"" + program.name()->str() + "\"" +
                 (nested ? ", " : ": ") + message};
  };
  Result<target::TargetModel> target =
      target::parseTarget(program.target()->string_view());
  if (!target)
    return fail("its target is not valid: " + target.error().message);
  if (Status status = verifyParts({program, *target, failed}); !status)
    return fail(status.error().message);
  return {};
}

} // namespace crania::binary
