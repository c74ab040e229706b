// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CopyRuns.h"

using namespace crania;
using namespace crania::simulator;

CopyRuns::CopyRuns(const Scoreboard &board, uint32_t command) {
  const binary::Copy &copy = *board.command(command).body_as_Copy();
  const auto &buffers = *board.program.program().buffers();
  isRead = buffers.Get(copy.source())->space() != binary::Space::global_buffer;
  buffer = buffers.Get(isRead ? copy.source() : copy.destination());
  extents = copy.extents();
  strides = isRead ? copy.source_strides() : copy.destination_strides();
  offset = isRead ? copy.source_offset() : copy.destination_offset();
  elementBytes = board.elementBytes(copy.source());
  count = space() == binary::Space::image ? 1 : board.step(command).inputs;
  for (size_t i = extents->size(); i-- > 0; ++runDims) {
    const uint32_t extent = extents->Get(i);
    if (extent != 1 && strides->Get(i) != int64_t(runElements))
      break;
    runElements *= extent;
  }
}

void simulator::countCopy(const Scoreboard &board, uint32_t command, bool reads,
                          uint64_t bytes, Counts &counts) {
  const binary::Copy *copy = board.isCommand(command)
                                 ? board.command(command).body_as_Copy()
                                 : nullptr;
  const bool isShared =
      copy && board.program.program().buffers()->Get(copy->source())->space() ==
                  binary::Space::image;
  (reads ? counts.globalBufferWriteBytes : counts.globalBufferReadBytes) +=
      isShared ? bytes * board.step(command).inputs : bytes;
  if (copy && copy->purpose() == binary::Purpose::parameters)
    counts.parameterBytes += bytes;
  else if (reads)
    counts.activationBytesRead += bytes;
  else
    counts.activationBytesWritten += bytes;
}
