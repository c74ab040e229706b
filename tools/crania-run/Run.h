// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_RUN_H
#define CRANIA_RUN_RUN_H

#include "Options.h"

#include "crania/Runtime/Evaluation.h"
#include "crania/Runtime/Performance.h"
#include "crania/Support/OutputFiles.h"

#include <optional>
#include <string_view>

namespace crania::run {

/// One program of the bundle on all images.
struct ProgramRun {
  std::shared_ptr<const runtime::Executable> executable;
  runtime::Evaluation evaluation;
  runtime::Performance performance;
  /// The first image alone, on a machine whose weight store is empty.
  runtime::Performance coldStart;
  /// The same images one by one, if they shared sweeps in `performance`.
  std::optional<runtime::Performance> alone;

  std::string name() const { return executable->program().name(); }
};

struct BundleRun {
  std::vector<ProgramRun> programs;
  std::vector<uint32_t> labels; ///< empty: not given
  size_t images = 0;
  size_t defaultProgram = 0; ///< the one that speaks for the bundle

  const ProgramRun &main() const { return programs[defaultProgram]; }
  /// Returns the row of a name, or null.
  const ProgramRun *find(std::string_view name) const;
  /// Returns the row to which ratios refer, or null.
  const ProgramRun *iterative() const { return find("iterative"); }
};

/// Runs all programs of the device binary on the images. First adds the files
/// of --outputs to `files`, as soon as their names and sizes are known.
Result<BundleRun> run(const Options &options, OutputFiles &files);

/// Returns the timeline of the first image, for each program, on a machine
/// whose weight store is empty at first.
Result<std::string> traceOf(const BundleRun &run);

} // namespace crania::run

#endif // CRANIA_RUN_RUN_H
