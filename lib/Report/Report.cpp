// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Report/Report.h"
#include "crania/Report/DramEnergies.h"
#include "crania/Report/TrafficBounds.h"
#include "crania/Simulator/Accounting/Bounds.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <cassert>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace crania;
using namespace crania::runtime;
using simulator::Counts;
using Json = nlohmann::ordered_json;

namespace {

/// Per-input means of counts.
class CountsJson {
public:
  CountsJson(const simulator::ProgramView &program, uint64_t inputs)
      : program(program), inputs(double(std::max<uint64_t>(inputs, 1))) {}

  Json operator()(const Counts &c) const {
    const target::TargetModel &target = program.target();
    const simulator::Energy energy =
        energyOf(c, target, program.widestPrecision(), program.decoderUm2());
    const simulator::Bound bound = boundOf(c, target);
    Json json;
    json["cycles"] = mean(c.cycles);
    json["cycles_busy"] = busy(c);
    json["cycles_stalled"] = stalls(c);
    json["bound_cycles"] = bound.cycles() / inputs;
    json["bound_by"] = nameOfLargest(bound);
    json["bound_cycles_dram"] = bound.dram / inputs;
    json["bound_cycles_dma"] = bound.dma / inputs;
    json["bound_cycles_array"] = bound.array / inputs;
    json["limited_by"] = limitOf(c);
    json["utilisation"] = utilizationOf(c, target);
    json["dram_bytes"] = mean(c.dramBytes());
    json["dram_bytes_by_purpose"] = purposes(c);
    json["dram_burst_bytes"] = mean(c.burstBytes);
    json["dram_pending_cycles"] = mean(c.dramPendingCycles);
    if (target.dram.model == target::DramModel::timed)
      json["dram_rows"] = rows(c);
    json["store_hit_bytes"] = mean(c.storeHitBytes);
    if (target.weightStore.isCache())
      json["store_lines"] = {{"hits", mean(c.lineHits)},
                             {"misses", mean(c.lineMisses)},
                             {"fills", mean(c.lineFills)}};
    json["macs"] = mean(c.macsTotal());
    json["macs_skipped"] = mean(c.macsSkippedTotal());
    if (Json byPrecision = precisions(c); byPrecision.size() > 1)
      json["macs_by_precision"] = std::move(byPrecision);
    json["energy_pj"] = energy.total() / inputs;
    Json components;
    for (const auto &[name, picojoules] : energy.components())
      components[std::string(name)] = picojoules / inputs;
    json["energy_by_component"] = std::move(components);
    if (target.dram.energy == target::DramEnergy::commands)
      json["energy_of_dram"] = dramEnergy(c);
    return json;
  }

private:
  double mean(uint64_t sum) const { return double(sum) / inputs; }

  static std::string_view nameOfLargest(const simulator::Bound &bound) {
    if (bound.array >= std::max(bound.dram, bound.dma))
      return "array";
    return bound.dma > bound.dram ? "dma" : "dram";
  }

  /// Returns the name of what took most of the array's time: its work, or the
  /// cause of a stall.
  static std::string limitOf(const Counts &c) {
    uint64_t most = c.busy[size_t(simulator::Unit::array)];
    std::string_view name = nameOf(simulator::Unit::array);
    for (size_t i = 0; i < simulator::stallCount; ++i)
      if (c.stalls[i] > most) {
        most = c.stalls[i];
        name = nameOf(simulator::Stall(i));
      }
    return most == 0 ? "other" : std::string(name);
  }

  Json busy(const Counts &c) const {
    Json json;
    for (size_t i = 0; i < simulator::unitCount; ++i)
      json[std::string(nameOf(simulator::Unit(i)))] = mean(c.busy[i]);
    return json;
  }

  Json stalls(const Counts &c) const {
    Json json;
    for (size_t i = 0; i < simulator::stallCount; ++i)
      json[std::string(nameOf(simulator::Stall(i)))] = mean(c.stalls[i]);
    return json;
  }

  /// Returns the multiply-accumulates by precision, for the precisions that
  /// occur.
  Json precisions(const Counts &c) const {
    Json json;
    for (size_t i = 0; i < target::precisionCount; ++i)
      if (c.macs[i] != 0)
        json[std::string(nameOf(target::Precision(i)))] = mean(c.macs[i]);
    return json;
  }

  Json rows(const Counts &c) const {
    const dram::Counts counts = dramCountsOf(c, program.target());
    const uint64_t bursts = counts.reads + counts.writes;
    return {{"hits", mean(bursts) - mean(c.rowActivates)},
            {"misses", mean(c.rowActivates)},
            {"refreshes", mean(c.refreshes)}};
  }

  Json dramEnergy(const Counts &c) const {
    const target::TargetModel &target = program.target();
    const dram::Energy energy =
        target.dramCommandEnergy(dramCountsOf(c, target));
    return {
        {"activate", energy.activate / inputs},
        {"read", energy.read / inputs},
        {"write", energy.write / inputs},
        {"refresh", energy.refresh / inputs},
        {"standby", (energy.activeStandby + energy.prechargeStandby) / inputs}};
  }

  Json purposes(const Counts &c) const {
    Json clusters = Json::array();
    for (uint64_t bytes : c.weightBytes)
      clusters.push_back(mean(bytes));
    return {{"weights", mean(c.weightBytesTotal())},
            {"weights_by_cluster", std::move(clusters)},
            {"parameters", mean(c.parameterBytes)},
            {"activations_read", mean(c.activationBytesRead)},
            {"activations_written", mean(c.activationBytesWritten)}};
  }

  const simulator::ProgramView &program;
  double inputs;
};

/// Returns the area of the machine, with the decoder that the encodings of the
/// program need.
Json areaOf(const simulator::ProgramView &program) {
  const target::TargetModel &target = program.target();
  Json components, additions = Json::array();
  const target::Precision precision = program.widestPrecision();
  const double decoderUm2 = program.decoderUm2();
  for (const auto &entry : target.area(precision, decoderUm2)) {
    components[entry.component] = entry.mm2;
    if (entry.addition)
      additions.push_back(entry.component);
  }
  return {
      {"mm2_by_component", std::move(components)},
      {"additions", std::move(additions)},
      {"overhead_percent", target.areaOverheadPercent(precision, decoderUm2)}};
}

/// Returns how often the needed weights were read, or null if none were needed.
Json refetchOf(const Performance &performance,
               const simulator::ProgramView &program) {
  const std::optional<double> factor = weightRefetch(performance, program);
  return factor ? Json(*factor) : Json(nullptr);
}

/// Returns the DRAM of the machine and its energy per bit, which is null if it
/// depends on the commands.
Json dramOf(const target::TargetModel &target) {
  const bool isTimed = target.dram.model == target::DramModel::timed;
  const bool isFlat = target.dram.energy == target::DramEnergy::flat;
  return {{"memory", isTimed ? Json(target.dram.memory->name) : Json(nullptr)},
          {"gigabytes_per_second",
           target.dramBytesPerCycle() * target.clockMHz / 1000},
          {"energy", isFlat ? "flat" : "commands"},
          {"pj_per_bit",
           isFlat ? Json(target.dram.picojoulesPerBit) : Json(nullptr)}};
}

} // namespace

Json runtime::machineToJson(const simulator::ProgramView &program) {
  const target::TargetModel &target = program.target();
  return {{"target", target.name},
          {"precision", nameOf(program.precision())},
          {"dram", dramOf(target)},
          {"area", areaOf(program)}};
}

Json runtime::toJson(const Performance &performance,
                     const simulator::ProgramView &program) {
  const target::TargetModel &target = program.target();
  const CountsJson counts(program, performance.inputs);
  const double inputs = double(std::max<uint64_t>(performance.inputs, 1));
  Json json;
  json["mean_rounds"] = performance.meanRounds();
  json["exit_histogram"] = Json::array();
  for (uint64_t exits : performance.exits)
    json["exit_histogram"].push_back(double(exits) / inputs);
  json.update(counts(performance.total));
  json["latency_us"] = {
      {"mean", performance.meanLatency / target.clockMHz},
      {"p50", double(performance.medianLatency) / target.clockMHz},
      {"p99", double(performance.percentile99Latency) / target.clockMHz}};
  json["sweep"] = {{"inputs", performance.sweepInputs},
                   {"mean_inputs", performance.meanSweep()},
                   {"sweeps", performance.sweeps},
                   {"partial", performance.partialSweeps},
                   {"idle_cycles", double(performance.idleCycles) / inputs}};
  for (const auto &[dram, picojoules] : energiesByDram(performance, program))
    json["energy_pj_by_dram"][dram] =
        picojoules ? Json(*picojoules) : Json(nullptr);
  json["bound_energy_pj"] = energyBound(performance, program) / inputs;
  json["weight_bytes_by_cluster"] = weightBytesByCluster(program);
  json["compulsory_weight_bytes"] =
      double(compulsoryWeightBytes(performance, program)) / inputs;
  json["weight_refetch"] = refetchOf(performance, program);

  assert(performance.byLabel.size() <= program.program().labels()->size() &&
         "the performance of another program");
  json["layers"] = Json::array();
  for (size_t i = 0; i < performance.byLabel.size(); ++i) {
    Json layer = {{"name", program.program().labels()->Get(i)->str()}};
    layer.update(counts(performance.byLabel[i]));
    json["layers"].push_back(std::move(layer));
  }
  json["rounds"] = Json::array();
  for (size_t i = 0; i < performance.byRound.size(); ++i) {
    Json round = {{"round", i + 1}};
    round.update(counts(performance.byRound[i]));
    json["rounds"].push_back(std::move(round));
  }
  return json;
}
