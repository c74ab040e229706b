// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRIVER_MLIROUTPUT_H
#define CRANIA_DRIVER_MLIROUTPUT_H

#include "crania/Support/OutputFiles.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace crania {

/// Output of a tool that uses the main function of MLIR. That function empties
/// the output file while the input, which may be the same file, is mapped, and
/// aborts on a full disk. Here the contents are built in memory, and are
/// written to the file of `-o` by the rules of OutputFiles, or to the standard
/// output.
class MlirOutput {
public:
  MlirOutput(int argc, char **argv);

  /// Finds `-o` in the command line and accepts its file. A file that another
  /// argument names, or a part of one such as `option=file`, counts as an
  /// input. Fails after an error message.
  mlir::LogicalResult open();

  /// Returns the command line with `newPath` in place of the output.
  llvm::SmallVector<std::string> redirect(llvm::StringRef newPath) const;

  /// Writes the contents of a run with the given result. A failed run leaves
  /// files as they are, and prints what it has. Fails after an error message or
  /// if the run has failed.
  mlir::LogicalResult finish(mlir::LogicalResult result,
                             llvm::StringRef contents);

private:
  OutputFiles files;
  std::string path = "-";
  std::string tool;
  llvm::SmallVector<std::string> otherArguments;
};

} // namespace crania

#endif // CRANIA_DRIVER_MLIROUTPUT_H
