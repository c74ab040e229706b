// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_EXECUTION_HOSTWARNING_H
#define CRANIA_SIMULATOR_EXECUTION_HOSTWARNING_H

#include <string>

namespace crania::simulator {

/// Returns a sentence about the code of another library that gave wrong answers
/// on this host, so that this process computes without it. Returns an empty
/// string if none did. The answer covers programs that were loaded so far, and
/// does not change once it is not empty. May be called from any thread.
std::string hostWarning();

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_EXECUTION_HOSTWARNING_H
