// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETINPUTS_H
#define CRANIA_TARGET_TARGETINPUTS_H

#include <string>
#include <vector>

namespace crania::target {

/// Returns the files that loadTarget reads: none for a preset, else the target
/// file and the DRAM file that it names, if any.
std::vector<std::string> filesOfTarget(const std::string &nameOrPath);

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETINPUTS_H
