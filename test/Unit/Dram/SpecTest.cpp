// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of DRAM files, presets and impossible DRAMs.

#include "crania/Dram/CommandEnergy.h"
#include "crania/Support/File.h"

#include "TemporaryFolder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::dram;

namespace {

void expectError(const std::string &json, const std::string &part) {
  Result<Spec> spec = parseSpec(json);
  ASSERT_FALSE(spec) << json;
  EXPECT_NE(spec.error().message.find(part), std::string::npos)
      << "message: " << spec.error().message << "\nexpected: " << part;
}

/// Returns a file that changes one value of a preset.
std::string changed(const std::string &section, const std::string &rest) {
  return R"({"base": "ddr4-3200", ")" + section + R"(": )" + rest + "}";
}

/// Returns the energy in pJ per bit of 64 bytes on a bus of 64 bits: bursts
/// alone, and with the activation of a row for them.
std::pair<double, double> picojoulesPerBit(const char *preset) {
  Spec spec = *findPreset(preset);
  spec.organization.busBits = 64;
  Counts counts;
  counts.reads = 64 / spec.burstBytes();
  const double streaming = energyOf(spec, counts).total() / 512;
  counts.activates = 1;
  return {streaming, energyOf(spec, counts).total() / 512};
}

} // namespace

TEST(DramPresets, AreThere) {
  EXPECT_EQ(presetNames(),
            (std::vector<std::string>{"ddr3l-1600", "ddr4-2400", "ddr4-3200",
                                      "lpddr3-1600", "lpddr4-3200"}));
  for (const std::string &name : presetNames()) {
    Result<Spec> spec = findPreset(name);
    ASSERT_TRUE(spec) << name << ": " << spec.error().message;
  }
  EXPECT_FALSE(findPreset("ddr5-4800"));
}

TEST(DramPresets, EveryNumberHasASource) {
  for (const std::string &name : presetNames()) {
    auto file = nlohmann::json::parse(*presetFile(name));
    for (const auto &[section, entries] : file.items()) {
      if (!entries.is_object())
        continue;
      for (const auto &[key, entry] : entries.items()) {
        ASSERT_TRUE(entry.is_object()) << name << " " << section << "." << key;
        EXPECT_GT(entry["source"].get<std::string>().size(), 8u)
            << name << " " << section << "." << key;
      }
    }
  }
}

TEST(DramPresets, PeakBandwidth) {
  EXPECT_NEAR(findPreset("ddr3l-1600")->peakGigabytesPerSecond(), 12.8, 1e-9);
  EXPECT_NEAR(findPreset("ddr4-2400")->peakGigabytesPerSecond(), 19.2, 1e-4);
  EXPECT_NEAR(findPreset("ddr4-3200")->peakGigabytesPerSecond(), 25.6, 1e-9);
  EXPECT_NEAR(findPreset("lpddr3-1600")->peakGigabytesPerSecond(), 6.4, 1e-9);
  EXPECT_NEAR(findPreset("lpddr4-3200")->peakGigabytesPerSecond(), 6.4, 1e-9);
}

TEST(DramPresets, Capacity) {
  constexpr uint64_t GB = uint64_t(1) << 30;
  EXPECT_EQ(findPreset("ddr3l-1600")->capacity(), 2 * GB);
  EXPECT_EQ(findPreset("ddr4-2400")->capacity(), 2 * GB);
  EXPECT_EQ(findPreset("ddr4-3200")->capacity(), 16 * GB);
  EXPECT_EQ(findPreset("lpddr3-1600")->capacity(), GB);
  EXPECT_EQ(findPreset("lpddr4-3200")->capacity(), GB);
}

/// Known figures from the same currents, in pJ per bit, for streaming and with
/// one row for each 64 bytes: 10.0 and 21.9, 4.55 and 8.7, 5.4 and 10.9.
TEST(DramPresets, EnergyPerBit) {
  const struct {
    const char *preset;
    double streaming, rowMiss;
  } known[] = {{"ddr3l-1600", 10.0, 21.9},
               {"ddr4-2400", 4.55, 8.7},
               {"lpddr3-1600", 5.4, 10.9}};
  for (const auto &[preset, streaming, rowMiss] : known) {
    const auto [burst, row] = picojoulesPerBit(preset);
    EXPECT_NEAR(burst / streaming, 1, 0.02) << preset;
    EXPECT_NEAR(row / rowMiss, 1, 0.02) << preset;
  }
}

TEST(DramFile, RoundTrips) {
  for (const std::string &name : presetNames()) {
    const Spec spec = *findPreset(name);
    Result<Spec> again = parseSpec(spec.toJson());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->toJson(), spec.toJson());
  }
}

TEST(DramFile, ChangesItsBase) {
  Result<Spec> spec = parseSpec(
      R"({"base": "lpddr3-1600", "timing": {"tCL": 14,
          "tRCD": {"value": 16, "source": "measured"}}})");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(spec->name, "LPDDR3-1600-custom");
  EXPECT_EQ(spec->timing.tCL, 14u);
  EXPECT_EQ(spec->timing.tRCD, 16u);
  EXPECT_EQ(spec->timing.tRP, 15u);
}

TEST(DramFile, WithoutABaseSaysAll) {
  expectError("{}", "'organization.channels' is missing");
  expectError(R"({"base": "ddr9"})", "no DRAM preset 'ddr9'");
  expectError(R"({"base": 1})", "'base' must be one of ddr3l-1600");
}

TEST(DramFile, Structure) {
  expectError("", "not JSON");
  expectError("[]", "not a JSON object");
  expectError("3", "not a JSON object");
  expectError(changed("timing", "[]"), "'timing' is an array");
  expectError(changed("timing", R"({"tCL": null})"), "'timing.tCL' is null");
  expectError(changed("timing", R"({"tCL": {"value": {}}})"),
              "'timing.tCL.value' is an object");
  expectError(changed("timing", R"({"tCL": {"source": "x"}})"),
              "'timing.tCL' has no value");
  expectError(changed("timing", R"({"tCL": {"value": 1, "unit": "x"}})"),
              "no key 'timing.tCL.unit'");
  expectError(changed("timing", R"({"tCL": {"value": 1, "source": 2}})"),
              "'timing.tCL.source' must be a text");
}

TEST(DramFile, UnknownAndRepeatedKeys) {
  expectError(changed("timing", R"({"tRASS": 3})"),
              "did you mean 'timing.tRAS'?");
  expectError(changed("timings", "{}"), "did you mean 'timing'?");
  expectError(R"({"base": "ddr4-3200", "nam": "x"})", "did you mean 'name'?");
  expectError(changed("timing", R"({"tCL": 20, "tCL": 21})"),
              "'timing.tCL' is given twice");
  expectError(changed("timing", R"({"tCL": {"value": 20}, "tCL": 21})"),
              "'timing.tCL' is given twice");
  expectError(changed("timing", R"({"tCL": {"value": 20, "value": 21}})"),
              "'timing.tCL.value' is given twice");
  expectError(changed("timing", R"({}, "timing": {})"),
              "'timing' is given twice");
}

TEST(DramFile, ValuesOutOfRange) {
  expectError(changed("timing", R"({"tCL": 0})"),
              "'timing.tCL' must be a whole number from 1 to 65536");
  expectError(changed("timing", R"({"tCL": 2.5})"), "must be a whole number");
  expectError(changed("timing", R"({"clock_ps": "fast"})"),
              "'timing.clock_ps' must be a number from 1 to 1000000");
  expectError(changed("controller", R"({"page_policy": "ajar"})"),
              "must be one of open, closed");
  expectError(changed("controller", R"({"address_mapping": 3})"),
              "'controller.address_mapping' must be a word");
}

TEST(DramFile, ImpossibleMachines) {
  expectError(changed("organization", R"({"ranks": 3})"),
              "organization.ranks is 3, but must be a power of two");
  expectError(changed("organization", R"({"device_bits": 128})"),
              "organization.device_bits (128) must not be greater");
  expectError(changed("organization", R"({"ranks": 8})"), "128 banks");
  expectError(changed("timing", R"({"tRRD_L": 2})"),
              "timing.tRRD_S (4) must not be greater than timing.tRRD_L (2)");
  expectError(changed("timing", R"({"tREFI": 600})"), "leaves no time");
  expectError(changed("vdd", R"({"IDD4R": 20})"), "vdd.IDD4R (20)");
  expectError(changed("vdd", R"({"IDD0": 30})"), "vdd.IDD0 (30)");
  expectError(changed("vdd", R"({"volts": 0})"), "vdd.volts is 0");
  expectError(changed("controller", R"({"write_high": 99})"),
              "controller.write_high (99)");
  expectError(changed("controller", R"({"write_low": 26})"),
              "controller.write_low (26) must be less");
  expectError(changed("controller", R"({"address_mapping": "rochrababgba"})"),
              "controller.address_mapping");
  expectError(R"({"base": "ddr4-3200", "name": ""})", "1 to 64");
}

TEST(DramFile, IsFoundByPath) {
  test::TemporaryFolder folder;
  const std::string path = folder.path("slow.json");
  const std::string text = R"({"base": "ddr4-3200", "timing": {"tCL": 0}})";
  ASSERT_TRUE(writeFileAtomically(
      path, {reinterpret_cast<const uint8_t *>(text.data()), text.size()}));
  Result<Spec> bad = loadSpec(path);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message.rfind("DRAM file '" + path + "': ", 0), 0u)
      << bad.error().message;
  EXPECT_TRUE(loadSpec("ddr4-2400"));
  Result<Spec> missing = loadSpec(folder.path("none.json"));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("neither a DRAM file nor a preset"),
            std::string::npos);
}

RC_GTEST_PROP(DramFile, SurvivesDamage, ()) {
  std::string json(*presetFile("lpddr4-3200"));
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i)
    json[*rc::gen::inRange<size_t>(0, json.size())] =
        *rc::gen::arbitrary<char>();
  if (Result<Spec> spec = parseSpec(json); !spec)
    RC_ASSERT(!spec.error().message.empty());
}
