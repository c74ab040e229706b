// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CopyKernel.h"

#include <cstring>

using namespace crania;
using namespace crania::simulator;

Box simulator::boxOf(const binary::Copy &copy) {
  Box box;
  for (size_t i = 0; i < copy.extents()->size(); ++i) {
    Box::Dim dim = {copy.extents()->Get(i), copy.source_strides()->Get(i),
                    copy.destination_strides()->Get(i)};
    if (dim.extent == 1)
      continue;
    if (!box.dims.empty()) {
      Box::Dim &outer = box.dims.back();
      const int64_t extent = int64_t(dim.extent);
      if (outer.sourceStride == extent * dim.sourceStride &&
          outer.destinationStride == extent * dim.destinationStride) {
        outer = {outer.extent * dim.extent, dim.sourceStride,
                 dim.destinationStride};
        continue;
      }
    }
    box.dims.push_back(dim);
  }
  if (box.dims.empty())
    box.dims.push_back({1, 1, 1});
  return box;
}

CopyKernel CopyKernel::plan(const ProgramView &program,
                            const binary::Copy &copy) {
  CopyKernel k;
  k.source = locate(program, copy.source(), copy.source_offset());
  k.destination =
      locate(program, copy.destination(), copy.destination_offset());
  k.elementBytes = binary::bytesOf(elementOf(program, copy.source()));
  k.box = boxOf(copy);
  return k;
}

template <typename T>
void CopyKernel::copy(const T *from, T *to, size_t dim) const {
  const Box::Dim &d = box.dims[dim];
  const bool isInnermost = dim + 1 == box.dims.size();
  if (isInnermost && d.sourceStride == 1 && d.destinationStride == 1)
    return void(std::memmove(to, from, d.extent * sizeof(T)));
  for (uint64_t i = 0; i < d.extent; ++i) {
    const T *source = from + int64_t(i) * d.sourceStride;
    T *destination = to + int64_t(i) * d.destinationStride;
    if (isInnermost)
      *destination = *source;
    else
      copy(source, destination, dim + 1);
  }
}

void CopyKernel::run(const Memories &memories) const {
  auto copyAs = [&](auto word) {
    using T = decltype(word);
    copy(memories.read<T>(source), memories.write<T>(destination), 0);
  };
  switch (elementBytes) {
  case 1:
    return copyAs(uint8_t());
  case 2:
    return copyAs(uint16_t());
  case 4:
    return copyAs(uint32_t());
  default:
    return copyAs(uint64_t());
  }
}
