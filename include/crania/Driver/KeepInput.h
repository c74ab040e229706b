// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRIVER_KEEPINPUT_H
#define CRANIA_DRIVER_KEEPINPUT_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/WithColor.h"

namespace crania {

/// For tools whose main is MLIR's: it empties the output file while the input,
/// which may be the same, is mapped. Fails with an error if the file of `-o` is
/// among the other arguments.
inline mlir::LogicalResult keepInput(int argc, char **argv) {
  llvm::ArrayRef<char *> arguments(argv + 1, argv + argc);
  llvm::StringRef output;
  llvm::SmallVector<llvm::StringRef> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    llvm::StringRef argument = arguments[i], flag = argument;
    if (flag.consume_front("-"))
      flag.consume_front("-");
    if (argument != flag && flag == "o" && i + 1 < arguments.size())
      output = arguments[++i];
    else if (argument != flag && flag.consume_front("o="))
      output = flag;
    else if (argument == flag)
      others.push_back(argument);
  }
  for (llvm::StringRef other : others)
    if (!output.empty() && llvm::sys::fs::is_regular_file(output) &&
        llvm::sys::fs::equivalent(output, other)) {
      llvm::WithColor::error()
          << "the output '" << output
          << "' would overwrite the input; give -o another name\n";
      return mlir::failure();
    }
  return mlir::success();
}

} // namespace crania

#endif // CRANIA_DRIVER_KEEPINPUT_H
