// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The header must compile as C.

#include "crania-c/Runtime.h"

uint32_t versionSeenFromC(void);
uint32_t versionSeenFromC(void) { return craniaRuntimeGetVersion(); }
