// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_TABLE_H
#define CRANIA_RUN_TABLE_H

#include "Run.h"

namespace crania::run {

/// Returns the results for a reader: accuracy, exit rounds, a row for each
/// program, and the split of the energy.
std::string tableOf(const Options &options, const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_TABLE_H
