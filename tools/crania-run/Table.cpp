// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Table.h"
#include "RowLosses.h"

#include "crania/Report/DramEnergies.h"
#include "crania/Report/TrafficBounds.h"
#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <algorithm>
#include <cstdio>

using namespace crania;
using namespace crania::run;
using simulator::Counts;

namespace {

std::string number(const char *format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string percent(double share) { return number("%.2f %%", 100 * share); }

/// Lines of cells: the first column is aligned to the left, the others to the
/// right.
class Grid {
public:
  void add(std::vector<std::string> line) { lines.push_back(std::move(line)); }

  std::string text() const {
    std::vector<size_t> widths;
    for (const auto &line : lines) {
      widths.resize(std::max(widths.size(), line.size()));
      for (size_t i = 0; i < line.size(); ++i)
        widths[i] = std::max(widths[i], line[i].size());
    }
    std::string text;
    for (const auto &line : lines) {
      for (size_t i = 0; i < line.size(); ++i) {
        const std::string gap(widths[i] - line[i].size(), ' ');
        text += i == 0 ? line[i] + gap : "  " + gap + line[i];
      }
      text += "\n";
    }
    return text;
  }

private:
  std::vector<std::vector<std::string>> lines;
};

/// Values of a row of the table.
struct Row {
  explicit Row(const ProgramRun &program)
      : program(program), view(program.executable->program()),
        counts(program.performance.total),
        inputs(double(std::max<uint64_t>(program.performance.inputs, 1))),
        energy(energyOf(counts, view.target(), view.widestPrecision(),
                        view.decoderUm2())) {}

  double microjoules(double picojoules) const {
    return picojoules / inputs / 1e6;
  }
  double cycles() const { return double(counts.cycles) / inputs; }
  double boundCycles() const {
    return boundOf(counts, view.target()).cycles() / inputs;
  }
  double boundPicojoules() const {
    return energyBound(program.performance, view);
  }
  std::string refetch() const {
    const auto factor = weightRefetch(program.performance, view);
    return factor ? number("%.2fx", *factor) : "-";
  }

  const ProgramRun &program;
  const simulator::ProgramView &view;
  const Counts &counts;
  double inputs;
  simulator::Energy energy;
};

std::string accuracyText(const BundleRun &run,
                         const std::vector<uint32_t> &prediction) {
  return run.labels.empty()
             ? "-"
             : percent(runtime::agreement(prediction, run.labels));
}

std::string dramText(const target::TargetModel &target) {
  const std::string memory = target.dram.model == target::DramModel::timed
                                 ? target.dram.memory->name
                                 : "DRAM";
  if (target.dram.energy == target::DramEnergy::commands)
    return memory + " with energy by commands";
  return memory + " at " + number("%g", target.dram.picojoulesPerBit) +
         " pJ/bit";
}

/// Returns a description of the machine on which all programs of the bundle
/// run.
std::string machineText(const simulator::ProgramView &program) {
  const target::TargetModel &target = program.target();
  double base = 0;
  for (const auto &entry : target.area(program.widestPrecision(), 0))
    base += entry.addition ? 0 : entry.mm2;
  return "target " + target.name + ", " +
         std::string(nameOf(program.precision())) + ", " + dramText(target) +
         ", " + number("%g", target.clockMHz) + " MHz\narea         " +
         number("%.2f mm2", base) + " without CRANIA, " +
         number("+%.1f %%",
                target.areaOverheadPercent(program.widestPrecision(),
                                           program.decoderUm2())) +
         " for weight store and decoder\n";
}

/// Returns a description of how inputs shared the machine, if they shared it or
/// if they arrived at given times.
std::string sweepText(const Options &options,
                      const runtime::Performance &performance) {
  if (options.sweep == 1 && options.arrivals.kind == Arrivals::Kind::atOnce)
    return "";
  return "sweeps       of up to " + std::to_string(options.sweep) +
         " inputs, " + number("%.2f", performance.meanSweep()) +
         " on average; machine idle for " +
         number("%.0f", double(performance.idleCycles) /
                            double(std::max<uint64_t>(performance.inputs, 1))) +
         " cycles per input\n";
}

std::string summary(const Options &options, const BundleRun &run) {
  const ProgramRun &main = run.main();
  const runtime::Evaluation &e = main.evaluation;
  std::string text = options.binary + ": " + std::to_string(run.images) +
                     " images, " + machineText(main.executable->program());
  if (!run.labels.empty())
    text += "accuracy     " + accuracyText(run, e.prediction) +
            "  (with all weights " + accuracyText(run, e.fullPrediction) +
            ")\n";
  text += "agreement    " +
          percent(runtime::agreement(e.prediction, e.fullPrediction)) +
          " of the predictions are those of the network with all weights\n";
  text += "exit rounds ";
  for (size_t i = 0; i < main.performance.exits.size(); ++i)
    text += " " + std::to_string(i + 1) + ": " +
            percent(double(main.performance.exits[i]) / double(run.images)) +
            (i + 1 < main.performance.exits.size() ? "," : "");
  return text + "  (program '" + main.name() + "')\n" +
         sweepText(options, main.performance) + "\n";
}

std::string ratioText(double reference, double value) {
  return value == 0 ? "-" : number("%.2fx", reference / value);
}

/// Returns the cells that compare energy and cycles with the row `iterative`.
/// They give the loss of a row that loses too much.
std::vector<std::string> comparison(const BundleRun &run,
                                    const RowLosses &losses, const Row &row) {
  if (!losses.isWithinLimit(row.program))
    return {"loses", number("%.2f pt", losses.points(row.program))};
  if (losses.whyNoRatio(row.program))
    return {"-", "-"};
  const Row reference(*run.iterative());
  return {ratioText(reference.energy.total(), row.energy.total()),
          ratioText(reference.cycles(), row.cycles())};
}

std::string programGrid(const BundleRun &run, const RowLosses &losses,
                        const std::vector<Row> &rows) {
  const bool isCompared = run.iterative();
  const bool isShared = rows.front().program.alone.has_value();
  Grid grid;
  std::vector<std::string> head = {
      "per input", "accuracy", "agreement",  "rounds", "DRAM KB",   "refetch",
      "cycles",    "bound",    "latency us", "p99 us", "energy uJ", "bound uJ"};
  if (isShared)
    head.emplace_back("sharing");
  if (isCompared)
    head.insert(head.end(), {"energy", "speed"});
  grid.add(head);
  for (const Row &row : rows) {
    const runtime::Evaluation &e = row.program.evaluation;
    const runtime::Performance &p = row.program.performance;
    std::vector<std::string> line = {
        row.program.name(),
        accuracyText(run, e.prediction),
        percent(runtime::agreement(e.prediction, e.fullPrediction)),
        number("%.3f", p.meanRounds()),
        number("%.1f", double(row.counts.dramBytes()) / row.inputs / 1024),
        row.refetch(),
        number("%.0f", row.cycles()),
        number("%.0f", row.boundCycles()),
        number("%.1f", p.meanLatency / row.view.target().clockMHz),
        number("%.1f",
               double(p.percentile99Latency) / row.view.target().clockMHz),
        number("%.2f", row.microjoules(row.energy.total())),
        number("%.2f", row.microjoules(row.boundPicojoules()))};
    if (isShared) {
      const simulator::Energy alone =
          energyOf(row.program.alone->total, row.view.target(),
                   row.view.widestPrecision(), row.view.decoderUm2());
      line.push_back(ratioText(alone.total(), row.energy.total()));
    }
    if (isCompared)
      for (std::string &cell : comparison(run, losses, row))
        line.push_back(std::move(cell));
    grid.add(std::move(line));
  }
  return grid.text();
}

std::string energyGrid(const std::vector<Row> &rows) {
  Grid grid;
  std::vector<std::string> head = {"energy, uJ per input"};
  for (const auto &component : rows.front().energy.components())
    head.emplace_back(component.first);
  grid.add(head);
  for (const Row &row : rows) {
    std::vector<std::string> line = {row.program.name()};
    for (const auto &component : row.energy.components())
      line.push_back(number("%.3f", row.microjoules(component.second)));
    grid.add(std::move(line));
  }
  return grid.text();
}

/// Returns the energies of the rows at other energies of the DRAM, with their
/// ratios to the row `iterative`, and the energy of a cold start.
std::string dramGrid(const BundleRun &run, const RowLosses &losses,
                     const std::vector<Row> &rows) {
  using Energies = std::vector<runtime::EnergyByDram>;
  const auto energiesOf = [](const ProgramRun &program) {
    return energiesByDram(program.performance, program.executable->program());
  };
  Energies reference;
  if (const ProgramRun *iterative = run.iterative())
    reference = energiesOf(*iterative);
  Grid grid;
  std::vector<std::string> head = {"energy, uJ, DRAM at"};
  for (const runtime::EnergyByDram &energy : energiesOf(rows.front().program))
    head.push_back(energy.dram + (energy.dram == "commands" ? "" : " pJ/bit"));
  head.emplace_back("first image");
  grid.add(head);
  for (const Row &row : rows) {
    const Energies energies = energiesOf(row.program);
    const bool isCompared = !losses.whyNoRatio(row.program);
    std::vector<std::string> line = {row.program.name()};
    for (size_t i = 0; i < energies.size(); ++i) {
      const std::optional<double> picojoules = energies[i].picojoules;
      std::string cell = picojoules ? number("%.2f", *picojoules / 1e6) : "-";
      if (picojoules && isCompared)
        cell += " (" + ratioText(*reference[i].picojoules, *picojoules) + ")";
      line.push_back(std::move(cell));
    }
    const simulator::Energy coldStart =
        energyOf(row.program.coldStart.total, row.view.target(),
                 row.view.widestPrecision(), row.view.decoderUm2());
    line.push_back(number("%.2f", coldStart.total() / 1e6));
    grid.add(std::move(line));
  }
  return grid.text();
}

std::string footnotes(const Options &options, const BundleRun &run,
                      const RowLosses &losses, const std::vector<Row> &rows) {
  std::string text =
      "DRAM KB: asked for; cycles and energy are charged for whole bursts.\n"
      "refetch: weights read / weights of the rounds run, each cluster once.\n"
      "bound: of cycles, the larger of DRAM bytes / bandwidth and MACs / PEs; "
      "of energy,\n  DRAM bytes that had to be read and MACs.\n";
  if (rows.front().program.alone)
    text += "sharing: energy of the same images one by one, divided by that of "
            "the row.\n";
  const ProgramRun *iterative = run.iterative();
  if (!iterative)
    return text + "\n";
  text +=
      "energy, speed: 'iterative' divided by the row, if both lose at most " +
      number("%g", options.maxLoss) + " points of " +
      (run.labels.empty() ? "agreement" : "top-1 accuracy") +
      "\n  against the whole network (--max-loss).\n";
  if (!losses.isWithinLimit(*iterative))
    text += "No row has a ratio, as 'iterative' loses " +
            number("%.2f", losses.points(*iterative)) + " points.\n";
  return text + "\n";
}

} // namespace

std::string run::tableOf(const Options &options, const BundleRun &run) {
  const std::vector<Row> rows(run.programs.begin(), run.programs.end());
  const RowLosses losses(run, options.maxLoss);
  return summary(options, run) + programGrid(run, losses, rows) +
         footnotes(options, run, losses, rows) + energyGrid(rows) + "\n" +
         dramGrid(run, losses, rows) +
         "first image: alone, on a machine whose weight store is empty.\n";
}
