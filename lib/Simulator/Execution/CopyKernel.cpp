// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CopyKernel.h"

#include <algorithm>
#include <cassert>
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
                            const binary::Copy &copy,
                            const DramPlacement &dram) {
  CopyKernel k;
  k.source = dram(locate(program, copy.source(), copy.source_offset()));
  k.destination =
      dram(locate(program, copy.destination(), copy.destination_offset()));
  k.elementBytes = binary::bytesOf(elementOf(program, copy.source()));
  const Box box = boxOf(copy);
  assert(box.dims.size() <= k.dims.size() && "more dimensions than verified");
  std::copy(box.dims.begin(), box.dims.end(), k.dims.begin());
  k.rank = box.dims.size();
  return k;
}

/// Piece by piece: for much at once, memcpy takes instructions of the host that
/// are slower from a far cache.
static void copyRun(const uint8_t *from, uint8_t *to, size_t bytes) {
  constexpr size_t piece = 4096;
  for (; bytes > piece; bytes -= piece, from += piece, to += piece)
    std::memcpy(to, from, piece);
  std::memcpy(to, from, bytes);
}

/// Asks for the lines of a range that will be written.
static void prefetch(const uint8_t *to, size_t bytes) {
  constexpr size_t line = 64; // bytes, of the host's caches
  for (size_t i = 0; i < bytes; i += line)
    __builtin_prefetch(to + i, 1);
}

/// Runs of contiguous bytes, some distance apart. The caches do not foresee
/// where the next run goes, so it is asked for some runs before.
static void copyRuns(const uint8_t *from, uint8_t *to, const Box::Dim &runs,
                     size_t elementBytes, size_t runBytes) {
  constexpr uint64_t ahead = 4;
  const int64_t fromBytes = runs.sourceStride * int64_t(elementBytes);
  const int64_t toBytes = runs.destinationStride * int64_t(elementBytes);
  for (uint64_t i = 0; i < runs.extent; ++i) {
    if (i + ahead < runs.extent)
      prefetch(to + int64_t(ahead) * toBytes, runBytes);
    copyRun(from, to, runBytes);
    from += fromBytes;
    to += toBytes;
  }
}

template <typename T>
void CopyKernel::copy(const T *from, T *to, size_t dim) const {
  const Box::Dim &d = dims[dim], &last = dims[rank - 1];
  const size_t left = rank - dim;
  const bool hasRuns = last.sourceStride == 1 && last.destinationStride == 1;
  const auto *fromBytes = reinterpret_cast<const uint8_t *>(from);
  auto *toBytes = reinterpret_cast<uint8_t *>(to);
  if (left == 1 && hasRuns)
    return copyRun(fromBytes, toBytes, d.extent * sizeof(T));
  if (left == 2 && hasRuns)
    return copyRuns(fromBytes, toBytes, d, sizeof(T), last.extent * sizeof(T));
  for (uint64_t i = 0; i < d.extent; ++i) {
    const T *source = from + int64_t(i) * d.sourceStride;
    T *destination = to + int64_t(i) * d.destinationStride;
    if (left == 1)
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
