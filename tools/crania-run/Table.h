// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_TABLE_H
#define CRANIA_RUN_TABLE_H

#include "Run.h"

namespace crania::run {

/// The results for a person: accuracy, exit rounds, a row per program, the
/// split of the energy.
std::string tableOf(const Options &options, const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_TABLE_H
