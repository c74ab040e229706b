// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Coders of positions as gaps. A gap is the number of free positions before a
// held one that are not held. Gap i is in lane i mod lanes. If positions follow
// the last held one, one more gap leads to the end of the block.

#include "Codecs/Bitmap.h"
#include "Coders/PositionCoder.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// Returns the gaps of a block, in order. The last one may lead to the end.
std::vector<uint32_t> gapsOf(Span<const uint8_t> bits) {
  std::vector<uint32_t> gaps;
  gaps.reserve(bits.size() + 1);
  forEachGap(bitmapOf(bits), bits.size(),
             [&](uint32_t gap) { gaps.push_back(gap); });
  return gaps;
}

/// Returns the parameter in [first, last] that takes the fewest bits for all
/// gaps, and this number of bits.
template <typename Coder, typename BitsOf>
TrainedPositions cheapest(const std::vector<uint64_t> &counts, unsigned first,
                          unsigned last, const BitsOf &bitsOf) {
  assert(first <= last && "no parameter to choose");
  unsigned best = first;
  uint64_t bestCost = UINT64_MAX;
  for (unsigned parameter = first; parameter <= last; ++parameter) {
    uint64_t cost = 0;
    for (uint64_t gap = 0; gap < counts.size(); ++gap)
      cost += counts[gap] * bitsOf(gap, parameter);
    if (cost < bestCost) {
      best = parameter;
      bestCost = cost;
    }
  }
  return {std::make_shared<Coder>(best), double(bestCost)};
}

/// Skips a gap that was read, and marks the position after it as held unless it
/// is the end of the block. Returns false if the gap leads past the end.
bool applyGap(uint64_t gap, Span<uint8_t> bits, size_t &position) {
  assert(position <= bits.size() && "the block has ended");
  if (gap > bits.size() - position)
    return false;
  position += gap;
  if (position < bits.size())
    bits[position++] = 1;
  return true;
}

Error gapPastEnd() { return {"a gap leads past the end of the block"}; }

constexpr unsigned maxRunBits = 8;
constexpr unsigned runWidthBits = 4;

/// A coder of run lengths with a fixed number of bits. The largest number means
/// that it skips that many positions and the gap continues, as in EIE (arXiv
/// 1602.01528) but without a padding zero among the values.
class RunCoder final : public PositionCoder {
public:
  explicit RunCoder(unsigned bits) : bitsPerRun(bits) {
    assert(bits > 0 && bits <= maxRunBits && "a run has from 1 to 8 bits");
  }

  void writeTables(BitWriter &tables) const override {
    tables.write(bitsPerRun, runWidthBits);
  }
  bool supports(Span<const uint8_t>) const override { return true; }

  std::vector<std::vector<uint8_t>> encode(Span<const uint8_t> bits,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    size_t token = 0, left = bits.size();
    for (uint32_t gap : gapsOf(bits)) {
      left -= gap;
      for (; gap >= longest(); gap -= longest())
        writers[token++ % lanes].write(longest(), bitsPerRun);
      // Nothing is left to store if whole runs reached the end.
      if (left > 0 || gap > 0)
        writers[token++ % lanes].write(gap, bitsPerRun);
      left -= left > 0;
    }
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, Span<uint8_t> bits) const override {
    size_t token = 0;
    for (size_t position = 0; position < bits.size();) {
      uint32_t run = lanes[token++ % lanes.size()].read(bitsPerRun);
      bool isOpen = run == longest();
      if (isOpen && run <= bits.size() - position)
        position += run;
      else if (isOpen || !applyGap(run, bits, position))
        return gapPastEnd();
    }
    return {};
  }

  DecoderCost cost() const override {
    DecoderCost cost;
    cost.lane.fullAdders = bitWidth(maxBlockPositions); // adds to the position
    cost.lane.flipFlops = bitWidth(maxBlockPositions);
    cost.lane.gates = bitsPerRun; // detects the longest run
    cost.stepBits = bitsPerRun;
    cost.unit = "runs";
    return cost;
  }

  uint64_t decodeSteps(uint64_t positions, uint64_t present,
                       unsigned lanes) const override {
    uint64_t tokens = present + (positions - present) / longest() + 1;
    return (tokens + lanes - 1) / lanes;
  }

private:
  uint32_t longest() const { return (1u << bitsPerRun) - 1; }

  unsigned bitsPerRun;
};

constexpr unsigned maxRiceBits = 15;
/// The number of bits that a decoder examines in a step.
constexpr unsigned golombWindowBits = 16;
constexpr unsigned riceWidthBits = 4;

/// A coder of Golomb-Rice codes: the high part of the gap in unary, its low
/// bits uncoded.
class GolombCoder final : public PositionCoder {
public:
  explicit GolombCoder(unsigned bits) : lowBits(bits) {
    assert(bits <= maxRiceBits && "a gap has at most 15 low bits");
  }

  void writeTables(BitWriter &tables) const override {
    tables.write(lowBits, riceWidthBits);
  }
  bool supports(Span<const uint8_t>) const override { return true; }

  std::vector<std::vector<uint8_t>> encode(Span<const uint8_t> bits,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    size_t token = 0;
    for (uint32_t gap : gapsOf(bits)) {
      writers[token].writeUnary(gap >> lowBits, gap, lowBits);
      token = token + 1 == lanes ? 0 : token + 1;
    }
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, Span<uint8_t> bits) const override {
    size_t token = 0;
    for (size_t position = 0; position < bits.size();) {
      BitReader &reader = lanes[token++ % lanes.size()];
      uint64_t high = reader.readUnary(uint32_t(bits.size() - position));
      uint64_t gap = high << lowBits | reader.read(lowBits);
      if (!applyGap(gap, bits, position))
        return gapPastEnd();
    }
    return {};
  }

  DecoderCost cost() const override {
    // A window finds the end of the unary part, with about four gates per bit.
    constexpr unsigned gatesPerBit = 4;
    DecoderCost cost;
    cost.stepBits = golombWindowBits;
    cost.unit = "golomb";
    cost.lane.gates = gatesPerBit * golombWindowBits;
    cost.lane.fullAdders = bitWidth(maxBlockPositions);
    cost.lane.flipFlops = bitWidth(maxBlockPositions);
    return cost;
  }

  /// A gap takes a step. It takes one more for each window that its unary part
  /// fills, and one for low bits that do not fit behind the unary part. This is
  /// at most twice the number of windows. One gap leads to the end.
  uint64_t decodeSteps(uint64_t positions, uint64_t present,
                       unsigned lanes) const override {
    const uint64_t unary = (positions - present) >> lowBits;
    const uint64_t steps = present + 1 + unary / golombWindowBits;
    return (steps + lanes - 1) / lanes;
  }

private:
  unsigned lowBits;
};

} // namespace

TrainedPositions trainRunCoder(const PositionSample &sample) {
  auto bitsOf = [](uint64_t gap, unsigned width) {
    return (gap / ((1u << width) - 1) + 1) * width;
  };
  return cheapest<RunCoder>(sample.counts.gaps, 1, maxRunBits, bitsOf);
}

Result<std::unique_ptr<PositionCoder>> parseRunCoder(BitReader &tables) {
  unsigned width = tables.read(runWidthBits);
  if (width == 0 || width > maxRunBits)
    return Error{"run lengths of " + std::to_string(width) + " bits"};
  return std::unique_ptr<PositionCoder>(std::make_unique<RunCoder>(width));
}

TrainedPositions trainGolombCoder(const PositionSample &sample) {
  auto bitsOf = [](uint64_t gap, unsigned low) {
    return (gap >> low) + 1 + low;
  };
  return cheapest<GolombCoder>(sample.counts.gaps, 0, maxRiceBits, bitsOf);
}

Result<std::unique_ptr<PositionCoder>> parseGolombCoder(BitReader &tables) {
  return std::unique_ptr<PositionCoder>(
      std::make_unique<GolombCoder>(tables.read(riceWidthBits)));
}

} // namespace crania::encoding
