// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_TRACEWRITER_H
#define CRANIA_SIMULATOR_TRACEWRITER_H

#include "crania/Simulator/Timeline.h"

namespace crania::simulator {

/// The timeline of consecutive rounds of one program as a Chrome trace (open it
/// in https://ui.perfetto.dev or chrome://tracing): one process per program,
/// one thread per unit, complete events ("ph": "X") with times in microseconds
/// of the machine's clock, named by layer; the arguments hold the command and
/// the exact cycles.
class TraceWriter {
public:
  /// Starts a process; later rounds go there.
  void beginProgram(const ProgramView &program);
  /// Appends a round (from 0) behind the one before.
  void addRound(const ProgramView &program, unsigned round,
                const RoundTiming &timing);
  std::string json() const;

private:
  std::vector<std::string> events; // JSON objects
  int process = 0;
  uint64_t start = 0; // cycle of the next round
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_TRACEWRITER_H
