// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_OUTPUTS_H
#define CRANIA_RUN_OUTPUTS_H

#include "Run.h"

namespace crania::run {

/// Writes what each program answered for each image to an existing folder, as
/// NAME.predictions.npy and NAME.exit_rounds.npy (uint32, one per image) and
/// NAME.logits.npy (float32, images x classes, of the exit round).
Status writeOutputs(const std::string &folder, const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_OUTPUTS_H
