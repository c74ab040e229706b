// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// For the main function of a tool. A library leaves its process alone.

#ifndef CRANIA_SUPPORT_TOOLPROCESS_H
#define CRANIA_SUPPORT_TOOLPROCESS_H

#include "crania/Support/Result.h"

namespace crania {

/// Lets a tool clean up: when a signal ends it, or exit() is called, the
/// temporary files of OutputFiles are removed first. The signal then has the
/// effect that it had before. A closed standard descriptor is opened such that
/// its use fails, as the next output file would be taken for it. A file that
/// grows too large becomes an error of write() instead of a signal.
void prepareTool();

/// Closes the standard output of a tool that has printed to it, and fails if
/// something did not get there.
Status closeStandardOutput();

} // namespace crania

#endif // CRANIA_SUPPORT_TOOLPROCESS_H
