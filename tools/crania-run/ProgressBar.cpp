// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgressBar.h"

#include <cstdio>
#include <unistd.h>

using namespace crania::run;

static const char *const clearLine = "\r\033[K";

ProgressBar::ProgressBar(size_t total)
    : total(total), isTerminal(isatty(STDERR_FILENO)) {}

ProgressBar::~ProgressBar() {
  if (isTerminal)
    std::fprintf(stderr, "%s", clearLine);
}

void ProgressBar::show(size_t done, const std::string &what) const {
  if (!isTerminal)
    return;
  constexpr size_t width = 30;
  const size_t filled = total == 0 ? width : width * done / total;
  const std::string bar =
      std::string(filled, '#') + std::string(width - filled, '.');
  std::fprintf(stderr, "%s[%s] %3zu %%  %s", clearLine, bar.c_str(),
               total == 0 ? 100 : 100 * done / total, what.c_str());
  std::fflush(stderr);
}
