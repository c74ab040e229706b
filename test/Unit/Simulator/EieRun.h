// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_SIMULATOR_EIERUN_H
#define CRANIA_TEST_UNIT_SIMULATOR_EIERUN_H

#include "crania/Support/Result.h"

namespace crania::test {

/// Figures of EIE, or of the preset of that name.
struct EieFigures {
  double gigaOperationsPerSecond; ///< at its peak
  double mm2;                     ///< area of the chip
  double watts;                   ///< power of the chip at that throughput
};

/// Published figures: Han et al., ISCA 2016, arXiv 1602.01528.
constexpr EieFigures publishedEie = {102, 40.8, 0.59};
/// Factor by which the preset may deviate.
constexpr double eieTolerance = 1.5;

/// Runs the preset on a dense matrix of 2048 x 2048 weights of 16 bits, which
/// are in its memories. The energy of its DRAM is left out, as EIE has none.
Result<EieFigures> runEie();

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_SIMULATOR_EIERUN_H
