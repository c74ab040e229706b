// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Runtime.h"
#include "crania/Runtime/Session.h"

#include <nlohmann/json.hpp>

#include <algorithm>

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

/// Where the errors of a call go.
struct Reporter {
  CraniaRuntimeErrorCallback callback;
  void *userData;

  void operator()(const Error &error) const {
    if (callback)
      callback(error.message.c_str(), userData);
  }
};

CraniaRuntimeBundle wrap(Result<binary::DeviceBinary> binary,
                         const Reporter &report) {
  if (binary)
    return new CraniaRuntimeBundleImpl{std::move(*binary)};
  report(binary.error());
  return nullptr;
}

} // namespace

uint32_t craniaRuntimeGetVersion(void) { return CRANIA_RUNTIME_VERSION; }

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
