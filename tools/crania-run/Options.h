// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_OPTIONS_H
#define CRANIA_RUN_OPTIONS_H

#include "crania/Images/ImageSet.h"

#include "Arrivals.h"

#include <optional>
#include <string>

namespace crania::run {

struct Options {
  std::string binary;
  std::string images;
  std::string labels; ///< empty: none
  runtime::Preprocessing preprocessing;
  uint64_t limit = 0; ///< 0: all images
  uint64_t skip = 0;  ///< number of images that are left out at the beginning
  unsigned threads = 1;
  double maxLoss = 0.5;         ///< percentage points
  unsigned sweep = 1;           ///< inputs
  double flushMicroseconds = 0; ///< 0: no limit
  Arrivals arrivals;
  std::string report;  ///< empty: none
  std::string trace;   ///< empty: none
  std::string outputs; ///< empty: none
};

/// Result of parsing the command line. If there is nothing to run, because help
/// was requested or the line is wrong, it holds the exit code, and the help or
/// the error was printed.
struct ParsedOptions {
  Options options;
  std::optional<int> exitCode;
};
ParsedOptions parseOptions(int argc, char **argv);

} // namespace crania::run

#endif // CRANIA_RUN_OPTIONS_H
