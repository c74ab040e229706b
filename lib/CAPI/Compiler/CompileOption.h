// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The options of a compilation by the names that crania-compile gives them.

#ifndef CRANIA_LIB_CAPI_COMPILER_COMPILEOPTION_H
#define CRANIA_LIB_CAPI_COMPILER_COMPILEOPTION_H

#include "crania/Pipelines/Compile.h"
#include "crania/Support/Result.h"

namespace crania {

struct CompileOption {
  const char *name;
  Status (*set)(CompileOptions &options, llvm::StringRef value);
};

llvm::ArrayRef<CompileOption> compileOptions();

/// Sets the option `name`. The error lists the options that exist, or tells
/// which values the option takes.
Status setCompileOption(CompileOptions &options, llvm::StringRef name,
                        llvm::StringRef value);

} // namespace crania

#endif // CRANIA_LIB_CAPI_COMPILER_COMPILEOPTION_H
