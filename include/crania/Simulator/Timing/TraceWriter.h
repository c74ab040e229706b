// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TIMING_TRACEWRITER_H
#define CRANIA_SIMULATOR_TIMING_TRACEWRITER_H

#include "crania/Simulator/Timing/Timeline.h"

namespace crania::simulator {

/// Writes timelines of consecutive rounds as a Chrome trace, which
/// https://ui.perfetto.dev and chrome://tracing display. The trace has a
/// process for each program and a thread for each unit. Complete events ("ph":
/// "X") are named by layer, with times in microseconds of the machine's clock;
/// their arguments hold the command and the exact cycles.
class TraceWriter {
public:
  /// Starts a process, to which later rounds are added.
  void beginProgram(const ProgramView &program);
  /// Appends a round (from 0), which starts when the round added before ends.
  void addRound(const ProgramView &program, unsigned round,
                const RoundTiming &timing);
  std::string json() const;

private:
  std::vector<std::string> events; // JSON objects
  int process = 0;
  uint64_t start = 0; // cycle of the next round
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TIMING_TRACEWRITER_H
