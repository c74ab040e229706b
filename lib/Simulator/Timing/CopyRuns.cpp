// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CopyRuns.h"

using namespace crania;
using namespace crania::simulator;

CopyRuns::CopyRuns(const Scoreboard &board, uint32_t command) {
  const binary::Program &program = board.program.program();
  for (binary::OperandAccess &operand :
       binary::accessesOf(board.command(command), program)) {
    buffer = program.buffers()->Get(operand.buffer);
    side = std::move(operand);
    if (space() != binary::Space::global_buffer)
      break; // the other side is on chip
  }
  elementBytes = binary::bytesOf(buffer->element());
  count = space() == binary::Space::image ? 1 : board.step(command).inputs;
  for (size_t i = side.axes.size(); i-- > 0; ++runDims) {
    const uint64_t extent = extentOf(i);
    if (extent != 1 && side.axes[i].stride != int64_t(runElements))
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
