// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OutputReader.h"

using namespace crania;
using namespace crania::simulator;

namespace {

/// The elements of a buffer that a command puts out.
struct Box {
  uint32_t buffer;
  uint64_t offset;
  struct Dim {
    uint32_t extent;
    int64_t stride;
  };
  std::vector<Dim> dims;
};

Box boxOf(const binary::Contract &contract) {
  const binary::Plane &p = *contract.output();
  return {p.buffer(),
          p.offset(),
          {{p.channels(), p.channel_stride()},
           {p.height(), p.row_stride()},
           {p.width(), p.column_stride()}}};
}

/// Outputs are not padded: each index is a loop that walks the whole extent.
Box boxOf(const binary::Vector &vector) {
  const binary::Access &access = *vector.output();
  Box box = {access.buffer(), access.offset(), {}};
  for (const binary::AccessDim *dim : *access.dims())
    box.dims.push_back({dim->extent(), dim->stride()});
  return box;
}

void gather(const float *from, const Box &box, size_t dim,
            std::vector<float> &elements) {
  if (dim == box.dims.size())
    return elements.push_back(*from);
  for (uint32_t i = 0; i < box.dims[dim].extent; ++i)
    gather(from + int64_t(i) * box.dims[dim].stride, box, dim + 1, elements);
}

} // namespace

bool simulator::readOutput(const ProgramView &program,
                           const binary::Command &command,
                           const Memories &memories,
                           std::vector<float> &elements) {
  elements.clear();
  Box box;
  if (const binary::Contract *contract = command.body_as_Contract())
    box = boxOf(*contract);
  else if (const binary::Vector *vector = command.body_as_Vector())
    box = boxOf(*vector);
  else
    return false;
  if (elementOf(program, box.buffer) != binary::ElementType::f32)
    return false;
  gather(memories.read<float>(locate(program, box.buffer, box.offset)), box, 0,
         elements);
  return true;
}
