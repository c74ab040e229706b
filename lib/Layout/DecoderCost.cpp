// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What decoders cost. Sources, at 45 nm:
//   [N] NanGate 45 nm Open Cell Library, X1 cells, um2;
//   [C] CACTI 7, low-power cells;
//   [H] M. Horowitz, "Computing's energy problem", ISSCC 2014: an 8-bit
//   addition
//       of 36 um2 takes 0.03 pJ.

#include "crania/Layout/DecoderCost.h"

#include <cmath>

namespace crania::layout {

namespace {

constexpr double nand2 = 0.798;     // [N]
constexpr double mux2 = 1.862;      // [N]
constexpr double flipFlop = 4.522;  // [N] DFF_X1
constexpr double fullAdder = 4.256; // [N]

constexpr double sramUm2PerKB = 3300; // [C], periphery included
constexpr double bitsPerKB = 8 * 1024;

// [C] a read of 64 bits of a memory of S KB: factor * S^exponent pJ. Narrower
// entries take their share of the bit lines; memories below the smallest one
// measured are taken as that one.
constexpr double sramReadFactor = 1.27, sramReadExponent = 0.62;
constexpr double sramPortBits = 64;
constexpr double smallestSramKB = 2;

/// [H] energy of an addition per um2 of the adder, taken for all logic: each
/// cell is charged as if it worked in every step.
constexpr double logicPicojoulesPerUm2 = 0.03 / 36;

// A lane's window onto its stream: a register of 64 bits, refilled 32 at a
// time, out of which a shifter of five levels takes up to 32 bits; a counter of
// six bits says where it stands.
constexpr LaneLogic windowLogic = {64 + 6, 5 * 32 + 64, 6, 0};

double logicUm2(const LaneLogic &logic) {
  return logic.flipFlops * flipFlop + logic.multiplexers * mux2 +
         logic.fullAdders * fullAdder + logic.gates * nand2;
}

double tableReadPicojoules(uint64_t tableBits, unsigned entryBits) {
  if (tableBits == 0)
    return 0;
  double sizeKB = std::fmax(double(tableBits) / bitsPerKB, smallestSramKB);
  return sramReadFactor * std::pow(sizeKB, sramReadExponent) *
         (entryBits / sramPortBits);
}

} // namespace

LaneLogic operator+(const LaneLogic &a, const LaneLogic &b) {
  return {a.flipFlops + b.flipFlops, a.multiplexers + b.multiplexers,
          a.fullAdders + b.fullAdders, a.gates + b.gates};
}

double DecoderCost::areaUm2() const {
  return lanes * (logicUm2(windowLogic + lane) +
                  double(tableBits) / bitsPerKB * sramUm2PerKB);
}

double DecoderCost::picojoulesPerStep() const {
  if (lanes == 0)
    return 0;
  return logicUm2(windowLogic + lane) * logicPicojoulesPerUm2 +
         tableReadPicojoules(tableBits, entryBits);
}

} // namespace crania::layout
