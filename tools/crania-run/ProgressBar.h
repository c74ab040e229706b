// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_PROGRESSBAR_H
#define CRANIA_RUN_PROGRESSBAR_H

#include <cstddef>
#include <string>

namespace crania::run {

/// A line on stderr that shows the progress of a run, if stderr is a terminal.
class ProgressBar {
public:
  explicit ProgressBar(size_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar &) = delete;
  ProgressBar &operator=(const ProgressBar &) = delete;

  void show(size_t done, const std::string &what) const;

private:
  size_t total;
  bool isTerminal;
};

} // namespace crania::run

#endif // CRANIA_RUN_PROGRESSBAR_H
