// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TECHNOLOGY_H
#define CRANIA_TARGET_TECHNOLOGY_H

#include "crania/Support/Result.h"

#include <string_view>

namespace crania::target {

/// What operations, accesses and circuits cost. The numbers are a file in
/// share/crania/technology, which says what each means and where it is from;
/// the names here are those of its keys.
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

/// Reads such a file: an object of sections of keys, each a `value`, a number
/// that is not negative, beside its `source`. Keys that are missing or unknown
/// are errors.
Result<Technology> parseTechnology(std::string_view json);

/// The text of the file of 45 nm, and its numbers.
std::string_view technologyFile();
const Technology &technology();

} // namespace crania::target

#endif // CRANIA_TARGET_TECHNOLOGY_H
