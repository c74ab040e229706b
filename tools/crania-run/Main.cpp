// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Options.h"
#include "Outputs.h"
#include "Run.h"
#include "Table.h"

#include "crania/Simulator/Execution/HostWarning.h"
#include "crania/Support/ToolProcess.h"

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

/// Ends a tool that has printed to the standard output.
static int finish(int exitCode) {
  if (Status status = closeStandardOutput(); !status)
    return fail(status.error());
  return exitCode;
}

int main(int argc, char **argv) {
  prepareTool();
  const ParsedOptions parsed = parseOptions(argc, argv);
  if (parsed.exitCode)
    return finish(*parsed.exitCode);
  const Options &options = parsed.options;
  OutputFiles files;
  if (Status status = openOutputs(options, files); !status)
    return fail(status.error());
  Result<BundleRun> result = run::run(options, files);
  printHostWarning();
  if (!result)
    return fail(result.error());
  const Status written = writeOutputs(options, *result, files);
  // Runs take long, so the table is printed even if a file cannot be written.
  std::fputs(tableOf(options, *result).c_str(),
             files.useStandardOutput() ? stderr : stdout);
  return finish(written ? 0 : fail(written.error()));
}
