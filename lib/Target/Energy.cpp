// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Energies. Sources, at 45 nm:
//   [H] M. Horowitz, "Computing's energy problem", ISSCC 2014, as tabulated in
//       EIE (arXiv 1602.01528, Table I) and in QKeras;
//   [E] ratios between precisions in EIE, Table I;
//   [C] CACTI 7, low-power cells, 8-byte ports, measured from 2 KB to 1 MB;
//   [K] CACTI 7, caches of 4 ways, lines of 32 bytes, high-performance cells,
//       measured at 8, 32 and 256 KB;
//   [Y] relative access costs in Eyeriss (ISCA 2016): register file 1,
//       neighbouring PE 2, global buffer 6, DRAM 200 per 16 bits, with a 16-bit
//       MAC as 1.

#include "CacheTag.h"

#include "crania/Target/TargetModel.h"

#include <algorithm>
#include <cmath>

namespace crania::target {

namespace {

// pJ per operation.
constexpr double addI32 = 0.1;      // [H]
constexpr double addI48 = 0.15;     // linear in the width, from addI32
constexpr double addF32 = 0.9;      // [H]
constexpr double multiplyI8 = 0.2;  // [H]
constexpr double multiplyI16 = 0.6; // [E]
constexpr double multiplyI32 = 3.1; // [H]
constexpr double multiplyF32 = 3.7; // [H]

// [C] energy of an 8-byte access of a memory of S KB: factor * S^exponent pJ,
// within 35 % of each measured size. Smaller memories are extrapolated; larger
// ones are banks of the largest measured size, whose wiring is not charged.
constexpr double sramPortBytes = 8;
constexpr double sramReadFactor = 1.27, sramReadExponent = 0.62;
constexpr double sramWriteFactor = 4.38, sramWriteExponent = 0.41;
constexpr double largestBankKB = 1024;

// [K] energy of an access of one line, tags and all ways included; read within
// 12 %, write within 36 % of each measured size. Other lines: by their width.
constexpr double cacheLineBytes = 32;
constexpr double fastCellsMilliwattsPerKB = 1; // leakage
constexpr double cacheReadFactor = 17.6, cacheReadExponent = 0.24;
constexpr double cacheWriteFactor = 10.4, cacheWriteExponent = 0.49;

// [Y] energy of a register or neighbour access over that of a 16-bit MAC, per
// 16 bits; the sum of 48 bits that a PE here has beside is none of that
// reference.
constexpr double registerAccessPerMac = 1;
constexpr double neighbourAccessPerMac = 2;
constexpr double registerReferenceBytes = 2;
constexpr double registerReferenceMac = multiplyI16 + addI32;

double sramPicojoulesPerByte(uint64_t bytes, double factor, double exponent) {
  if (bytes == 0)
    return 0;
  double bankKB = std::min(double(bytes) / 1024, largestBankKB);
  return factor * std::pow(bankKB, exponent) / sramPortBytes;
}

double sramReadPicojoulesPerByte(uint64_t bytes) {
  return sramPicojoulesPerByte(bytes, sramReadFactor, sramReadExponent);
}

double sramWritePicojoulesPerByte(uint64_t bytes) {
  return sramPicojoulesPerByte(bytes, sramWriteFactor, sramWriteExponent);
}

} // namespace

double TargetModel::macPicojoules(Precision precision) const {
  switch (precision) {
  case Precision::f32:
    return multiplyF32 + addF32;
  case Precision::i16:
    return multiplyI16 + addI48;
  case Precision::i8:
    return multiplyI8 + addI32;
  }
  __builtin_unreachable();
}

double TargetModel::operationPicojoules(Operation operation) const {
  switch (operation) {
  case Operation::multiplyF32:
    return multiplyF32;
  case Operation::addF32:
    return addF32;
  case Operation::multiplyI32:
    return multiplyI32;
  case Operation::addI32:
    return addI32;
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
  return sramReadPicojoulesPerByte(weightStore.bytes);
}

double TargetModel::storeWritePicojoulesPerByte() const {
  return sramWritePicojoulesPerByte(weightStore.bytes);
}

/// The one line that a direct-mapped cache looks at, from a memory as [C], and
/// its tag.
static double directMappedPicojoules(const TargetModel::WeightStore &store,
                                     double dataPicojoulesPerByte) {
  const uint64_t tags = store.lines() * cacheTagBytes;
  return store.lineBytes * dataPicojoulesPerByte +
         cacheTagBytes * sramReadPicojoulesPerByte(tags);
}

double TargetModel::cacheLookUpPicojoules() const {
  if (weightStore.policy == StorePolicy::directMapped)
    return directMappedPicojoules(weightStore, storeReadPicojoulesPerByte());
  const double kilobytes = double(weightStore.bytes) / 1024;
  return cacheReadFactor * std::pow(kilobytes, cacheReadExponent) *
         weightStore.lineBytes / cacheLineBytes;
}

double TargetModel::cacheFillPicojoules() const {
  if (weightStore.policy == StorePolicy::directMapped)
    return directMappedPicojoules(weightStore, storeWritePicojoulesPerByte());
  const double kilobytes = double(weightStore.bytes) / 1024;
  return cacheWriteFactor * std::pow(kilobytes, cacheWriteExponent) *
         weightStore.lineBytes / cacheLineBytes;
}

double TargetModel::leakageMilliwatts() const {
  const bool isFast = weightStore.policy == StorePolicy::lru ||
                      weightStore.policy == StorePolicy::fifo;
  return isFast ? double(weightStore.bytes) / 1024 * fastCellsMilliwattsPerKB
                : 0;
}

double TargetModel::fifoPicojoulesPerByte() const {
  return sramReadPicojoulesPerByte(stagingFifo.bytes) +
         sramWritePicojoulesPerByte(stagingFifo.bytes);
}

double TargetModel::registerPicojoulesPerByte() const {
  return registerAccessPerMac * registerReferenceMac / registerReferenceBytes;
}

double TargetModel::neighbourPicojoulesPerByte() const {
  return neighbourAccessPerMac * registerReferenceMac / registerReferenceBytes;
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
  dram::Spec spec = *dram.memory;
  spec.energy.model = dram::EnergyModel::currents;
  return energyOf(spec, counts);
}

} // namespace crania::target
