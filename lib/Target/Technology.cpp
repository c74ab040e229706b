// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Target/Technology.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <set>

namespace crania::target {

namespace {

using Json = nlohmann::json;

/// Generated from share/crania/technology/45nm.json.
constexpr std::string_view file =
#include "TechnologyFile.inc"
    ;

struct Entry {
  const char *section, *key;
  double *value;
  std::string path() const { return std::string(section) + "." + key; }
};

std::vector<Entry> entriesOf(Technology &t) {
  return {
      {"arithmetic_pj", "add_i8", &t.energy.addI8},
      {"arithmetic_pj", "add_i32", &t.energy.addI32},
      {"arithmetic_pj", "add_i48", &t.energy.addI48},
      {"arithmetic_pj", "add_f32", &t.energy.addF32},
      {"arithmetic_pj", "multiply_i8", &t.energy.multiplyI8},
      {"arithmetic_pj", "multiply_i16", &t.energy.multiplyI16},
      {"arithmetic_pj", "multiply_i32", &t.energy.multiplyI32},
      {"arithmetic_pj", "multiply_f32", &t.energy.multiplyF32},
      {"sram", "port_bytes", &t.sram.portBytes},
      {"sram", "read_pj", &t.sram.readPicojoules},
      {"sram", "read_exponent", &t.sram.readExponent},
      {"sram", "write_pj", &t.sram.writePicojoules},
      {"sram", "write_exponent", &t.sram.writeExponent},
      {"sram", "smallest_kb", &t.sram.smallestKB},
      {"sram", "largest_bank_kb", &t.sram.largestBankKB},
      {"sram", "mm2_per_kb", &t.sram.mm2PerKB},
      {"cache", "line_bytes", &t.cache.lineBytes},
      {"cache", "read_pj", &t.cache.readPicojoules},
      {"cache", "read_exponent", &t.cache.readExponent},
      {"cache", "write_pj", &t.cache.writePicojoules},
      {"cache", "write_exponent", &t.cache.writeExponent},
      {"cache", "mm2_of_32_kb", &t.cache.mm2Of32KB},
      {"cache", "tag_bytes", &t.cache.tagBytes},
      {"cache", "leakage_mw_per_kb", &t.cache.leakageMilliwattsPerKB},
      {"pe", "register_per_mac", &t.pe.registerPerMac},
      {"pe", "neighbour_per_mac", &t.pe.neighbourPerMac},
      {"pe", "reference_bytes", &t.pe.referenceBytes},
      {"arithmetic_um2", "add_i8", &t.area.addI8},
      {"arithmetic_um2", "add_i32", &t.area.addI32},
      {"arithmetic_um2", "add_f32", &t.area.addF32},
      {"arithmetic_um2", "multiply_i8", &t.area.multiplyI8},
      {"arithmetic_um2", "multiply_i32", &t.area.multiplyI32},
      {"arithmetic_um2", "multiply_f32", &t.area.multiplyF32},
      {"cells_um2", "nand2", &t.cells.nand2},
      {"cells_um2", "mux2", &t.cells.mux2},
      {"cells_um2", "flip_flop", &t.cells.flipFlop},
      {"cells_um2", "full_adder", &t.cells.fullAdder},
      {"logic", "leakage_mw_per_mm2", &t.logic.leakageMilliwattsPerMm2},
      {"logic", "clock_pj_per_bit", &t.logic.clockPicojoulesPerBit},
      {"sequencer", "gates", &t.sequencer.gates},
      {"sequencer", "memory_kb", &t.sequencer.memoryKB},
      {"decoder_lane", "aligner_muxes", &t.decoderLane.alignerMuxes},
      {"decoder_lane", "priority_encoder_gates",
       &t.decoderLane.priorityEncoderGates},
      {"decoder_lane", "popcount_adders", &t.decoderLane.popcountAdders},
  };
}

Status read(const Json &json, const Entry &entry) {
  const Json *found = nullptr;
  if (auto section = json.find(entry.section);
      section != json.end() && section->is_object())
    if (auto key = section->find(entry.key); key != section->end())
      found = &*key;
  const auto is = [&](const char *key, bool (Json::*isOfType)() const) {
    return found->contains(key) && ((*found)[key].*isOfType)();
  };
  if (!found || !found->is_object() || found->size() != 2 ||
      !is("source", &Json::is_string) || !is("value", &Json::is_number) ||
      (*found)["value"].get<double>() < 0)
    return Error{"'" + entry.path() +
                 "' must be an object of a 'value', which is a number of at "
                 "least 0, and its 'source'"};
  *entry.value = (*found)["value"].get<double>();
  return {};
}

Status checkKeys(const Json &json, const std::vector<Entry> &entries) {
  std::set<std::string> known;
  for (const Entry &entry : entries)
    known.insert(entry.path());
  for (const auto &[section, keys] : json.items())
    for (const auto &[key, value] : keys.items())
      if (std::string path = std::string(section).append(".").append(key);
          known.count(path) == 0)
        return Error{"there is no key '" + path + "'"};
  return {};
}

} // namespace

Result<Technology> parseTechnology(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return Error{"it is not a JSON object"};
  Technology technology;
  const std::vector<Entry> entries = entriesOf(technology);
  for (const Entry &entry : entries)
    if (Status status = read(json, entry); !status)
      return status.error();
  if (Status status = checkKeys(json, entries); !status)
    return status.error();
  return technology;
}

std::string_view technologyFile() { return file; }

const Technology &technology() {
  static const Technology numbers = [] {
    Result<Technology> parsed = parseTechnology(file);
    if (!parsed) { // the file is built in, so a test would have found this
                   // mistake
      std::fprintf(stderr, "share/crania/technology/45nm.json: %s\n",
                   parsed.error().message.c_str());
      std::abort();
    }
    return *parsed;
  }();
  return numbers;
}

} // namespace crania::target
