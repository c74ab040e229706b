// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Areas, computed from the numbers of Technology.h.

#include "crania/Target/TargetModel.h"
#include "crania/Target/Technology.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace crania::target {

namespace {

constexpr double mm2PerUm2 = 1e-6;
constexpr double bytesPerKB = 1024;

/// Returns the area of a lane of the plain decoder, for encodings whose words
/// are addressed, not coded.
double decoderLaneUm2() {
  const Technology &t = technology();
  return t.decoderLane.alignerMuxes * t.cells.mux2 +
         t.decoderLane.priorityEncoderGates * t.cells.nand2 +
         t.decoderLane.popcountAdders * t.cells.fullAdder;
}

double sramMm2(double bytes) {
  return bytes / bytesPerKB * technology().sram.mm2PerKB;
}

/// Returns the area of data and tags as plain memories.
double cacheMemoriesMm2(uint64_t bytes, uint64_t lines) {
  return sramMm2(double(bytes) + double(lines) * technology().cache.tagBytes);
}

/// Returns the ratio of the area of a cache with ways to that of its plain
/// memories, taken from the cache of 32 KB.
double waysFactor() {
  constexpr uint64_t bytes = 32 * 1024;
  const Technology::Cache &cache = technology().cache;
  return cache.mm2Of32KB /
         cacheMemoriesMm2(bytes, bytes / uint64_t(cache.lineBytes));
}

/// Returns the area of the weight store. A cache has a tag for each line.
double weightStoreMm2(const TargetModel::WeightStore &store) {
  if (!store.isCache())
    return sramMm2(double(store.bytes));
  const bool hasWays = store.policy != StorePolicy::directMapped;
  return cacheMemoriesMm2(store.bytes, store.lines()) *
         (hasWays ? waysFactor() : 1);
}

double multiplierUm2(Precision precision) {
  switch (precision) {
  case Precision::f32:
    return technology().area.multiplyF32;
  case Precision::i16:
    // The tables do not have it, so it is interpolated geometrically between 8
    // and 32 bits.
    return std::sqrt(technology().area.multiplyI8 *
                     technology().area.multiplyI32);
  case Precision::i8:
    return technology().area.multiplyI8;
  }
  __builtin_unreachable();
}

double accumulatorAdderUm2(Precision precision) {
  return precision == Precision::f32 ? technology().area.addF32
                                     : technology().area.addI32;
}

double macArrayMm2(const TargetModel &target, Precision precision) {
  double mac = multiplierUm2(precision) + accumulatorAdderUm2(precision);
  return target.processingElements() * mac * mm2PerUm2;
}

/// Returns the area of accumulators and weight registers at the density of
/// SRAM. With double buffering, there are two sets of weight registers.
double registersMm2(const TargetModel &target, Precision precision) {
  unsigned copies =
      target.array.weightLoad == WeightLoad::doubleBuffered ? 2 : 1;
  double bytesPerPE =
      double(copies) * target.array.weightsPerPE * bytesOf(precision) +
      accumulatorBytesOf(precision);
  return sramMm2(target.processingElements() * bytesPerPE);
}

/// Returns the area of the vector unit. Each lane multiplies, adds and compares
/// in the precision of the accumulators. A machine for integers also has lanes
/// for f32, the type of the logits.
double vectorUnitMm2(const TargetModel &target, Precision precision) {
  const Technology::ArithmeticArea &area = technology().area;
  const double f32Lane = area.multiplyF32 + 2 * area.addF32;
  const double lanes = target.vectorUnit.lanes;
  if (precision == Precision::f32)
    return lanes * f32Lane * mm2PerUm2;
  const double integerLane =
      area.multiplyI32 + 2 * accumulatorAdderUm2(precision);
  return (lanes * integerLane + target.vectorUnit.f32Lanes * f32Lane) *
         mm2PerUm2;
}

/// Returns the area of a floating-point multiplier and adder. Exponential and
/// division iterate over them.
double exitUnitMm2() {
  const Technology::ArithmeticArea &area = technology().area;
  return (area.multiplyF32 + area.addF32) * mm2PerUm2;
}

double sequencerLogicMm2() {
  return technology().sequencer.gates * technology().cells.nand2 * mm2PerUm2;
}

} // namespace

double TargetModel::plainDecoderUm2() const {
  return decoder.lanes * decoderLaneUm2();
}

std::vector<TargetModel::AreaEntry> TargetModel::area(Precision precision,
                                                      double decoderUm2) const {
  auto logic = [](const char *name, double mm2, bool addition = false) {
    return AreaEntry{name, mm2, addition, mm2};
  };
  auto memory = [](const char *name, double mm2, bool addition = false) {
    return AreaEntry{name, mm2, addition, 0};
  };
  const double sequencer = sequencerLogicMm2();
  return {
      logic("mac_array", macArrayMm2(*this, precision)),
      memory("registers", registersMm2(*this, precision)),
      memory("global_buffer", sramMm2(double(globalBuffer.bytes))),
      memory("staging_fifo", sramMm2(double(stagingFifo.bytes))),
      logic("vector_unit", vectorUnitMm2(*this, precision)),
      logic("exit_unit", exitUnitMm2()),
      {"sequencer",
       sequencer + sramMm2(technology().sequencer.memoryKB * bytesPerKB), false,
       sequencer},
      memory("weight_store", weightStoreMm2(weightStore), true),
      logic("decoder", decoderUm2 * mm2PerUm2, true),
  };
}

double TargetModel::areaOverheadPercent(Precision precision,
                                        double decoderUm2) const {
  double base = 0, addition = 0;
  for (const AreaEntry &entry : area(precision, decoderUm2))
    (entry.addition ? addition : base) += entry.mm2;
  assert(base > 0 && "a machine of no area");
  return 100 * addition / base;
}

double TargetModel::decoderBudgetUm2(Precision precision) const {
  if (limits.additionPercent == 0)
    return std::numeric_limits<double>::infinity();
  double base = 0, store = 0;
  for (const AreaEntry &entry : area(precision, 0))
    (entry.addition ? store : base) += entry.mm2;
  return (base * limits.additionPercent / 100 - store) / mm2PerUm2;
}

} // namespace crania::target
