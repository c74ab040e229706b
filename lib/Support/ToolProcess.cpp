// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/ToolProcess.h"

#include "TemporaryFile.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace crania;

namespace {

/// A signal that ends the process by default, and what it did before.
struct EndingSignal {
  int number;
  struct sigaction before;
};

EndingSignal endingSignals[] = {
    {SIGHUP, {}},  {SIGINT, {}},  {SIGQUIT, {}}, {SIGTERM, {}}, {SIGPIPE, {}},
    {SIGALRM, {}}, {SIGUSR1, {}}, {SIGUSR2, {}}, {SIGXCPU, {}}, {SIGABRT, {}},
    {SIGBUS, {}},  {SIGFPE, {}},  {SIGILL, {}},  {SIGSEGV, {}}};

} // namespace

extern "C" {

/// Removes temporary files and restores the previous effect of the signal, then
/// raises it.
static void cleanUpAndPassOn(int number) {
  const int error = errno;
  removeTemporaryFiles();
  for (EndingSignal &signal : endingSignals)
    if (signal.number == number)
      ::sigaction(number, &signal.before, nullptr);
  ::raise(number); // arrives when this handler returns
  errno = error;
}

static void cleanUpAtExit() { removeTemporaryFiles(); }
}

/// Installs the handler of a signal. An ignored signal, as under nohup, stays
/// ignored.
static void handle(EndingSignal &signal) {
  struct sigaction before;
  if (::sigaction(signal.number, nullptr, &before) != 0 ||
      before.sa_handler == SIG_IGN || before.sa_handler == cleanUpAndPassOn)
    return;
  signal.before = before;
  struct sigaction action = {};
  action.sa_handler = cleanUpAndPassOn;
  action.sa_flags = SA_ONSTACK;
  ::sigfillset(&action.sa_mask);
  ::sigaction(signal.number, &action, nullptr);
}

/// Opens /dev/null in the wrong direction for a descriptor that is closed.
static void fillStandardDescriptors() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0)
      (void)::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void crania::prepareTool() {
  fillStandardDescriptors();
  (void)std::atexit(cleanUpAtExit);
  (void)::signal(SIGXFSZ, SIG_IGN);
  for (EndingSignal &signal : endingSignals)
    handle(signal);
}

Status crania::closeStandardOutput() {
  errno = 0;
  const bool hadError = std::ferror(stdout) != 0;
  if (std::fclose(stdout) == 0 && !hadError)
    return {};
  return Error{std::string("cannot write the standard output: ") +
               (errno != 0 ? std::strerror(errno) : "an earlier write failed")};
}
