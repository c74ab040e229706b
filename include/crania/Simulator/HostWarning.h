// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_HOSTWARNING_H
#define CRANIA_SIMULATOR_HOSTWARNING_H

#include <string>

namespace crania::simulator {

/// A sentence about code of another library that gave wrong answers on this
/// host, so that this process computes without it, or empty if none did. Grows
/// no further once it is there. Programs that were loaded so far count. For any
/// thread.
std::string hostWarning();

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_HOSTWARNING_H
