// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_DECODERCOST_H
#define CRANIA_ENCODING_DECODERCOST_H

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace crania::encoding {

/// The number of cells of one decoder lane; docs/Encodings.md derives the
/// counts.
struct LaneLogic {
  unsigned flipFlops = 0;
  unsigned multiplexers = 0; // 2:1, one bit wide
  unsigned fullAdders = 0;
  unsigned gates = 0; // 2-input NAND equivalents of everything else
};

LaneLogic operator+(const LaneLogic &a, const LaneLogic &b);

/// The hardware that decodes one kind of stream (positions or values) with the
/// tables of one segment.
struct DecoderCost {
  /// Streams of a block that decode at once; 0 if the encoding stores no
  /// stream.
  unsigned lanes = 0;
  /// Bits of one copy of the tables. The memories have one port, so each lane
  /// reads one entry per cycle from its own copy.
  uint64_t tableBits = 0;
  /// Bits of a table entry, which are all read at once.
  unsigned entryBits = 0;
  /// Symbols that a lane emits per cycle. A symbol is a value word or a
  /// position.
  double symbolsPerLaneAndCycle = 1;
  /// The most bits of its stream that a step takes; they set the window's size.
  unsigned stepBits = 32;
  /// Cycles that it takes to build the tables from their serialized form. All
  /// copies are built at once.
  uint64_t loadCycles = 0;
  /// The name of the logic in `lane`. Segments with equal names share the
  /// logic.
  std::string_view unit = {};
  LaneLogic lane;

  /// Areas of the parts of one lane, in um2 at 45 nm: the window onto the
  /// stream, the logic behind the window, and the copy of the tables.
  double windowUm2() const;
  double unitUm2() const;
  double tableUm2() const;

  unsigned tablePorts() const { return tableBits == 0 ? 0 : lanes; }
  double symbolsPerCycle() const { return lanes * symbolsPerLaneAndCycle; }
  /// Returns the area of all lanes and their copies of the tables, um2 at 45
  /// nm.
  double areaUm2() const;
  /// Returns the energy of one step of one lane, pJ at 45 nm.
  double picojoulesPerStep() const;
  double picojoulesPerSymbol() const {
    return picojoulesPerStep() / symbolsPerLaneAndCycle;
  }
};

/// The cost of both halves of an encoding's decoder, which work in parallel.
struct SegmentCost {
  DecoderCost positions, values;
  /// True if words are addressed, not coded. The plain decoder of the machine
  /// then decodes them.
  bool isPlain = false;

  uint64_t tableBits() const { return positions.tableBits + values.tableBits; }
  double areaUm2() const { return positions.areaUm2() + values.areaUm2(); }
  uint64_t loadCycles() const {
    return positions.loadCycles > values.loadCycles ? positions.loadCycles
                                                    : values.loadCycles;
  }
};

/// Returns the area of a memory of `bits` bits, um2 at 45 nm.
double memoryUm2(uint64_t bits);

/// The hardware of a machine's decoder that decodes several segments. It has as
/// many lanes as the widest segment needs. Each lane has the logic of every
/// code that occurs, and memory for the largest tables. The clusters of a
/// tensor take turns block by block. A decoder of one block at a time therefore
/// holds the tables of all clusters of a tensor; a decoder of several blocks
/// decodes each cluster in lanes of its own.
class DecoderHardware {
public:
  explicit DecoderHardware(unsigned blocksAtOnce = 1) : blocks(blocksAtOnce) {}

  /// Begins another tensor: the segments that follow belong to it.
  void beginTensor();
  /// Adds a segment whose largest block has `largestBlock` bytes.
  void add(const SegmentCost &cost, uint64_t largestBlock);

  /// Returns the area in um2 without the plain decoder.
  double areaUm2() const;
  bool isPlainUsed() const { return plain; }
  double areaUm2(double plainUm2) const {
    return areaUm2() + (plain ? plainUm2 : 0);
  }

  /// Returns true if no part of this decoder is larger than in `other`.
  bool isWithin(const DecoderHardware &other) const;

private:
  struct Half {
    unsigned lanes = 0;
    double windowUm2 = 0;
    uint64_t tableBits = 0, tensorTableBits = 0;
    std::vector<std::pair<std::string_view, double>> units; // sorted by name

    void add(const DecoderCost &cost, bool sharesMemory);
    double areaUm2() const;
    bool isWithin(const Half &other) const;
  };

  unsigned blocks;
  bool plain = false;
  uint64_t bufferBytes = 0;
  Half positions, values;
};

} // namespace crania::encoding

#endif // CRANIA_ENCODING_DECODERCOST_H
