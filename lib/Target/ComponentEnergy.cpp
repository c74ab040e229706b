// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Energies, computed from the numbers of Technology.h.

#include "crania/Target/TargetModel.h"
#include "crania/Target/Technology.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace crania::target {

namespace {

constexpr double bytesPerKB = 1024;

/// Returns the energy of an access. Memories below the smallest measured size
/// are extrapolated. Larger ones are banks of the largest measured size, and
/// the wiring between banks is not charged.
double sramPicojoulesPerByte(uint64_t bytes, double factor, double exponent) {
  if (bytes == 0)
    return 0;
  double bankKB =
      std::min(double(bytes) / bytesPerKB, technology().sram.largestBankKB);
  return factor * std::pow(bankKB, exponent) / technology().sram.portBytes;
}

/// Returns the area of everything but memory.
double logicMm2(const TargetModel &target, Precision precision,
                double decoderUm2) {
  double sum = 0;
  for (const TargetModel::AreaEntry &entry : target.area(precision, decoderUm2))
    sum += entry.logicMm2;
  return sum;
}

double sramReadPicojoulesPerByte(uint64_t bytes) {
  return sramPicojoulesPerByte(bytes, technology().sram.readPicojoules,
                               technology().sram.readExponent);
}

double sramWritePicojoulesPerByte(uint64_t bytes) {
  return sramPicojoulesPerByte(bytes, technology().sram.writePicojoules,
                               technology().sram.writeExponent);
}

} // namespace

double TargetModel::macPicojoules(Precision precision) const {
  switch (precision) {
  case Precision::f32:
    return technology().energy.multiplyF32 + technology().energy.addF32;
  case Precision::i16:
    return technology().energy.multiplyI16 + technology().energy.addI48;
  case Precision::i8:
    return technology().energy.multiplyI8 + technology().energy.addI32;
  }
  __builtin_unreachable();
}

double TargetModel::operationPicojoules(Operation operation) const {
  switch (operation) {
  case Operation::multiplyF32:
    return technology().energy.multiplyF32;
  case Operation::addF32:
    return technology().energy.addF32;
  case Operation::multiplyI32:
    return technology().energy.multiplyI32;
  case Operation::addI32:
    return technology().energy.addI32;
  }
  __builtin_unreachable();
}

double TargetModel::globalBufferReadPicojoulesPerByte() const {
  return sramReadPicojoulesPerByte(globalBuffer.bytes);
}

double TargetModel::globalBufferWritePicojoulesPerByte() const {
  return sramWritePicojoulesPerByte(globalBuffer.bytes);
}

double TargetModel::storeReadPicojoulesPerByte() const {
  assert(weightStore.banks > 0 && "a store of no banks");
  return sramReadPicojoulesPerByte(weightStore.bytes / weightStore.banks);
}

double TargetModel::storeWritePicojoulesPerByte() const {
  assert(weightStore.banks > 0 && "a store of no banks");
  return sramWritePicojoulesPerByte(weightStore.bytes / weightStore.banks);
}

/// Returns the energy of reading the one line that a direct-mapped cache looks
/// up, as a plain memory, and its tag.
static double directMappedPicojoules(const TargetModel::WeightStore &store,
                                     double dataPicojoulesPerByte) {
  const double tagBytes = technology().cache.tagBytes;
  const auto tags = uint64_t(double(store.lines()) * tagBytes);
  return store.lineBytes * dataPicojoulesPerByte +
         tagBytes * sramReadPicojoulesPerByte(tags);
}

double TargetModel::cacheLookUpPicojoules() const {
  assert(weightStore.isCache() && "the weight store is not a cache");
  if (weightStore.policy == StorePolicy::directMapped)
    return directMappedPicojoules(weightStore, storeReadPicojoulesPerByte());
  const Technology::Cache &cache = technology().cache;
  const double kilobytes = double(weightStore.bytes) / bytesPerKB;
  return cache.readPicojoules * std::pow(kilobytes, cache.readExponent) *
         weightStore.lineBytes / cache.lineBytes;
}

double TargetModel::cacheFillPicojoules() const {
  assert(weightStore.isCache() && "the weight store is not a cache");
  if (weightStore.policy == StorePolicy::directMapped)
    return directMappedPicojoules(weightStore, storeWritePicojoulesPerByte());
  const Technology::Cache &cache = technology().cache;
  const double kilobytes = double(weightStore.bytes) / bytesPerKB;
  return cache.writePicojoules * std::pow(kilobytes, cache.writeExponent) *
         weightStore.lineBytes / cache.lineBytes;
}

double TargetModel::leakageMilliwatts(Precision precision,
                                      double decoderUm2) const {
  const bool isFast = weightStore.policy == StorePolicy::lru ||
                      weightStore.policy == StorePolicy::fifo;
  const double cache = isFast ? double(weightStore.bytes) / bytesPerKB *
                                    technology().cache.leakageMilliwattsPerKB
                              : 0;
  return cache + logicMm2(*this, precision, decoderUm2) *
                     technology().logic.leakageMilliwattsPerMm2;
}

/// Counts the pipeline registers: a weight, an input and a sum per PE, three
/// words per lane of the vector unit, and the window per lane of the decoder.
double TargetModel::clockMilliwatts(Precision precision) const {
  constexpr double bitsPerByte = 8, laneBytes = 3 * 4, windowBytes = 8;
  const double bytes =
      double(processingElements()) *
          (2 * bytesOf(precision) + accumulatorBytesOf(precision)) +
      vectorUnit.lanes * laneBytes + decoder.lanes * windowBytes;
  constexpr double milliwattsPerPicojouleMHz = 1e-3;
  return bytes * bitsPerByte * technology().logic.clockPicojoulesPerBit *
         clockMHz * milliwattsPerPicojouleMHz;
}

double TargetModel::fifoPicojoulesPerByte() const {
  return sramReadPicojoulesPerByte(stagingFifo.bytes) +
         sramWritePicojoulesPerByte(stagingFifo.bytes);
}

/// Returns the energy of the reference MAC, to which accesses are relative. It
/// has factors of 16 bits and a sum of 32 bits, whereas a PE has a sum of 48
/// bits.
static double registerReferencePicojoules() {
  const Technology &t = technology();
  return (t.energy.multiplyI16 + t.energy.addI32) / t.pe.referenceBytes;
}

double TargetModel::registerPicojoulesPerByte() const {
  return registerReferencePicojoules() * technology().pe.registerPerMac;
}

double TargetModel::neighbourPicojoulesPerByte() const {
  return registerReferencePicojoules() * technology().pe.neighbourPerMac;
}

double TargetModel::registerPicojoules(Precision precision) const {
  return bytesOf(precision) * registerPicojoulesPerByte();
}

double TargetModel::dramPicojoulesPerByte() const {
  if (dram.energy == DramEnergy::flat)
    return dram.picojoulesPerBit * 8;
  dram::Counts read, write;
  read.reads = write.writes = 1;
  return std::min(dramCommandEnergy(read).total(),
                  dramCommandEnergy(write).total()) /
         dram.memory->burstBytes();
}

dram::Energy TargetModel::dramCommandEnergy(const dram::Counts &counts) const {
  assert(dram.memory && "the energy of commands needs a memory");
  dram::Spec spec = *dram.memory;
  spec.energy.model = dram::EnergyModel::currents;
  return energyOf(spec, counts);
}

} // namespace crania::target
