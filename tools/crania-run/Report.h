// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_REPORT_H
#define CRANIA_RUN_REPORT_H

#include "Run.h"

namespace crania::run {

/// Returns the contents of the report file, whose keys docs/Report.md
/// documents.
std::string reportOf(const Options &options, const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_REPORT_H
