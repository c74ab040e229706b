// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Options.h"
#include "Outputs.h"
#include "Report.h"
#include "Run.h"
#include "Table.h"

#include "crania/Simulator/HostWarning.h"
#include "crania/Support/File.h"

#include <cstdio>

using namespace crania;
using namespace crania::run;

static int fail(const Error &error) {
  std::fprintf(stderr, "crania-run: error: %s\n", error.message.c_str());
  return 1;
}

static void printHostWarning() {
  if (const std::string warning = simulator::hostWarning(); !warning.empty())
    std::fprintf(stderr, "crania-run: warning: %s\n", warning.c_str());
}

static Status writeText(const std::string &path, const std::string &text) {
  const auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
  return writeFileAtomically(path, {bytes, text.size()});
}

static Status writeFiles(const Options &options, const BundleRun &result) {
  if (!options.trace.empty()) {
    Result<std::string> trace = traceOf(result);
    if (!trace)
      return trace.error();
    if (Status status = writeText(options.trace, *trace); !status)
      return status;
  }
  if (!options.outputs.empty())
    if (Status status = writeOutputs(options.outputs, result); !status)
      return status;
  if (options.report.empty())
    return {};
  return writeText(options.report, reportOf(result));
}

int main(int argc, char **argv) {
  const ParsedOptions parsed = parseOptions(argc, argv);
  if (parsed.exitCode)
    return *parsed.exitCode;
  Result<BundleRun> result = run::run(parsed.options);
  printHostWarning();
  if (!result)
    return fail(result.error());
  if (Status status = writeFiles(parsed.options, *result); !status)
    return fail(status.error());
  std::fputs(tableOf(parsed.options, *result).c_str(), stdout);
  return 0;
}
