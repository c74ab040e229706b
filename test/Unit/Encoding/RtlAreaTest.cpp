// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compares the areas of the cost model with those of synthesis, which are in
// rtl/areas.json. Prints all deviations, and holds those points that agree
// within 10 %. rtl/README.md lists the others.

#include "Coders/Alphabet.h"
#include "Coders/PositionCoder.h"
#include "Coders/SymbolCoders.h"

#include "crania/Target/TargetModel.h"
#include "crania/Target/Technology.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <optional>

namespace crania::encoding {
namespace {

constexpr double tolerance = 0.1;

/// A point of the grid: a module of rtl/ with its parameters.
struct Point {
  std::string module;
  std::map<std::string, unsigned> parameters;
  double um2 = 0;

  unsigned operator[](const char *name) const { return parameters.at(name); }
  std::string name() const {
    std::string result = module;
    for (const auto &[parameter, value] : parameters)
      result += " " + parameter + "=" + std::to_string(value);
    return result;
  }
};

std::vector<Point> readPoints() {
  std::ifstream file(CRANIA_RTL_AREAS);
  const nlohmann::json areas = nlohmann::json::parse(file);
  std::vector<Point> points;
  for (const auto &entry : areas.at("areas"))
    points.push_back({entry.at("module"), entry.at("parameters"),
                      entry.at("um2").get<double>()});
  return points;
}

/// Returns the area of a lane without its tables.
double laneUm2(const DecoderCost &cost) {
  return cost.windowUm2() + cost.unitUm2();
}

/// Returns a reader of the bits that were written. `bytes` holds them.
BitReader readerOf(BitWriter &writer, std::vector<uint8_t> &bytes) {
  const std::vector<uint8_t> written = writer.finish();
  bytes = paddedCopy(written);
  return BitReader(bytes.data(), written.size());
}

double huffmanUm2(unsigned longest, unsigned symbolBits) {
  constexpr unsigned lengthBits = 4;
  const unsigned symbols = 1u << symbolBits;
  // A comb of code words, whose last two have equal lengths.
  BitWriter writer;
  for (unsigned i = 0; i < symbols; ++i)
    writer.write(i < longest ? i + 1 : i == longest ? longest : 0, lengthBits);
  std::vector<uint8_t> bytes;
  BitReader reader = readerOf(writer, bytes);
  SymbolCoderResult coder = parseHuffmanCoder(1, symbols, {}, reader);
  EXPECT_TRUE(bool(coder)) << coder.error().message;
  return laneUm2((*coder)->cost());
}

/// The alphabet has groups of 2^extra words, or single words.
double tansUm2(unsigned log, unsigned extra) {
  const unsigned symbols = extra == 0 ? 2 : 256u >> extra >> 1;
  std::vector<uint32_t> words;
  for (uint32_t word = 0; word < symbols << extra; ++word)
    words.push_back(word);
  const Alphabet alphabet(words, 0, 8,
                          extra == 0 ? std::vector<uint8_t>()
                                     : std::vector<uint8_t>(symbols, extra));
  // Two symbols have half of the states each.
  BitWriter writer;
  writer.write(log, 4);
  writer.write(0, 8);
  writer.write(2, 9);
  for (unsigned symbol = 0; symbol < 2; ++symbol) {
    writer.write(log, 4);
    writer.write(0, log - 1);
  }
  std::vector<uint8_t> bytes;
  BitReader reader = readerOf(writer, bytes);
  SymbolCoderResult coder =
      parseTansCoder(1, symbols, alphabet.symbolRanges(), reader);
  EXPECT_TRUE(bool(coder)) << coder.error().message;
  DecoderCost cost = (*coder)->cost();
  alphabet.addCost(cost);
  return laneUm2(cost);
}

double golombUm2() {
  BitWriter writer;
  writer.write(2, 4);
  std::vector<uint8_t> bytes;
  BitReader reader = readerOf(writer, bytes);
  auto coder = parsePositionCoder(PositionCoding::golomb, reader);
  EXPECT_TRUE(bool(coder)) << coder.error().message;
  return laneUm2((*coder)->cost());
}

target::Precision precisionOf(const Point &point) {
  return point["WORD"] == 8 ? target::Precision::i8 : target::Precision::i16;
}

/// Returns the area of a component of a machine with one PE.
double componentUm2(const char *name, const Point &point, unsigned depth,
                    unsigned copies) {
  target::TargetModel machine;
  machine.array.rows = machine.array.cols = 1;
  machine.array.weightsPerPE = depth;
  machine.array.weightLoad = copies == 2 ? target::WeightLoad::doubleBuffered
                                         : target::WeightLoad::serial;
  constexpr double um2PerMm2 = 1e6;
  for (const auto &entry : machine.area(precisionOf(point), 0))
    if (entry.component == name)
      return entry.mm2 * um2PerMm2;
  ADD_FAILURE() << "there is no component " << name;
  return 0;
}

double plainDecoderUm2(unsigned lanes) {
  target::TargetModel machine;
  machine.decoder.lanes = lanes;
  return machine.plainDecoderUm2();
}

/// Returns the area by the cost model, or nothing if it has no such part.
std::optional<double> modelUm2(const Point &point) {
  const std::string &module = point.module;
  if (module == "adder" && point["BITS"] == 8)
    return target::technology().area.addI8;
  if (module == "adder" && point["BITS"] == 32)
    return target::technology().area.addI32;
  if (module == "mac" && point["WORD"] <= 16)
    return componentUm2("mac_array", point, 1, 1);
  if (module == "pe_dense")
    return componentUm2("mac_array", point, 1, 1) +
           componentUm2("registers", point, point["DEPTH"], point["COPIES"]);
  if (module == "window" || module == "unpack_fixed") {
    DecoderCost cost;
    cost.stepBits = point["WIDTH"];
    return laneUm2(cost);
  }
  if (module == "lane_huffman")
    return huffmanUm2(point["LONGEST"], point["SYMBOL"]);
  if (module == "lane_tans")
    return tansUm2(point["STATE"], point["EXTRA"]);
  if (module == "lane_golomb")
    return golombUm2();
  if (module == "bitmap_unit" && point["WORD"] == 8)
    return plainDecoderUm2(point["LANES"]);
  if (module == "register_file")
    return memoryUm2(uint64_t(point["ENTRIES"]) * point["BITS"]);
  return std::nullopt;
}

/// Returns true for the points that the cost model must agree with. Extend it
/// when the model improves.
bool isHeld(const Point &point) {
  const std::string &module = point.module;
  if (module == "adder")
    return point["BITS"] == 32;
  if (module == "window")
    return point["WIDTH"] == 8;
  if (module == "unpack_fixed")
    return true;
  if (module == "lane_huffman")
    return point["LONGEST"] == 8;
  if (module == "lane_tans" && point["EXTRA"] == 0)
    return point["STATE"] == 6 || point["STATE"] == 8;
  if (module == "lane_tans")
    return point["STATE"] + point["EXTRA"] <= 8;
  return false;
}

TEST(RtlArea, TheCostModelAgreesWithSynthesis) {
  const std::vector<Point> points = readPoints();
  ASSERT_GT(points.size(), 50u);
  unsigned held = 0, within = 0, compared = 0;
  std::printf("%9s %9s %6s\n", "synthesis", "model", "");
  for (const Point &point : points) {
    const std::optional<double> model = modelUm2(point);
    if (!model) {
      std::printf("%9.0f %9s        %s\n", point.um2, "none",
                  point.name().c_str());
      continue;
    }
    const double deviation = *model / point.um2 - 1;
    const bool isWithin = std::fabs(deviation) <= tolerance;
    std::printf("%9.0f %9.0f %+5.0f %% %s%s\n", point.um2, *model,
                100 * deviation, point.name().c_str(),
                isWithin ? "" : " (not within 10 %)");
    ++compared;
    within += isWithin;
    if (!isHeld(point))
      continue;
    ++held;
    EXPECT_TRUE(isWithin) << point.name();
  }
  std::printf("%u of %u points are within 10 %%, %u of them are held\n", within,
              compared, held);
  EXPECT_GT(held, 0u);
}

} // namespace
} // namespace crania::encoding
