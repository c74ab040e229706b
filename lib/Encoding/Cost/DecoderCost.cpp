// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The cost of decoders; docs/Encodings.md derives it.

#include "crania/Encoding/DecoderCost.h"

#include "Coders/BitStream.h"

#include "crania/Target/Technology.h"

#include <algorithm>
#include <cmath>

namespace crania::encoding {

namespace {

using target::technology;
using target::Technology;

constexpr double bitsPerByte = 8, bitsPerKB = bitsPerByte * 1024;
constexpr unsigned narrowestWindow = 8, widestWindow = 32;

/// Returns the logic of a lane's window onto its stream. A register holds twice
/// the bits that a step may take and is refilled by half. A shifter takes the
/// bits of a step, and a counter holds the position.
LaneLogic windowLogic(unsigned stepBits) {
  unsigned width = narrowestWindow;
  while (width < std::min(stepBits, widestWindow))
    width *= 2;
  const unsigned levels = bitWidth(width) - 1, counterBits = levels + 1;
  return {2 * width + counterBits, levels * width + 2 * width, counterBits, 0};
}

double logicUm2(const LaneLogic &logic) {
  const Technology::Cells &cells = technology().cells;
  return logic.flipFlops * cells.flipFlop + logic.multiplexers * cells.mux2 +
         logic.fullAdders * cells.fullAdder + logic.gates * cells.nand2;
}

/// Charges each cell as if it worked in every step, in proportion to its area,
/// at the energy per area of an 8-bit adder.
double logicPicojoules(const LaneLogic &logic) {
  return logicUm2(logic) * technology().energy.addI8 / technology().area.addI8;
}

/// Charges an entry narrower than the port its share of the bit lines. A memory
/// below the smallest one measured costs as much as that one.
double tableReadPicojoules(uint64_t tableBits, unsigned entryBits) {
  if (tableBits == 0)
    return 0;
  const Technology::Sram &sram = technology().sram;
  double sizeKB = std::fmax(double(tableBits) / bitsPerKB, sram.smallestKB);
  return sram.readPicojoules * std::pow(sizeKB, sram.readExponent) *
         (entryBits / (bitsPerByte * sram.portBytes));
}

} // namespace

LaneLogic operator+(const LaneLogic &a, const LaneLogic &b) {
  return {a.flipFlops + b.flipFlops, a.multiplexers + b.multiplexers,
          a.fullAdders + b.fullAdders, a.gates + b.gates};
}

double memoryUm2(uint64_t bits) {
  constexpr double um2PerMm2 = 1e6;
  return double(bits) / bitsPerKB * technology().sram.mm2PerKB * um2PerMm2;
}

double DecoderCost::windowUm2() const {
  return logicUm2(windowLogic(stepBits));
}

double DecoderCost::unitUm2() const { return logicUm2(lane); }

double DecoderCost::tableUm2() const { return memoryUm2(tableBits); }

double DecoderCost::areaUm2() const {
  return lanes * (windowUm2() + unitUm2() + tableUm2());
}

double DecoderCost::picojoulesPerStep() const {
  if (lanes == 0)
    return 0;
  return logicPicojoules(windowLogic(stepBits) + lane) +
         tableReadPicojoules(tableBits, entryBits);
}

void DecoderHardware::Half::add(const DecoderCost &cost, bool sharesMemory) {
  if (cost.lanes == 0)
    return;
  lanes = std::max(lanes, cost.lanes);
  windowUm2 = std::max(windowUm2, cost.windowUm2());
  tensorTableBits = sharesMemory ? tensorTableBits + cost.tableBits
                                 : std::max(tensorTableBits, cost.tableBits);
  tableBits = std::max(tableBits, tensorTableBits);
  const double um2 = cost.unitUm2();
  auto at = std::lower_bound(units.begin(), units.end(), cost.unit,
                             [](const auto &unit, std::string_view name) {
                               return unit.first < name;
                             });
  if (at == units.end() || at->first != cost.unit)
    units.insert(at, {cost.unit, um2});
  else
    at->second = std::max(at->second, um2);
}

double DecoderHardware::Half::areaUm2() const {
  double lane = windowUm2 + memoryUm2(tableBits);
  for (const auto &unit : units)
    lane += unit.second;
  return lanes * lane;
}

bool DecoderHardware::Half::isWithin(const Half &other) const {
  if (lanes > other.lanes || windowUm2 > other.windowUm2 ||
      tableBits > other.tableBits || tensorTableBits > other.tensorTableBits)
    return false;
  return std::all_of(units.begin(), units.end(), [&](const auto &unit) {
    return std::any_of(
        other.units.begin(), other.units.end(), [&](const auto &more) {
          return more.first == unit.first && more.second >= unit.second;
        });
  });
}

void DecoderHardware::beginTensor() {
  positions.tensorTableBits = values.tensorTableBits = 0;
}

void DecoderHardware::add(const SegmentCost &cost, uint64_t largestBlock) {
  if (cost.isPlain) {
    plain = true;
    return;
  }
  const bool sharesMemory = blocks == 1;
  positions.add(cost.positions, sharesMemory);
  values.add(cost.values, sharesMemory);
  bufferBytes = std::max(bufferBytes, largestBlock);
}

double DecoderHardware::areaUm2() const {
  // The staging FIFO is the buffer of one block. The others need their own.
  const double buffers = blocks == 1 ? 0 : memoryUm2(8 * bufferBytes);
  return blocks * (positions.areaUm2() + values.areaUm2() + buffers);
}

bool DecoderHardware::isWithin(const DecoderHardware &other) const {
  return plain <= other.plain && bufferBytes <= other.bufferBytes &&
         positions.isWithin(other.positions) && values.isWithin(other.values);
}

} // namespace crania::encoding
