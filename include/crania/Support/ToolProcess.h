// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// For the main function of a tool. A library leaves its process alone.

#ifndef CRANIA_SUPPORT_TOOLPROCESS_H
#define CRANIA_SUPPORT_TOOLPROCESS_H

#include "crania/Support/Result.h"

namespace crania {

/// Prepares the process of a tool. When a signal ends it or exit() is called,
/// the temporary files of OutputFiles are removed first; the signal then has
/// its usual effect. A closed standard descriptor is opened such that its use
/// fails, as otherwise the next output file would get its number. A file that
/// grows too large becomes an error of write() instead of a signal.
void prepareTool();

/// Closes the standard output of a tool that has printed to it. Fails if some
/// of the output was lost.
Status closeStandardOutput();

} // namespace crania

#endif // CRANIA_SUPPORT_TOOLPROCESS_H
