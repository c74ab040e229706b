// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What areas and energies are derived from. Sources, at 45 nm:
//   [H] M. Horowitz, "Computing's energy problem", ISSCC 2014 (lecture tables),
//       energies as tabulated in EIE (arXiv 1602.01528, Table I) and in QKeras;
//   [C] CACTI 7, low-power cells, 8-byte ports, measured from 2 KB to 1 MB;
//   [N] NanGate 45 nm Open Cell Library, X1 cells.

#ifndef CRANIA_TARGET_TECHNOLOGY_H
#define CRANIA_TARGET_TECHNOLOGY_H

namespace crania::technology {

// um2 per cell.
constexpr double nand2 = 0.798;     // [N]
constexpr double mux2 = 1.862;      // [N]
constexpr double flipFlop = 4.522;  // [N] DFF_X1
constexpr double fullAdder = 4.256; // [N]

constexpr double bytesPerKB = 1024;
constexpr double um2PerMm2 = 1e6;

constexpr double sramUm2PerKB = 3300; // [C], periphery included

// [C] energy of an 8-byte access of a memory of S KB: factor * S^exponent pJ,
// within 35 % of each measured size.
constexpr double sramPortBytes = 8;
constexpr double sramReadFactor = 1.27, sramReadExponent = 0.62;
constexpr double sramWriteFactor = 4.38, sramWriteExponent = 0.41;
constexpr double smallestSramKB = 2, largestSramKB = 1024; // measured

/// [H] an 8-bit addition takes 0.03 pJ in 36 um2.
constexpr double logicPicojoulesPerUm2 = 0.03 / 36;

} // namespace crania::technology

#endif // CRANIA_TARGET_TECHNOLOGY_H
