// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_SCRAMBLEDCODEC_H
#define ACME_SCRAMBLEDCODEC_H

namespace acme {

/// The name under which device binaries refer to the layout.
constexpr const char *scrambledLayoutId = "acme-scrambled";

/// Makes the layout known in this process, to the compiler or to the machine.
void registerScrambledLayout();

} // namespace acme

#endif // ACME_SCRAMBLEDCODEC_H
