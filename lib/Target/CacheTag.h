// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_TARGET_CACHETAG_H
#define CRANIA_LIB_TARGET_CACHETAG_H

namespace crania::target {

/// What a cache keeps with each line: its address, whether it is valid, and its
/// place in the order of replacement, of 32-bit addresses, in whole bytes.
constexpr unsigned cacheTagBytes = 4;

} // namespace crania::target

#endif // CRANIA_LIB_TARGET_CACHETAG_H
