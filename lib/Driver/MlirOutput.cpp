// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Driver/MlirOutput.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace crania;

MlirOutput::MlirOutput(int argc, char **argv) : tool(argv[0]) {
  SmallVector<const char *> arguments; // of response files, too; not argv[0]
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::cl::expandResponseFiles(argc, argv, /*EnvVar=*/nullptr, saver,
                                arguments);
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i], flag = argument;
    if (flag.consume_front("-"))
      flag.consume_front("-");
    const bool isOption = argument != flag;
    if (isOption && flag == "o" && i + 1 < arguments.size())
      path = arguments[++i];
    else if (isOption && flag.consume_front("o="))
      path = flag.str();
    else
      otherArguments.push_back(argument.str());
  }
}

static LogicalResult report(const Status &status) {
  if (status)
    return success();
  llvm::WithColor::error() << status.error().message << "\n";
  return failure();
}

LogicalResult MlirOutput::open() {
  files.addInput("", "-");
  for (const std::string &argument : otherArguments) {
    files.addInput("", argument);
    // Options of passes are in braces, and files in those.
    SmallVector<StringRef> parts;
    llvm::SplitString(argument, parts, "={} ");
    for (StringRef part : parts)
      files.addInput("", part.str());
  }
  return report(files.open("-o", path));
}

SmallVector<std::string> MlirOutput::redirect(StringRef newPath) const {
  SmallVector<std::string> redirected = {tool};
  // Before the arguments, as these may end with `--` and positional ones.
  redirected.push_back(("-o=" + newPath).str());
  redirected.append(otherArguments);
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
