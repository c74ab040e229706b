// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_OUTPUTS_H
#define CRANIA_RUN_OUTPUTS_H

#include "Run.h"

#include "crania/Support/OutputFiles.h"

namespace crania::run {

/// Accepts the files of --report and --trace before anything is read. Declares
/// the files that are read as inputs.
Status openOutputs(const Options &options, OutputFiles &files);

/// Accepts the files of --outputs, if asked for, as soon as programs and images
/// are known: NAME.predictions.npy and NAME.exit_rounds.npy (uint32, one per
/// image) and NAME.logits.npy (float32, images x classes, of the exit round).
Status openProgramOutputs(const Options &options,
                          const binary::DeviceBinary &bundle, size_t images,
                          OutputFiles &files);

/// Writes all of these files, or none.
Status writeOutputs(const Options &options, const BundleRun &run,
                    OutputFiles &files);

} // namespace crania::run

#endif // CRANIA_RUN_OUTPUTS_H
