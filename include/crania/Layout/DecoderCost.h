// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_DECODERCOST_H
#define CRANIA_LAYOUT_DECODERCOST_H

#include <cstdint>

namespace crania::layout {

/// The cells of one decoder lane, counted; docs/Layouts.md derives the counts.
struct LaneLogic {
  unsigned flipFlops = 0;
  unsigned multiplexers = 0; // 2:1, one bit
  unsigned fullAdders = 0;
  unsigned gates = 0; // 2-input NAND equivalents of everything else
};

LaneLogic operator+(const LaneLogic &a, const LaneLogic &b);

/// What a decoder of one stream kind (positions or values) is made of, for the
/// tables of one segment.
struct DecoderCost {
  /// Streams of a block that decode at once; 0 if the layout stores none.
  unsigned lanes = 0;
  /// One copy of the tables. Each lane reads one entry per cycle from a copy of
  /// its own, as the memories have one port.
  uint64_t tableBits = 0;
  /// Bits of a table entry, all read at once.
  unsigned entryBits = 0;
  /// Symbols that a lane emits per cycle: value words, or positions.
  double symbolsPerLaneAndCycle = 1;
  LaneLogic lane;

  unsigned tablePorts() const { return tableBits == 0 ? 0 : lanes; }
  double symbolsPerCycle() const { return lanes * symbolsPerLaneAndCycle; }
  /// All lanes and their copies of the tables, um2 at 45 nm.
  double areaUm2() const;
  /// One step of one lane, pJ at 45 nm.
  double picojoulesPerStep() const;
  double picojoulesPerSymbol() const {
    return picojoulesPerStep() / symbolsPerLaneAndCycle;
  }
};

/// Both halves of a layout's decoder; they work side by side.
struct SegmentCost {
  DecoderCost positions, values;

  uint64_t tableBits() const { return positions.tableBits + values.tableBits; }
  double areaUm2() const { return positions.areaUm2() + values.areaUm2(); }
};

} // namespace crania::layout

#endif // CRANIA_LAYOUT_DECODERCOST_H
