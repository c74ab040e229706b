// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Runtime.h"
#include "crania/Report/Report.h"
#include "crania/Runtime/Session.h"
#include "crania/Simulator/Execution/HostWarning.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

using namespace crania;
using namespace crania::runtime;

struct CraniaRuntimeBundleImpl {
  binary::DeviceBinary binary;
};

struct CraniaRuntimeSessionImpl {
  Session session;
  std::string report;
};

namespace {

/// Receiver of the errors of a call.
struct Reporter {
  CraniaRuntimeErrorCallback callback;
  void *userData;

  void operator()(const Error &error) const {
    if (callback)
      callback(error.message.c_str(), userData);
  }
};

/// Returns a time of the machine in cycles, or nothing if the time is negative,
/// too large or not a number.
std::optional<uint64_t> cyclesOf(const CraniaRuntimeSessionImpl &session,
                                 double microseconds) {
  const double cycles =
      microseconds * session.session.executable().program().target().clockMHz;
  constexpr double most = 1e18;
  if (!(cycles >= 0 && cycles <= most))
    return std::nullopt;
  return uint64_t(std::llround(cycles));
}

CraniaRuntimeBundle wrap(Result<binary::DeviceBinary> binary,
                         const Reporter &report) {
  if (binary)
    return new CraniaRuntimeBundleImpl{std::move(*binary)};
  report(binary.error());
  return nullptr;
}

} // namespace

uint32_t craniaRuntimeGetVersion(void) { return CRANIA_RUNTIME_VERSION; }

const char *craniaRuntimeGetHostWarning(void) {
  static thread_local std::string warning;
  warning = simulator::hostWarning();
  return warning.empty() ? nullptr : warning.c_str();
}

CraniaRuntimeBundle craniaRuntimeBundleLoad(const void *bytes, uint64_t size,
                                            CraniaRuntimeErrorCallback onError,
                                            void *userData) {
  const uint8_t *first = static_cast<const uint8_t *>(bytes);
  return wrap(binary::DeviceBinary::parse({first, first + size}),
              {onError, userData});
}

CraniaRuntimeBundle craniaRuntimeBundleLoadFile(
    const char *path, CraniaRuntimeErrorCallback onError, void *userData) {
  return wrap(binary::DeviceBinary::load(path), {onError, userData});
}

void craniaRuntimeBundleDestroy(CraniaRuntimeBundle bundle) { delete bundle; }

uint64_t craniaRuntimeBundleGetProgramCount(CraniaRuntimeBundle bundle) {
  return bundle->binary.programCount();
}

const char *craniaRuntimeBundleGetProgramName(CraniaRuntimeBundle bundle,
                                              uint64_t program) {
  if (program >= bundle->binary.programCount())
    return nullptr;
  return bundle->binary.program(program).name()->c_str();
}

uint64_t craniaRuntimeBundleGetDefaultProgram(CraniaRuntimeBundle bundle) {
  return defaultProgram(bundle->binary);
}

CraniaRuntimeSession
craniaRuntimeSessionCreate(CraniaRuntimeBundle bundle, uint64_t program,
                           CraniaRuntimeErrorCallback onError, void *userData) {
  auto executable = Executable::load(bundle->binary, program);
  if (executable)
    return new CraniaRuntimeSessionImpl{Session(std::move(*executable)), {}};
  Reporter{onError, userData}(executable.error());
  return nullptr;
}

void craniaRuntimeSessionDestroy(CraniaRuntimeSession session) {
  delete session;
}

uint64_t craniaRuntimeSessionGetInputElements(CraniaRuntimeSession session) {
  return session->session.executable().inputElements();
}

uint64_t craniaRuntimeSessionGetLogitElements(CraniaRuntimeSession session) {
  return session->session.executable().logitElements();
}

uint32_t craniaRuntimeSessionGetRounds(CraniaRuntimeSession session) {
  return session->session.executable().rounds();
}

uint64_t craniaRuntimeSessionSubmit(CraniaRuntimeSession session,
                                    const float *input, uint64_t inputElements,
                                    CraniaRuntimeErrorCallback onError,
                                    void *userData) {
  auto ticket = session->session.submit({input, inputElements});
  if (ticket)
    return *ticket;
  Reporter{onError, userData}(ticket.error());
  return 0;
}

uint64_t craniaRuntimeSessionSubmitAt(
    CraniaRuntimeSession session, const float *input, uint64_t inputElements,
    double microseconds, CraniaRuntimeErrorCallback onError, void *userData) {
  const Reporter report = {onError, userData};
  const std::optional<uint64_t> cycles = cyclesOf(*session, microseconds);
  if (!cycles) {
    report({"an input arrives at " + std::to_string(microseconds) +
            " us, which is no time from 0 on"});
    return 0;
  }
  auto ticket = session->session.submit({input, inputElements}, *cycles);
  if (ticket)
    return *ticket;
  report(ticket.error());
  return 0;
}

int craniaRuntimeSessionSetSweep(CraniaRuntimeSession session, uint32_t inputs,
                                 double flushMicroseconds,
                                 CraniaRuntimeErrorCallback onError,
                                 void *userData) {
  const Reporter report = {onError, userData};
  const std::optional<uint64_t> flush = cyclesOf(*session, flushMicroseconds);
  if (inputs == 0 || inputs > mostSweepInputs || !flush) {
    report({"a sweep is of 1 to " + std::to_string(mostSweepInputs) +
            " inputs that wait for 0 us or more, not of " +
            std::to_string(inputs) + " that wait for " +
            std::to_string(flushMicroseconds) + " us"});
    return -1;
  }
  SweepOptions sweeps;
  sweeps.inputs = inputs;
  if (*flush != 0)
    sweeps.flushCycles = *flush;
  Status status = session->session.setSweeps(sweeps);
  if (status)
    return 0;
  report(status.error());
  return -1;
}

int craniaRuntimeSessionStep(CraniaRuntimeSession session,
                             CraniaRuntimeErrorCallback onError,
                             void *userData) {
  Result<bool> stepped = session->session.step();
  if (stepped)
    return *stepped ? 1 : 0;
  Reporter{onError, userData}(stepped.error());
  return -1;
}

int craniaRuntimeSessionRun(CraniaRuntimeSession session,
                            CraniaRuntimeErrorCallback onError,
                            void *userData) {
  Status status = session->session.run();
  if (status)
    return 0;
  Reporter{onError, userData}(status.error());
  return -1;
}

int64_t craniaRuntimeSessionPoll(CraniaRuntimeSession session, uint64_t ticket,
                                 float *logits, uint64_t logitElements,
                                 CraniaRuntimeErrorCallback onError,
                                 void *userData) {
  const Reporter report = {onError, userData};
  const uint64_t classes = session->session.executable().logitElements();
  if (logitElements < classes) {
    report({"there is room for " + std::to_string(logitElements) +
            " logits, but the program gives " + std::to_string(classes)});
    return -1;
  }
  auto answer = session->session.poll(ticket);
  if (!answer) {
    report(answer.error());
    return -1;
  }
  if (!*answer)
    return 0;
  std::copy((*answer)->logits.begin(), (*answer)->logits.end(), logits);
  return (*answer)->exitRound;
}

const char *craniaRuntimeSessionReport(CraniaRuntimeSession session) {
  const simulator::ProgramView &program =
      session->session.executable().program();
  auto report = machineToJson(program);
  report.update(toJson(session->session.performance(), program));
  session->report =
      report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  return session->report.c_str();
}
