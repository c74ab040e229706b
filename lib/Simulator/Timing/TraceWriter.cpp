// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Timing/TraceWriter.h"

#include <nlohmann/json.hpp>

using namespace crania;
using namespace crania::simulator;
using Json = nlohmann::ordered_json;

/// Names come from files: bytes that are not UTF-8 are replaced.
static std::string textOf(const Json &value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void TraceWriter::beginProgram(const ProgramView &program) {
  ++process;
  start = 0;
  events.push_back(textOf({{"ph", "M"},
                           {"name", "process_name"},
                           {"pid", process},
                           {"args", {{"name", program.name()}}}}));
  for (size_t unit = 0; unit < unitCount; ++unit)
    events.push_back(textOf({{"ph", "M"},
                             {"name", "thread_name"},
                             {"pid", process},
                             {"tid", unit},
                             {"args", {{"name", nameOf(Unit(unit))}}}}));
}

void TraceWriter::addRound(const ProgramView &program, unsigned round,
                           const RoundTiming &timing) {
  const double cyclesPerMicrosecond = program.target().clockMHz;
  for (const Activity &activity : timing.activities) {
    const binary::Command &command =
        *program.commands(round).Get(activity.command);
    const uint64_t begin = start + activity.begin;
    const uint64_t cycles = activity.end - activity.begin;
    events.push_back(
        textOf({{"ph", "X"},
                {"name", program.labelOf(command)},
                {"cat", binary::EnumNameCommandBody(command.body_type())},
                {"pid", process},
                {"tid", size_t(activity.unit)},
                {"ts", double(begin) / cyclesPerMicrosecond},
                {"dur", double(cycles) / cyclesPerMicrosecond},
                {"args",
                 {{"round", round + 1},
                  {"command", activity.command},
                  {"begin_cycle", begin},
                  {"cycles", cycles}}}}));
  }
  start += timing.total.cycles;
}

std::string TraceWriter::json() const {
  std::string text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  for (size_t i = 0; i < events.size(); ++i)
    text += (i == 0 ? "\n" : ",\n") + events[i];
  return text + "\n]}\n";
}
