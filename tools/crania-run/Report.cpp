// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Report.h"
#include "crania/Report/Report.h"

#include <nlohmann/json.hpp>

using namespace crania;
using namespace crania::run;
using Json = nlohmann::ordered_json;

/// Returns the share of right predictions, or null without labels.
static Json accuracy(const BundleRun &run,
                     const std::vector<uint32_t> &prediction) {
  if (run.labels.empty())
    return nullptr;
  return runtime::agreement(prediction, run.labels);
}

/// Returns the reference divided by the value, or null without a reference.
static Json ratio(const Json *reference, const Json &row, const char *key) {
  const double value = row[key];
  if (!reference || value == 0)
    return nullptr;
  return (*reference)[key].get<double>() / value;
}

static Json rowOf(const BundleRun &run, const ProgramRun &program,
                  const Json *iterative) {
  const runtime::Evaluation &e = program.evaluation;
  Json row;
  row["accuracy"] = accuracy(run, e.prediction);
  row["full_accuracy"] = accuracy(run, e.fullPrediction);
  row["agreement_with_full"] =
      runtime::agreement(e.prediction, e.fullPrediction);
  row.update(toJson(program.performance, program.executable->program()));
  row["energy_ratio"] = ratio(iterative, row, "energy_pj");
  row["cycles_ratio"] = ratio(iterative, row, "cycles");
  return row;
}

std::string run::reportOf(const BundleRun &run) {
  Json iterative;
  if (const ProgramRun *program = run.iterative())
    iterative = toJson(program->performance, program->executable->program());
  const Json *reference = iterative.is_null() ? nullptr : &iterative;

  Json rows;
  for (const ProgramRun &program : run.programs)
    rows[program.name()] = rowOf(run, program, reference);

  const simulator::ProgramView &view = run.main().executable->program();
  const Json &main = rows[run.main().name()];
  Json report;
  report["images"] = run.images;
  report["program"] = run.main().name();
  for (const char *key :
       {"accuracy", "full_accuracy", "agreement_with_full", "exit_histogram"})
    report[key] = main[key];
  report.update(runtime::machineToJson(view));
  report["rows"] = std::move(rows);
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}
