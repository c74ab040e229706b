// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Areas at 45 nm. Source [H] is M. Horowitz, "Computing's energy problem",
// ISSCC 2014 (lecture tables); cells and memories are in Technology.h.

#include "crania/Target/TargetModel.h"
#include "crania/Target/Technology.h"

#include <cmath>
#include <limits>

namespace crania::target {

namespace {

using namespace technology;

constexpr double mm2PerUm2 = 1 / um2PerMm2;

// um2 per arithmetic unit.
constexpr double addI32 = 137;       // [H]
constexpr double addF32 = 4184;      // [H]
constexpr double multiplyI8 = 282;   // [H]
constexpr double multiplyI32 = 3495; // [H]
constexpr double multiplyF32 = 7700; // [H]

/// The sequencer: a small microcontroller, for which the 12k gates of Arm's
/// published minimum configuration of the Cortex-M0 stand, with a command
/// memory of 4 KB.
constexpr double sequencerGates = 12000;
constexpr double sequencerMemoryKB = 4;

// A lane of the plain decoder, for layouts whose words are addressed and not
// coded, aligns a word of up to 32 bits out of the byte stream (three
// levels of 2:1 multiplexers for a window of 8 bytes), finds the next set bit
// of a bitmap byte (an 8-bit priority encoder, about 30 gates) and counts the
// bits (7 full adders).
constexpr double alignerMuxes = 3 * 32;
constexpr double priorityEncoderGates = 30;
constexpr double popcountAdders = 7;
constexpr double plainLaneUm2 = alignerMuxes * mux2 +
                                priorityEncoderGates * nand2 +
                                popcountAdders * fullAdder;

double sramMm2(double bytes) {
  return bytes / bytesPerKB * sramUm2PerKB * mm2PerUm2;
}

double multiplierUm2(Precision precision) {
  switch (precision) {
  case Precision::f32:
    return multiplyF32;
  case Precision::i16:
    // Not in [H]: interpolated geometrically between 8 and 32 bits.
    return std::sqrt(multiplyI8 * multiplyI32);
  case Precision::i8:
    return multiplyI8;
  }
  __builtin_unreachable();
}

double accumulatorAdderUm2(Precision precision) {
  return precision == Precision::f32 ? addF32 : addI32;
}

double macArrayMm2(const TargetModel &target, Precision precision) {
  double mac = multiplierUm2(precision) + accumulatorAdderUm2(precision);
  return target.processingElements() * mac * mm2PerUm2;
}

/// Weight registers (twice where the next tile loads behind the present one)
/// and accumulators, at the density of SRAM.
double registersMm2(const TargetModel &target, Precision precision) {
  unsigned copies =
      target.array.weightLoad == WeightLoad::doubleBuffered ? 2 : 1;
  double bytesPerPE =
      double(copies) * target.array.weightsPerPE * bytesOf(precision) +
      accumulatorBytesOf(precision);
  return sramMm2(target.processingElements() * bytesPerPE);
}

/// Each lane multiplies, adds and compares in the accumulators' precision.
double vectorUnitMm2(const TargetModel &target, Precision precision) {
  double multiply = precision == Precision::f32 ? multiplyF32 : multiplyI32;
  double lane = multiply + 2 * accumulatorAdderUm2(precision);
  return target.vectorUnit.lanes * lane * mm2PerUm2;
}

/// A floating-point multiplier and adder, iterated for exponential and
/// division.
constexpr double exitUnitMm2 = (multiplyF32 + addF32) * mm2PerUm2;

constexpr double sequencerMm2 = sequencerGates * nand2 * mm2PerUm2 +
                                sequencerMemoryKB * sramUm2PerKB * mm2PerUm2;

} // namespace

double TargetModel::plainDecoderUm2() const {
  return decoder.lanes * plainLaneUm2;
}

std::vector<TargetModel::AreaEntry> TargetModel::area(Precision precision,
                                                      double decoderUm2) const {
  return {
      {"mac_array", macArrayMm2(*this, precision), false},
      {"registers", registersMm2(*this, precision), false},
      {"global_buffer", sramMm2(double(globalBuffer.bytes)), false},
      {"staging_fifo", sramMm2(double(stagingFifo.bytes)), false},
      {"vector_unit", vectorUnitMm2(*this, precision), false},
      {"exit_unit", exitUnitMm2, false},
      {"sequencer", sequencerMm2, false},
      {"weight_store", sramMm2(double(weightStore.bytes)), true},
      {"decoder", decoderUm2 * mm2PerUm2, true},
  };
}

double TargetModel::areaOverheadPercent(Precision precision,
                                        double decoderUm2) const {
  double base = 0, addition = 0;
  for (const AreaEntry &entry : area(precision, decoderUm2))
    (entry.addition ? addition : base) += entry.mm2;
  return 100 * addition / base;
}

double TargetModel::decoderBudgetUm2(Precision precision) const {
  if (limits.additionPercent == 0)
    return std::numeric_limits<double>::infinity();
  double base = 0, store = 0;
  for (const AreaEntry &entry : area(precision, 0))
    (entry.addition ? store : base) += entry.mm2;
  return (base * limits.additionPercent / 100 - store) * um2PerMm2;
}

} // namespace crania::target
