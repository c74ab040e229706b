// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CAPI_COMPILER_STANDARDERRORCAPTURE_H
#define CRANIA_LIB_CAPI_COMPILER_STANDARDERRORCAPTURE_H

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace crania {

/// Runs `task` to its end on a thread of its own, and returns what the thread
/// writes to the standard error. LLVM's parsers of option values have no other
/// stream for their reasons.
///
/// The thread has its own table of file descriptors, in which 2 is a file in
/// memory. Hence the standard error of other threads stays what it is. If the
/// system allows no such table, `task` still runs, and its reasons reach the
/// standard error of the process.
std::string captureStandardError(llvm::function_ref<void()> task);

} // namespace crania

#endif // CRANIA_LIB_CAPI_COMPILER_STANDARDERRORCAPTURE_H
