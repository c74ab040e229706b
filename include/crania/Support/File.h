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

/// Reads all bytes of a regular file. The error names the file and the system's
/// reason.
Result<std::vector<uint8_t>> readFile(const std::string &path);

/// Writes one file by the rules of OutputFiles: a reader sees the old contents
/// or all of the new ones, and a failure changes nothing.
Status writeFileAtomically(const std::string &path, Span<const uint8_t> bytes);

} // namespace crania

#endif // CRANIA_SUPPORT_FILE_H
