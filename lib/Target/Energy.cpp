// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Energies. Sources, at 45 nm:
//   [H] M. Horowitz, "Computing's energy problem", ISSCC 2014, as tabulated in
//       EIE (arXiv 1602.01528, Table I) and in QKeras;
//   [E] ratios between precisions in EIE, Table I;
//   [Y] relative access costs in Eyeriss (ISCA 2016): register file 1, global
//       buffer 6, DRAM 200 per 16 bits, with a 16-bit MAC as 1.
// Those of memories are in Technology.h.

#include "crania/Target/TargetModel.h"
#include "crania/Target/Technology.h"

#include <algorithm>
#include <cmath>

namespace crania::target {

namespace {

using namespace technology;

// pJ per operation.
constexpr double addI32 = 0.1;      // [H]
constexpr double addI48 = 0.15;     // linear in the width, from addI32
constexpr double addF32 = 0.9;      // [H]
constexpr double multiplyI8 = 0.2;  // [H]
constexpr double multiplyI16 = 0.6; // [E]
constexpr double multiplyI32 = 3.1; // [H]
constexpr double multiplyF32 = 3.7; // [H]

// [Y] energy of a register access over that of a 16-bit MAC, per 16 bits; the
// sum of 48 bits that a PE here has beside is none of that reference.
constexpr double registerAccessPerMac = 1;
constexpr double registerReferenceBytes = 2;
constexpr double registerReferenceMac = multiplyI16 + addI32;

/// Memories below the smallest measured size are extrapolated; larger ones are
/// banks of the largest, whose wiring is not charged.
double sramPicojoulesPerByte(uint64_t bytes, double factor, double exponent) {
  if (bytes == 0)
    return 0;
  double bankKB = std::min(double(bytes) / bytesPerKB, largestSramKB);
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

double TargetModel::fifoPicojoulesPerByte() const {
  return sramReadPicojoulesPerByte(stagingFifo.bytes) +
         sramWritePicojoulesPerByte(stagingFifo.bytes);
}

double TargetModel::registerPicojoulesPerByte() const {
  return registerAccessPerMac * registerReferenceMac / registerReferenceBytes;
}

double TargetModel::registerPicojoules(Precision precision) const {
  return bytesOf(precision) * registerPicojoulesPerByte();
}

double TargetModel::dramPicojoulesPerByte() const {
  return dram.picojoulesPerBit * 8;
}

} // namespace crania::target
