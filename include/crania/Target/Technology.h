// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TECHNOLOGY_H
#define CRANIA_TARGET_TECHNOLOGY_H

#include "crania/Support/Result.h"

#include <string_view>

namespace crania::target {

/// The costs of operations, accesses and circuits. The numbers come from a file
/// in share/crania/technology, which gives their meaning and sources. The names
/// here are those of the keys in the file.
struct Technology {
  struct ArithmeticPicojoules {
    double addI8, addI32, addI48, addF32;
    double multiplyI8, multiplyI16, multiplyI32, multiplyF32;
  } energy;
  struct Sram {
    double portBytes;
    double readPicojoules, readExponent, writePicojoules, writeExponent;
    double smallestKB, largestBankKB;
    double mm2PerKB;
  } sram;
  struct Cache {
    double lineBytes;
    double readPicojoules, readExponent, writePicojoules, writeExponent;
    double mm2Of32KB;
    double tagBytes;
    double leakageMilliwattsPerKB;
  } cache;
  struct ProcessingElement {
    double registerPerMac, neighbourPerMac, referenceBytes;
  } pe;
  struct ArithmeticArea { // um2
    double addI8, addI32, addF32, multiplyI8, multiplyI32, multiplyF32;
  } area;
  struct Cells { // um2
    double nand2, mux2, flipFlop, fullAdder;
  } cells;
  struct Logic {
    double leakageMilliwattsPerMm2, clockPicojoulesPerBit;
  } logic;
  struct Sequencer {
    double gates, memoryKB;
  } sequencer;
  struct DecoderLane {
    double alignerMuxes, priorityEncoderGates, popcountAdders;
  } decoderLane;
};

/// Parses such a file: an object of sections of keys. Each key has a `value`, a
/// number that is not negative, and its `source`. Fails on missing or unknown
/// keys.
Result<Technology> parseTechnology(std::string_view json);

/// Return the text of the file of 45 nm, and its numbers.
std::string_view technologyFile();
const Technology &technology();

} // namespace crania::target

#endif // CRANIA_TARGET_TECHNOLOGY_H
