// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Accounting/Energy.h"

using namespace crania;
using namespace crania::simulator;

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
