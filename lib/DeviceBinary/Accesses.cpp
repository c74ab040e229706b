// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DeviceBinary/Accesses.h"

#include "Addresses.h"

#include <cassert>

namespace crania::binary {

namespace {

/// Adds an axis. Its numbers fit 64 bits, because the command is verified.
void addAxis(OperandAccess &operand, const Axis &axis) {
  operand.axes.push_back(
      {int64_t(axis.low), int64_t(axis.high), int64_t(axis.stride)});
}

template <typename Axes>
OperandAccess operandOf(uint32_t buffer, Use use, uint64_t offset,
                        const Axes &axes) {
  OperandAccess operand{{use, offset, {}}, buffer};
  for (const Axis &axis : axes)
    addAxis(operand, axis);
  return operand;
}

std::vector<OperandAccess> accessesOf(const Contract &c,
                                      const Program &program) {
  const Channels channels =
      outputChannelsOf(c, tilingOf(*program.weights()->Get(c.weights())));
  const Plane &in = *c.input(), &out = *c.output();
  return {
      operandOf(in.buffer(), Use::read, in.offset(), axesOf(in)),
      operandOf(out.buffer(), c.accumulate() ? Use::update : Use::write,
                out.offset(),
                axesOf(out, {Wide(channels.begin), Wide(channels.end) - 1}))};
}

/// Returns the indices between those that the loops reach and that are inside
/// of the extents.
OperandAccess operandOf(const Access &access, const Vector &vector, Use use) {
  OperandAccess operand{{use, access.offset(), {}}, access.buffer()};
  for (const AccessDim *dim : *access.dims()) {
    const Interval inside = insideOf(*dim, vector);
    addAxis(operand, {inside.low, inside.high, dim->stride()});
  }
  return operand;
}

std::vector<OperandAccess> accessesOf(const Vector &vector) {
  std::vector<OperandAccess> operands;
  for (const Access *input : *vector.inputs())
    operands.push_back(operandOf(*input, vector, Use::read));
  operands.push_back(operandOf(*vector.output(), vector,
                               readsOutput(vector) ? Use::update : Use::write));
  assert(!operands.back().isEmpty() && "an output is no padding");
  return operands;
}

std::vector<OperandAccess> accessesOf(const Copy &copy) {
  return {operandOf(copy.source(), Use::read, copy.source_offset(),
                    axesOf(*copy.extents(), *copy.source_strides())),
          operandOf(copy.destination(), Use::write, copy.destination_offset(),
                    axesOf(*copy.extents(), *copy.destination_strides()))};
}

} // namespace

ByteRange OperandAccess::bytes(const Program &program) const {
  const ElementRange elements = range();
  const Buffer &in = *program.buffers()->Get(buffer);
  const uint64_t size = bytesOf(in.element());
  return {in.space(), in.offset() + uint64_t(elements.begin) * size,
          in.offset() + uint64_t(elements.end) * size};
}

std::vector<OperandAccess> accessesOf(const Command &command,
                                      const Program &program) {
  if (const Contract *contract = command.body_as_Contract())
    return accessesOf(*contract, program);
  if (const Vector *vector = command.body_as_Vector())
    return accessesOf(*vector);
  if (const Copy *copy = command.body_as_Copy())
    return accessesOf(*copy);
  if (const ExitTest *test = command.body_as_ExitTest())
    return {
        {{Use::read, test->offset(), {{0, int64_t(test->classes()) - 1, 1}}},
         test->logits()}};
  return {};
}

bool readsOutput(const Vector &vector) {
  return vector.reduces() && !vector.initialized();
}

Channels outputChannelsOf(const Contract &contract,
                          const encoding::Tiling &tiling) {
  assert(contract.tile_begin() < contract.tile_end() &&
         "the contract was not verified");
  // Tiles are numbered by group, then by block of outputs.
  const encoding::Tiling::Tile first = tiling.tile(contract.tile_begin());
  const encoding::Tiling::Tile last = tiling.tile(contract.tile_end() - 1);
  return {uint64_t(first.group) * tiling.outputs + first.firstOutput,
          uint64_t(last.group) * tiling.outputs + last.firstOutput +
              last.outputs};
}

CommandUnit unitOf(const Command &command) {
  switch (command.body_type()) {
  case CommandBody::Copy:
    return CommandUnit::activationDma;
  case CommandBody::Contract:
    return CommandUnit::array;
  case CommandBody::Vector:
    return CommandUnit::vectorUnit;
  case CommandBody::ExitTest:
    return CommandUnit::exitUnit;
  default:
    return CommandUnit::weightDma;
  }
}

} // namespace crania::binary
