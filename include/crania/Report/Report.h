// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_REPORT_REPORT_H
#define CRANIA_REPORT_REPORT_H

#include "crania/Runtime/Performance.h"

#include <nlohmann/json_fwd.hpp>

namespace crania::runtime {

/// Returns the machine for which a program was compiled: name, precision,
/// energy of a DRAM bit and area, as documented in docs/Report.md.
nlohmann::ordered_json machineToJson(const simulator::ProgramView &program);

/// Returns the report of one program, in means per input, as documented in
/// docs/Report.md. Accuracies and ratios are missing, as they need more than
/// the run of one program.
nlohmann::ordered_json toJson(const Performance &performance,
                              const simulator::ProgramView &program);

} // namespace crania::runtime

#endif // CRANIA_REPORT_REPORT_H
