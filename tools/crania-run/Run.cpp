// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Run.h"
#include "Outputs.h"
#include "ProgressBar.h"

#include "crania/Simulator/Timing/TraceWriter.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace crania;
using namespace crania::run;

const ProgramRun *BundleRun::find(std::string_view name) const {
  auto it = std::find_if(
      programs.begin(), programs.end(),
      [&](const ProgramRun &program) { return program.name() == name; });
  return it == programs.end() ? nullptr : &*it;
}

static std::vector<uint64_t> shapeOf(const binary::Port &port) {
  return {port.shape()->begin(), port.shape()->end()};
}

/// Measures time and energy of the inputs on one machine.
static Result<runtime::Performance>
measure(const runtime::Executable &executable,
        const std::vector<uint32_t> &exitRounds, const Options &options) {
  const double clockMHz = executable.program().target().clockMHz;
  runtime::SweepOptions sweeps;
  sweeps.inputs = options.sweep;
  if (options.flushMicroseconds != 0)
    sweeps.flushCycles =
        uint64_t(std::llround(options.flushMicroseconds * clockMHz));
  return runtime::measure(executable, exitRounds, sweeps,
                          options.arrivals.times(exitRounds.size(), clockMHz));
}

static Result<ProgramRun>
runProgram(const binary::DeviceBinary &bundle, size_t index,
           const runtime::ImageSet &images, size_t count,
           const Options &options,
           const runtime::EvaluationOptions &evaluation) {
  auto executable = runtime::Executable::load(bundle, index);
  if (!executable)
    return executable.error();
  ProgramRun run;
  run.executable = std::move(*executable);
  auto source = [&](size_t image, Span<float> input) {
    images.load(image, input);
  };
  run.evaluation =
      runtime::evaluate(*run.executable, count, source, evaluation);
  auto performance =
      measure(*run.executable, run.evaluation.exitRound, options);
  if (!performance)
    return performance.error();
  run.performance = std::move(*performance);

  const std::vector<uint32_t> &exits = run.evaluation.exitRound;
  auto coldStart = runtime::measure(*run.executable, {exits.data(), 1});
  if (!coldStart)
    return coldStart.error();
  run.coldStart = std::move(*coldStart);
  if (options.sweep > 1) {
    auto alone = runtime::measure(*run.executable, exits);
    if (!alone)
      return alone.error();
    run.alone = std::move(*alone);
  }
  return run;
}

/// Checks that the programs of a bundle take the same input and run on the same
/// machine, as they are rows of one table.
static Status checkRows(const binary::DeviceBinary &bundle) {
  const binary::Program &first = bundle.program(0);
  for (size_t i = 1; i < bundle.programCount(); ++i) {
    const binary::Program &program = bundle.program(i);
    const std::string names = "programs '" + first.name()->str() + "' and '" +
                              program.name()->str() + "' ";
    if (shapeOf(*program.input()) != shapeOf(*first.input()) ||
        program.input()->layout() != first.input()->layout() ||
        shapeOf(*program.logits()) != shapeOf(*first.logits()))
      return Error{names + "have different inputs or outputs"};
    if (program.target()->string_view() != first.target()->string_view() ||
        program.precision() != first.precision())
      return Error{names + "are for different machines or precisions, so that "
                           "they are not rows of one table"};
  }
  return {};
}

Result<BundleRun> run::run(const Options &options, OutputFiles &files) {
  auto bundle = binary::DeviceBinary::load(options.binary);
  if (!bundle)
    return bundle.error();
  if (Status status = checkRows(*bundle); !status)
    return Error{options.binary + ": " + status.error().message};
  const binary::Program &first = bundle->program(0);

  auto array = npy::read(options.images);
  if (!array)
    return array.error();
  auto images = runtime::ImageSet::create(
      std::move(*array), runtime::NetworkInput(*first.input()),
      options.preprocessing, options.limit, options.skip);
  if (!images)
    return Error{options.images + ": " + images.error().message};
  if (const std::string hint = images->hint(); !hint.empty())
    std::fprintf(stderr, "crania-run: note: %s: %s\n", options.images.c_str(),
                 hint.c_str());

  BundleRun result;
  result.defaultProgram = runtime::defaultProgram(*bundle);
  result.images = images->used();
  if (!options.labels.empty()) {
    uint64_t classes = 1;
    for (uint64_t extent : shapeOf(*first.logits()))
      classes *= extent;
    auto labels = runtime::readLabels(options.labels, images->size(), classes);
    if (!labels)
      return labels.error();
    const auto first = labels->begin() + ptrdiff_t(options.skip);
    result.labels.assign(first, first + ptrdiff_t(result.images));
  }

  if (Status status =
          openProgramOutputs(options, *bundle, result.images, files);
      !status)
    return status.error();

  ProgressBar bar(bundle->programCount() * result.images);
  for (size_t i = 0; i < bundle->programCount(); ++i) {
    runtime::EvaluationOptions evaluation;
    evaluation.threads = options.threads;
    evaluation.progress = [&](size_t done) {
      bar.show(i * result.images + done, bundle->program(i).name()->str());
    };
    auto program =
        runProgram(*bundle, i, *images, result.images, options, evaluation);
    if (!program)
      return Error{options.binary + ": " + program.error().message};
    result.programs.push_back(std::move(*program));
  }
  return result;
}

Result<std::string> run::traceOf(const BundleRun &run) {
  simulator::TraceWriter writer;
  for (const ProgramRun &program : run.programs) {
    const simulator::ProgramView &view = program.executable->program();
    writer.beginProgram(view);
    simulator::WeightStore store;
    for (unsigned round = 0; round < program.evaluation.exitRound[0]; ++round) {
      auto timing = simulator::simulateRound(view, program.executable->work(),
                                             round, store);
      if (!timing)
        return timing.error();
      writer.addRound(view, round, *timing);
      store = std::move(timing->storeAfter);
    }
  }
  return writer.json();
}
