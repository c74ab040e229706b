// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StandardErrorCapture.h"

#include <array>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

struct Capture {
  llvm::function_ref<void()> task;
  std::string text;
};

std::string readAll(int file) {
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t count =
        ::pread(file, part.data(), part.size(), off_t(text.size()));
    if (count <= 0)
      return text;
    text.append(part.data(), size_t(count));
  }
}

/// The end of the thread frees its table of descriptors, and with it the file.
void *runCaptured(void *argument) {
  auto &capture = *static_cast<Capture *>(argument);
  int memory = -1;
  // Descriptor 2 may only change once the table is the thread's own.
  if (::unshare(CLONE_FILES) == 0)
    memory = ::memfd_create("errors", MFD_CLOEXEC);
  const bool isCaptured = memory >= 0 && ::dup2(memory, STDERR_FILENO) >= 0;
  capture.task();
  if (isCaptured)
    capture.text = readAll(memory);
  return nullptr;
}

} // namespace

std::string crania::captureStandardError(llvm::function_ref<void()> task) {
  Capture capture{task, {}};
  pthread_t thread;
  if (::pthread_create(&thread, nullptr, runCaptured, &capture) == 0)
    ::pthread_join(thread, nullptr);
  else
    task();
  return capture.text;
}
