// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_REPORT_H
#define CRANIA_RUN_REPORT_H

#include "Run.h"

namespace crania::run {

/// The report file: docs/Report.md documents its keys.
std::string reportOf(const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_REPORT_H
