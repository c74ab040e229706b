// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_SCRAMBLEDCODEC_H
#define ACME_SCRAMBLEDCODEC_H

namespace acme {

/// The name of the encoding in device binaries.
constexpr const char *scrambledEncodingId = "acme-scrambled";

/// Registers the encoding in this process, for the compiler or for the machine.
void registerScrambledEncoding();

} // namespace acme

#endif // ACME_SCRAMBLEDCODEC_H
