// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Driver/MlirOutput.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/WithColor.h"

#include <optional>

using namespace mlir;
using namespace crania;

namespace {

/// A command line, apart from the name of the tool.
struct CommandLine {
  SmallVector<StringRef> others;
  std::optional<StringRef> output; ///< of -o
};

} // namespace

static CommandLine parse(ArrayRef<const char *> arguments) {
  CommandLine line;
  for (size_t i = 1; i < arguments.size(); ++i) {
    StringRef argument = arguments[i], flag = argument;
    if (flag.consume_front("-"))
      flag.consume_front("-");
    const bool isOption = argument != flag;
    if (isOption && flag == "o" && i + 1 < arguments.size())
      line.output = arguments[++i];
    else if (isOption && flag.consume_front("o="))
      line.output = flag;
    else
      line.others.push_back(argument);
  }
  return line;
}

static LogicalResult report(const Status &status) {
  if (status)
    return success();
  llvm::WithColor::error() << status.error().message << "\n";
  return failure();
}

LogicalResult MlirOutput::open(ArrayRef<const char *> arguments) {
  const CommandLine line = parse(arguments);
  if (line.output)
    path = line.output->str();
  files.addInput("", "-");
  for (StringRef argument : line.others) {
    files.addInput("", argument.str());
    // Options of passes are in braces, and files in those.
    SmallVector<StringRef> parts;
    llvm::SplitString(argument, parts, "={} ");
    for (StringRef part : parts)
      files.addInput("", part.str());
  }
  return report(files.open("-o", path));
}

SmallVector<std::string> MlirOutput::redirect(ArrayRef<const char *> arguments,
                                              StringRef newPath) {
  const CommandLine line = parse(arguments);
  SmallVector<std::string> redirected = {arguments.front()};
  for (StringRef argument : line.others)
    redirected.push_back(argument.str());
  redirected.push_back(("-o=" + newPath).str());
  return redirected;
}

LogicalResult MlirOutput::finish(LogicalResult result, StringRef contents) {
  if (failed(result) && !files.useStandardOutput())
    return failure();
  const auto *bytes = reinterpret_cast<const uint8_t *>(contents.data());
  if (failed(report(files.write(path, {bytes, contents.size()}))) ||
      failed(report(files.commit())))
    return failure();
  return result;
}
