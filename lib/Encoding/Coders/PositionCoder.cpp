// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/PositionCoder.h"

#include <algorithm>

namespace crania::encoding {

namespace {

uint64_t divideUp(uint64_t value, uint64_t by) { return (value + by - 1) / by; }

/// A coder for clusters that hold all free positions. It stores nothing.
class DensePositions final : public PositionCoder {
public:
  bool hasStreams() const override { return false; }
  void writeTables(BitWriter &) const override {}
  bool supports(Span<const uint8_t> bits) const override {
    return std::find(bits.begin(), bits.end(), 0) == bits.end();
  }
  std::vector<std::vector<uint8_t>> encode(Span<const uint8_t>,
                                           unsigned) const override {
    return {};
  }
  Status decode(Span<BitReader>, Span<uint8_t> bits) const override {
    std::fill(bits.begin(), bits.end(), 1);
    return {};
  }
  DecoderCost cost() const override { return {}; }
  uint64_t decodeSteps(uint64_t, uint64_t, unsigned) const override {
    return 0;
  }
};

/// The positions of a bitmap that a lane examines per cycle.
constexpr unsigned bitmapGroup = 8;

/// A coder with one bit per position, whether or not earlier clusters hold the
/// position. Groups of eight bits go to the lanes in turn.
class BitmapPositions final : public PositionCoder {
public:
  bool seesOccupied() const override { return true; }
  void writeTables(BitWriter &) const override {}
  bool supports(Span<const uint8_t>) const override { return true; }

  std::vector<std::vector<uint8_t>> encode(Span<const uint8_t> bits,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    for (size_t i = 0; i < bits.size(); ++i)
      writers[i / bitmapGroup % lanes].write(bits[i], 1);
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, Span<uint8_t> bits) const override {
    for (size_t i = 0; i < bits.size(); ++i)
      bits[i] = uint8_t(lanes[i / bitmapGroup % lanes.size()].read(1));
    return {};
  }

  DecoderCost cost() const override {
    // A priority encoder over the group takes about four gates per bit.
    constexpr unsigned gatesPerBit = 4;
    DecoderCost cost;
    cost.symbolsPerLaneAndCycle = bitmapGroup;
    cost.stepBits = bitmapGroup;
    cost.unit = "bitmap";
    cost.lane.gates = gatesPerBit * bitmapGroup;
    return cost;
  }

  uint64_t decodeSteps(uint64_t positions, uint64_t,
                       unsigned lanes) const override {
    return divideUp(positions, uint64_t(bitmapGroup) * lanes);
  }
};

} // namespace

Result<TrainedPositions> trainPositionCoder(PositionCoding coding,
                                            const PositionSample &sample) {
  switch (coding) {
  case PositionCoding::dense:
    if (!sample.counts.isDense)
      return Error{
          "the cluster is not dense, because it leaves positions free"};
    return TrainedPositions{std::make_shared<DensePositions>(), 0};
  case PositionCoding::bitmap:
    return TrainedPositions{std::make_shared<BitmapPositions>(),
                            double(sample.positions)};
  case PositionCoding::conditional:
    return trainPatternCoder(sample);
  case PositionCoding::runs:
    return trainRunCoder(sample);
  case PositionCoding::golomb:
    return trainGolombCoder(sample);
  }
  __builtin_unreachable();
}

Result<std::unique_ptr<PositionCoder>> parsePositionCoder(PositionCoding coding,
                                                          BitReader &tables) {
  switch (coding) {
  case PositionCoding::dense:
    return std::unique_ptr<PositionCoder>(std::make_unique<DensePositions>());
  case PositionCoding::bitmap:
    return std::unique_ptr<PositionCoder>(std::make_unique<BitmapPositions>());
  case PositionCoding::conditional:
    return parsePatternCoder(tables);
  case PositionCoding::runs:
    return parseRunCoder(tables);
  case PositionCoding::golomb:
    return parseGolombCoder(tables);
  }
  __builtin_unreachable();
}

} // namespace crania::encoding
