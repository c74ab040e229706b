// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Account.h"
#include "crania/Target/DmaRate.h"

#include <numeric>

using namespace crania;
using namespace crania::simulator;

std::string_view simulator::nameOf(Unit unit) {
  constexpr std::string_view names[unitCount] = {
      "weight_dma", "activation_dma", "dram", "decoder",
      "array",      "vector",         "exit"};
  return names[size_t(unit)];
}

std::string_view simulator::nameOf(Stall stall) {
  constexpr std::string_view names[stallCount] = {
      "dram",   "dma",   "decoder",      "activations",
      "vector", "drain", "global_buffer"};
  return names[size_t(stall)];
}

template <typename List>
static uint64_t sumOf(const List &counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t(0));
}

uint64_t Counts::weightBytesTotal() const { return sumOf(weightBytes); }
uint64_t Counts::macsTotal() const { return sumOf(macs); }
uint64_t Counts::macsSkippedTotal() const { return sumOf(macsSkipped); }

namespace {

/// Calls f(a.field, b.field) for every scalar field.
template <typename A, typename B, typename F>
void forEachField(A &a, B &b, F f) {
  f(a.cycles, b.cycles);
  for (size_t i = 0; i < unitCount; ++i)
    f(a.busy[i], b.busy[i]);
  for (size_t i = 0; i < stallCount; ++i)
    f(a.stalls[i], b.stalls[i]);
  f(a.parameterBytes, b.parameterBytes);
  f(a.activationBytesRead, b.activationBytesRead);
  f(a.activationBytesWritten, b.activationBytesWritten);
  f(a.burstBytes, b.burstBytes);
  f(a.burstBytesWritten, b.burstBytesWritten);
  f(a.dramPendingCycles, b.dramPendingCycles);
  f(a.rowActivates, b.rowActivates);
  f(a.refreshes, b.refreshes);
  f(a.dramActiveClocks, b.dramActiveClocks);
  f(a.dramPrechargedClocks, b.dramPrechargedClocks);
  f(a.storeHitBytes, b.storeHitBytes);
  f(a.storeReadBytes, b.storeReadBytes);
  f(a.storeWriteBytes, b.storeWriteBytes);
  f(a.lineHits, b.lineHits);
  f(a.lineMisses, b.lineMisses);
  f(a.lineFills, b.lineFills);
  f(a.fifoBytes, b.fifoBytes);
  f(a.globalBufferReadBytes, b.globalBufferReadBytes);
  f(a.globalBufferWriteBytes, b.globalBufferWriteBytes);
  f(a.registerBytes, b.registerBytes);
  f(a.neighbourBytes, b.neighbourBytes);
  for (size_t i = 0; i < target::precisionCount; ++i) {
    f(a.decodedValues[i], b.decodedValues[i]);
    f(a.macs[i], b.macs[i]);
    f(a.macsSkipped[i], b.macsSkipped[i]);
  }
  f(a.scannedPositions, b.scannedPositions);
  f(a.decoderFemtojoules, b.decoderFemtojoules);
  for (size_t i = 0; i < target::operationCount; ++i)
    f(a.vectorOps[i], b.vectorOps[i]);
  f(a.exitOps, b.exitOps);
}

} // namespace

Counts &Counts::operator+=(const Counts &other) {
  forEachField(*this, other,
               [](uint64_t &sum, const uint64_t &x) { sum += x; });
  if (weightBytes.size() < other.weightBytes.size())
    weightBytes.resize(other.weightBytes.size());
  for (size_t i = 0; i < other.weightBytes.size(); ++i)
    weightBytes[i] += other.weightBytes[i];
  return *this;
}

Counts Counts::operator*(uint64_t times) const {
  Counts result = *this;
  forEachField(result, *this, [times](uint64_t &product, const uint64_t &) {
    product *= times;
  });
  for (uint64_t &bytes : result.weightBytes)
    bytes *= times;
  return result;
}

bool Counts::operator==(const Counts &other) const {
  bool equal = weightBytes == other.weightBytes;
  forEachField(*this, other, [&](const uint64_t &a, const uint64_t &b) {
    equal = equal && a == b;
  });
  return equal;
}

double Energy::total() const {
  double sum = 0;
  for (const auto &component : components())
    sum += component.second;
  return sum;
}

std::vector<std::pair<std::string_view, double>> Energy::components() const {
  return {{"dram", dram},           {"array", array},
          {"registers", registers}, {"global_buffer", globalBuffer},
          {"fifo", fifo},           {"store", store},
          {"decoder", decoder},     {"vector", vector},
          {"exit", exit},           {"clock", clock},
          {"leakage", leakage}};
}

double simulator::macPicojoulesOf(const Counts &counts,
                                  const target::TargetModel &target) {
  double sum = 0;
  for (size_t i = 0; i < target::precisionCount; ++i)
    sum += double(counts.macs[i]) * target.macPicojoules(target::Precision(i));
  return sum;
}

static double decodedBytes(const Counts &counts) {
  double bytes = 0;
  for (size_t i = 0; i < target::precisionCount; ++i)
    bytes +=
        double(counts.decodedValues[i]) * target::bytesOf(target::Precision(i));
  return bytes;
}

dram::Counts simulator::dramCountsOf(const Counts &counts,
                                     const target::TargetModel &target) {
  const uint64_t burst = target.dram.model == target::DramModel::timed
                             ? target.dram.memory->burstBytes()
                             : target.dram.burstBytes;
  dram::Counts result;
  result.activates = counts.rowActivates;
  result.writes = counts.burstBytesWritten / burst;
  result.reads = (counts.burstBytes - counts.burstBytesWritten) / burst;
  result.refreshes = counts.refreshes;
  result.activeCycles = counts.dramActiveClocks;
  result.prechargedCycles = counts.dramPrechargedClocks;
  return result;
}

static double dramPicojoules(const Counts &counts,
                             const target::TargetModel &target) {
  if (target.dram.energy == target::DramEnergy::flat)
    return double(counts.burstBytes) * target.dramPicojoulesPerByte();
  return target.dramCommandEnergy(dramCountsOf(counts, target)).total();
}

static double storePicojoules(const Counts &counts,
                              const target::TargetModel &target) {
  if (target.weightStore.isCache())
    return double(counts.lineHits + counts.lineMisses) *
               target.cacheLookUpPicojoules() +
           double(counts.lineFills) * target.cacheFillPicojoules();
  return double(counts.storeReadBytes) * target.storeReadPicojoulesPerByte() +
         double(counts.storeWriteBytes) * target.storeWritePicojoulesPerByte();
}

Energy simulator::energyOf(const Counts &counts,
                           const target::TargetModel &target,
                           target::Precision builtFor) {
  return energyOf(counts, target, builtFor, target.plainDecoderUm2());
}

Energy simulator::energyOf(const Counts &counts,
                           const target::TargetModel &target,
                           target::Precision builtFor, double decoderUm2) {
  const double registerByte = target.registerPicojoulesPerByte();
  Energy energy;
  energy.dram = dramPicojoules(counts, target);
  energy.array = macPicojoulesOf(counts, target);
  energy.registers =
      (double(counts.registerBytes) + decodedBytes(counts)) * registerByte +
      double(counts.neighbourBytes) * target.neighbourPicojoulesPerByte();
  energy.globalBuffer = double(counts.globalBufferReadBytes) *
                            target.globalBufferReadPicojoulesPerByte() +
                        double(counts.globalBufferWriteBytes) *
                            target.globalBufferWritePicojoulesPerByte();
  energy.fifo = double(counts.fifoBytes) * target.fifoPicojoulesPerByte();
  energy.store = storePicojoules(counts, target);
  constexpr double bitsPerByte = 8, femtojoulesPerPicojoule = 1000;
  energy.decoder =
      (decodedBytes(counts) + double(counts.scannedPositions) / bitsPerByte) *
          registerByte +
      double(counts.decoderFemtojoules) / femtojoulesPerPicojoule;
  for (size_t i = 0; i < target::operationCount; ++i)
    energy.vector += double(counts.vectorOps[i]) *
                     target.operationPicojoules(target::Operation(i));
  energy.exit = double(counts.exitOps) *
                target.operationPicojoules(target::Operation::multiplyF32);
  // Power over the simulated time: mW ns = pJ.
  const double nanoseconds = double(counts.cycles) * 1000 / target.clockMHz;
  energy.clock = target.clockMilliwatts(builtFor) * nanoseconds;
  energy.leakage = target.leakageMilliwatts(builtFor, decoderUm2) * nanoseconds;
  return energy;
}

Bound simulator::boundOf(const Counts &counts,
                         const target::TargetModel &target) {
  return {double(counts.dramBytes()) / target.dramBytesPerCycle(),
          double(counts.weightBytesTotal()) /
              target::streamBytesPerCycle(target),
          double(counts.macsTotal()) / double(target.processingElements())};
}

double simulator::utilisationOf(const Counts &counts,
                                const target::TargetModel &target) {
  if (counts.cycles == 0)
    return 0;
  return double(counts.macsTotal()) /
         (double(counts.cycles) * double(target.processingElements()));
}
