// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds with assertions include this file before all others; see
// CraniaAssertions.cmake. It declares llvm::Statistic as the packaged LLVM has
// it.

#ifndef CRANIA_CMAKE_STATISTICWITHNDEBUG_H
#define CRANIA_CMAKE_STATISTICWITHNDEBUG_H

#define NDEBUG
#include "llvm/ADT/Statistic.h"
#undef NDEBUG
#include <cassert>

static_assert(!LLVM_ENABLE_STATS);

#endif // CRANIA_CMAKE_STATISTICWITHNDEBUG_H
