// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Report.h"
#include "RowLosses.h"
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

/// Returns the reference divided by the value, or null if there is no reference
/// or either is null.
static Json ratio(const Json *reference, const Json &row, const char *key) {
  if (!reference || (*reference)[key].is_null() || row[key].is_null() ||
      row[key] == 0)
    return nullptr;
  return (*reference)[key].get<double>() / row[key].get<double>();
}

static Json ratiosByDram(const Json *reference, const Json &row) {
  constexpr const char *key = "energy_pj_by_dram";
  Json ratios;
  for (const auto &entry : row[key].items())
    ratios[entry.key()] = ratio(reference ? &(*reference)[key] : nullptr,
                                row[key], entry.key().c_str());
  return ratios;
}

static Json coldStartOf(const ProgramRun &program) {
  const Json costs = toJson(program.coldStart, program.executable->program());
  Json json;
  for (const char *key : {"mean_rounds", "cycles", "dram_bytes", "energy_pj"})
    json[key] = costs[key];
  return json;
}

/// Returns what the row gains by sharing its sweeps: the costs of the same
/// images one by one, divided by the row's. Null if they did run one by one.
static Json gainOfSharing(const ProgramRun &program, const Json &row) {
  if (!program.alone)
    return nullptr;
  const Json alone = toJson(*program.alone, program.executable->program());
  return {{"energy_ratio", ratio(&alone, row, "energy_pj")},
          {"cycles_ratio", ratio(&alone, row, "cycles")}};
}

static Json rowOf(const BundleRun &run, const ProgramRun &program,
                  const RowLosses &losses, const Json *iterative) {
  const runtime::Evaluation &e = program.evaluation;
  Json row;
  row["accuracy"] = accuracy(run, e.prediction);
  row["full_accuracy"] = accuracy(run, e.fullPrediction);
  row["agreement_with_full"] =
      runtime::agreement(e.prediction, e.fullPrediction);
  row["loss_points"] = losses.points(program);
  row.update(toJson(program.performance, program.executable->program()));
  row["cold_start"] = coldStartOf(program);
  row["gain_of_sharing"] = gainOfSharing(program, row);
  const std::optional<std::string> whyNoRatio = losses.whyNoRatio(program);
  const Json *reference = whyNoRatio ? nullptr : iterative;
  row["energy_ratio"] = ratio(reference, row, "energy_pj");
  row["cycles_ratio"] = ratio(reference, row, "cycles");
  row["energy_ratio_by_dram"] = ratiosByDram(reference, row);
  row["why_no_ratio"] = whyNoRatio ? Json(*whyNoRatio) : Json(nullptr);
  return row;
}

std::string run::reportOf(const Options &options, const BundleRun &run) {
  Json iterative;
  if (const ProgramRun *program = run.iterative())
    iterative = toJson(program->performance, program->executable->program());
  const Json *reference = iterative.is_null() ? nullptr : &iterative;

  const RowLosses losses(run, options.maxLoss);
  Json rows;
  for (const ProgramRun &program : run.programs)
    rows[program.name()] = rowOf(run, program, losses, reference);

  const simulator::ProgramView &view = run.main().executable->program();
  const Json &main = rows[run.main().name()];
  Json report;
  report["images"] = run.images;
  report["program"] = run.main().name();
  for (const char *key :
       {"accuracy", "full_accuracy", "agreement_with_full", "exit_histogram"})
    report[key] = main[key];
  report["max_loss_points"] = options.maxLoss;
  report.update(runtime::machineToJson(view));
  report["rows"] = std::move(rows);
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}
