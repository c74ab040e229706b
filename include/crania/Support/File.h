// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_FILE_H
#define CRANIA_SUPPORT_FILE_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crania {

/// All bytes of a regular file. The error names the file and the system's
/// reason.
Result<std::vector<uint8_t>> readFile(const std::string &path);

/// Writes a file such that a reader sees the old contents or all of the new
/// ones: into a temporary file of the same folder, which is then renamed.
/// Nothing is left behind on failure. The parent folder must exist.
Status writeFileAtomically(const std::string &path, Span<const uint8_t> bytes);

} // namespace crania

#endif // CRANIA_SUPPORT_FILE_H
