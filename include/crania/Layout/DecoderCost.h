// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_DECODERCOST_H
#define CRANIA_LAYOUT_DECODERCOST_H

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

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
  /// Bits of its stream that a step takes at most; the window is made for them.
  unsigned stepBits = 32;
  /// Cycles in which the tables are made from their serialised form, in all
  /// copies at once.
  uint64_t loadCycles = 0;
  /// What `lane` is: segments with the same logic share it.
  std::string_view unit = {};
  LaneLogic lane;

  /// Parts of one lane, um2 at 45 nm: its window onto the stream, the logic
  /// behind it, and its copy of the tables.
  double windowUm2() const;
  double unitUm2() const;
  double tableUm2() const;

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
  /// Words are addressed, not coded: the plain decoder of the machine does it.
  bool isPlain = false;

  uint64_t tableBits() const { return positions.tableBits + values.tableBits; }
  double areaUm2() const { return positions.areaUm2() + values.areaUm2(); }
  uint64_t loadCycles() const {
    return positions.loadCycles > values.loadCycles ? positions.loadCycles
                                                    : values.loadCycles;
  }
};

/// A memory of so many bits, um2 at 45 nm.
double memoryUm2(uint64_t bits);

/// What the decoder of a machine is made of if it decodes several segments: as
/// many lanes as the widest needs, in each the logic of every code that occurs
/// and memory for the largest tables. The clusters of a tensor take turns block
/// by block; a decoder of one block at a time holds the tables of all of them,
/// one of several has each cluster in a decoder of its own.
class DecoderHardware {
public:
  explicit DecoderHardware(unsigned blocksAtOnce = 1) : blocks(blocksAtOnce) {}

  /// What follows is of another tensor.
  void beginTensor();
  /// A segment whose largest block has so many bytes.
  void add(const SegmentCost &cost, uint64_t largestBlock);

  /// Without the plain decoder.
  double areaUm2() const;
  bool isPlainUsed() const { return plain; }
  double areaUm2(double plainUm2) const {
    return areaUm2() + (plain ? plainUm2 : 0);
  }

  /// Whether it is made of no more than `other`, in every respect.
  bool isWithin(const DecoderHardware &other) const;

private:
  struct Half {
    unsigned lanes = 0;
    double windowUm2 = 0;
    uint64_t tableBits = 0, tensorTableBits = 0;
    std::vector<std::pair<std::string_view, double>> units; // by name

    void add(const DecoderCost &cost, bool sharesMemory);
    double areaUm2() const;
    bool isWithin(const Half &other) const;
  };

  unsigned blocks;
  bool plain = false;
  uint64_t bufferBytes = 0;
  Half positions, values;
};

} // namespace crania::layout

#endif // CRANIA_LAYOUT_DECODERCOST_H
