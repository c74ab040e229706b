// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of target files, presets and impossible machines.

#include "crania/Support/File.h"
#include "crania/Target/TargetInputs.h"
#include "crania/Target/TargetModel.h"

#include "TemporaryFolder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace crania::target {
namespace {

void expectError(const std::string &json, const std::string &part) {
  Result<TargetModel> target = parseTarget(json);
  ASSERT_FALSE(target) << json;
  EXPECT_NE(target.error().message.find(part), std::string::npos)
      << "message: " << target.error().message << "\nexpected: " << part;
}

TEST(TargetFile, EmptyIsEdge) {
  Result<TargetModel> target = parseTarget("{}");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->toJson(), TargetModel().toJson());
}

TEST(TargetFile, PresetsRoundTrip) {
  for (const std::string &name : presetNames()) {
    Result<TargetModel> preset = findPreset(name);
    ASSERT_TRUE(preset);
    EXPECT_TRUE(preset->check());
    EXPECT_EQ(preset->name, name);
    Result<TargetModel> again = parseTarget(preset->toJson());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->toJson(), preset->toJson());
  }
}

TEST(TargetFile, EveryFieldIsReadBack) {
  TargetModel t;
  t.name = "mine \"2\"";
  t.clockMHz = 123.456;
  t.array = {8, 4, 2, WeightLoad::serial, Dataflow::outputStationary};
  t.decoder.lanes = 3;
  t.globalBuffer.bytes = 65536;
  t.stagingFifo.bytes = 1024;
  t.weightStore = {0, StorePolicy::none};
  t.vectorUnit.lanes = 5;
  t.exitUnit.cyclesPerClass = 7;
  t.dram.model = DramModel::flat;
  t.dram.gigabytesPerSecond = 12.8;
  t.dram.latencyNs = 0.1;
  t.dram.burstBytes = 32;
  t.dram.picojoulesPerBit = 4;
  t.dma = {128, 3};
  Result<TargetModel> back = parseTarget(t.toJson());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->name, "mine \"2\"");
  EXPECT_EQ(back->clockMHz, 123.456);
  EXPECT_EQ(back->array.rows, 8u);
  EXPECT_EQ(back->array.cols, 4u);
  EXPECT_EQ(back->array.weightsPerPE, 2u);
  EXPECT_EQ(back->array.weightLoad, WeightLoad::serial);
  EXPECT_EQ(back->array.dataflow, Dataflow::outputStationary);
  EXPECT_EQ(back->decoder.lanes, 3u);
  EXPECT_EQ(back->globalBuffer.bytes, 65536u);
  EXPECT_EQ(back->stagingFifo.bytes, 1024u);
  EXPECT_EQ(back->weightStore.bytes, 0u);
  EXPECT_EQ(back->weightStore.policy, StorePolicy::none);
  EXPECT_EQ(back->vectorUnit.lanes, 5u);
  EXPECT_EQ(back->exitUnit.cyclesPerClass, 7u);
  EXPECT_EQ(back->dram.model, DramModel::flat);
  EXPECT_EQ(back->dram.gigabytesPerSecond, 12.8);
  EXPECT_EQ(back->dram.latencyNs, 0.1);
  EXPECT_EQ(back->dram.burstBytes, 32u);
  EXPECT_EQ(back->dram.picojoulesPerBit, 4);
  EXPECT_EQ(back->dma.requestBytes, 128u);
  EXPECT_EQ(back->dma.outstandingRequests, 3u);
}

TEST(TargetFile, TimedMemoriesAreReadBack) {
  Result<TargetModel> t = parseTarget(R"({"dram": {
      "memory": "ddr4-2400", "energy": "commands"}})");
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_EQ(t->dram.model, DramModel::timed);
  EXPECT_EQ(t->dram.memory->name, "DDR4-2400");
  Result<TargetModel> back = parseTarget(t->toJson());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->dram.energy, DramEnergy::commands);
  EXPECT_EQ(back->dram.memory->toJson(), t->dram.memory->toJson());
  EXPECT_NE(t->toJson().find(R"("memory": "ddr4-2400")"), std::string::npos);
}

/// The text of a target contains a custom memory, number by number.
TEST(TargetFile, AMemoryCanBeDescribedInPlace) {
  Result<TargetModel> t = parseTarget(R"({"dram": {"memory": {
      "base": "lpddr3-1600", "name": "mine",
      "timing": {"tCL": {"value": 14, "source": "data sheet"}, "tRCD": 16},
      "controller": {"address_mapping": "rorabgcobach"}}}})");
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_EQ(t->dram.memory->timing.tCL, 14u);
  EXPECT_EQ(t->dram.memory->controller.addressMapping, "rorabgcobach");
  Result<TargetModel> back = parseTarget(t->toJson());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->toJson(), t->toJson());
  EXPECT_EQ(back->dram.memory->timing.tRCD, 16u);
  expectError(R"({"dram": {"memory": {"timing": {"tCL": 3}}}})",
              "'dram.memory': ");
  expectError(R"({"dram": {"memory": {"base": "lpddr3-1600",
                 "timing": {"tKL": 3}}}})",
              "'dram.memory': ");
  expectError(R"({"dram": {"memory": {"base": "lpddr3-1600"},
                           "memory": "ddr4-2400"}})",
              "'dram.memory' is given twice");
  expectError(R"({"dram": {"memory": {"timing": [1]}}})", "is an array");
  expectError(R"({"dram": {"memory": 3}})", "a word or an object");
  expectError(R"({"dram": {"memory": "sdram"}})", "the presets are ddr3l-1600");
  std::string deep = R"({"dram": {"memory":)";
  for (int i = 0; i < 100000; ++i)
    deep += "{\"a\":";
  expectError(deep, "not JSON");
}

TEST(TargetFile, CachesAreReadBack) {
  Result<TargetModel> t = parseTarget(R"({"weight_store": {
      "policy": "lru", "bytes": 256, "line_bytes": 64, "ways": 4,
      "allocate_clusters": 2}})");
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_TRUE(t->weightStore.isCache());
  EXPECT_EQ(t->weightStore.sets(), 1u);
  EXPECT_EQ(parseTarget(t->toJson())->toJson(), t->toJson());
  expectError(R"({"weight_store": {"policy": "fifo", "bytes": 200}})",
              "weight_store.bytes (200) must be a multiple of the 128 bytes");
  expectError(R"({"weight_store": {"policy": "direct_mapped", "ways": 2}})",
              "'weight_store.ways' has no effect, since weight_store.policy is "
              "direct_mapped");
  expectError(R"({"weight_store": {"line_bytes": 64}})",
              "since weight_store.policy is compiler_managed, which is not "
              "a cache");
  expectError(R"({"weight_store": {"policy": "lru", "line_bytes": 128}})",
              "must be a multiple of weight_store.line_bytes");
}

TEST(TargetFile, KeysWithoutEffectAreRefused) {
  expectError(R"({"dram": {"gigabytes_per_second": 12.8}})",
              "'dram.gigabytes_per_second' has no effect, since dram.model is "
              "timed");
  expectError(R"({"dram": {"latency_ns": 1}})", "'dram.latency_ns'");
  expectError(R"({"dram": {"model": "flat", "memory": "ddr4-2400"}})",
              "'dram.memory' has no effect, since dram.model is flat");
  expectError(R"({"dram": {"energy": "commands", "picojoules_per_bit": 8}})",
              "'dram.picojoules_per_bit' has no effect");
  EXPECT_TRUE(parseTarget(R"({"dram": {"model": "flat", "latency_ns": 1}})"));
}

TEST(TargetFile, BaseFillsWhatIsLeftOut) {
  Result<TargetModel> t =
      parseTarget(R"({"array": {"rows": 32}, "base": "edge-lite"})");
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_EQ(t->array.rows, 32u);
  EXPECT_EQ(t->decoder.lanes, 1u);
  EXPECT_EQ(t->name, "edge-lite-custom");
  Result<TargetModel> plain = parseTarget(R"({"base": "edge-lite"})");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "edge-lite");
  expectError(R"({"base": "cloud"})", "the presets are edge, edge-lite");
  expectError(R"({"base": 3})", "'base' must be one of edge");
}

TEST(TargetFile, UnknownKeysAreNamedWithTheNearest) {
  expectError(R"({"array": {"row": 3}})",
              "no key 'array.row'; did you mean 'array.rows'?");
  expectError(R"({"clock": 3})", "no key 'clock'; the keys are");
  expectError(R"({"aray": {"rows": 3}})",
              "no section 'aray'; did you mean 'array'?");
  expectError(R"({"aray": {}})", "did you mean 'array'?");
  expectError(R"({"array": {"base": "edge"}})", "no key 'array.base'");
}

TEST(TargetFile, ValuesAreStrict) {
  expectError(R"({"array": {"rows": "many"}})",
              "'array.rows' must be a whole number from 1 to 1024");
  for (const char *bad : {"0", "-1", "2.5", "1025", "4294967312",
                          "99999999999999999999", "1e400"})
    expectError(std::string(R"({"array": {"rows": )") + bad + "}}", "");
  for (const char *bad : {"0", "-3", "1e300", "\"fast\""})
    expectError(std::string(R"({"clock_mhz": )") + bad + "}",
                "'clock_mhz' must be a number from 1 to 10000");
  for (const char *bad : {"null", "true", "[1]", "{}"})
    expectError(std::string(R"({"array": {"rows": )") + bad + "}}",
                "'array.rows' is");
  expectError(R"({"weight_store": {"policy": "mru"}})",
              "must be one of none, compiler_managed, direct_mapped, lru, "
              "fifo");
  expectError(R"({"weight_store": {"policy": 0}})", "must be one of none");
  expectError(R"({"array": 3})", "no key 'array'");
  expectError(R"({"clock_mhz": {}})", "no section 'clock_mhz'");
  expectError(R"({"name": 3})", "'name' must be a word");
  expectError(R"({"name": ""})", "printable ASCII");
  expectError("{\"name\": \"\xc3\xa9\"}", "printable ASCII");
}

TEST(TargetFile, DuplicatesAreRefused) {
  expectError(R"({"clock_mhz": 1, "clock_mhz": 2})",
              "'clock_mhz' is given twice");
  expectError(R"({"array": {"rows": 1, "rows": 2}})",
              "'array.rows' is given twice");
  expectError(R"({"array": {"rows": 1}, "array": {"cols": 2}})",
              "'array' is given twice");
  expectError(R"({"array": {}, "array": 2})", "'array' is given twice");
}

TEST(TargetFile, StructureIsStrict) {
  for (const char *bad : {"", "{", "nonsense", "{}}", "{,}", "{\"a\" 1}",
                          "{\"clock_mhz\": NaN}", "// c\n{}", "\x00"})
    expectError(bad, "not JSON");
  for (const char *bad : {"3", "\"edge\"", "[]", "null"})
    expectError(bad, "not a JSON object");
  std::string deep = "{\"array\":";
  for (int i = 0; i < 100000; ++i)
    deep += "{\"a\":";
  expectError(deep, "'array.a' is an object");
}

RC_GTEST_PROP(TargetFile, DamageNeverCrashes, ()) {
  std::string json = TargetModel().toJson();
  int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i)
    json[*rc::gen::inRange<size_t>(0, json.size())] =
        *rc::gen::arbitrary<char>();
  if (Result<TargetModel> target = parseTarget(json))
    RC_ASSERT(bool(target->check()));
}

TEST(Check, NamesTargetFieldAndRange) {
  TargetModel t;
  t.array.rows = 0;
  Status status = t.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "target \"edge\": array.rows is 0, but must be from 1 to 1024");
}

TEST(Check, RefusesImpossibleMachines) {
  auto refuses = [](const char *part,
                    const std::function<void(TargetModel &)> &change) {
    TargetModel t;
    change(t);
    Status status = t.check();
    ASSERT_FALSE(status) << part;
    EXPECT_NE(status.error().message.find(part), std::string::npos)
        << status.error().message;
  };
  refuses("clock_mhz", [](TargetModel &t) { t.clockMHz = std::nan(""); });
  refuses("dram.latency_ns", [](TargetModel &t) {
    t.dram.model = DramModel::flat;
    t.dram.latencyNs = std::numeric_limits<double>::infinity();
  });
  refuses("power of two", [](TargetModel &t) { t.dram.burstBytes = 48; });
  refuses("multiple of dram.burst_bytes",
          [](TargetModel &t) { t.dma.requestBytes = 96; });
  refuses("set dram.model to timed", [](TargetModel &t) {
    t.dram.model = DramModel::flat;
    t.dram.energy = DramEnergy::commands;
  });
  refuses("a multiple of the 32 bytes of a burst of dram.memory",
          [](TargetModel &t) { t.dram.burstBytes = 16; });
  refuses("dram.memory: DRAM", [](TargetModel &t) {
    dram::Spec spec = *t.dram.memory;
    spec.timing.tREFI = 1;
    t.dram.memory = std::make_shared<dram::Spec>(spec);
  });
  refuses("must hold at least one dma request",
          [](TargetModel &t) { t.stagingFifo.bytes = 128; });
  refuses("set it to 0",
          [](TargetModel &t) { t.weightStore.policy = StorePolicy::none; });
}

TEST(LoadTarget, PresetFileOrError) {
  test::TemporaryFolder folder;
  std::string path = folder.path("t.json");
  std::string json = R"({"clock_mhz": 100})";
  ASSERT_TRUE(writeFileAtomically(
      path, std::vector<uint8_t>(json.begin(), json.end())));
  Result<TargetModel> fromFile = loadTarget(path);
  ASSERT_TRUE(fromFile) << fromFile.error().message;
  EXPECT_EQ(fromFile->clockMHz, 100);

  std::string memory = R"({"base": "ddr4-2400", "name": "beside"})";
  ASSERT_TRUE(
      writeFileAtomically(folder.path("m.json"),
                          std::vector<uint8_t>(memory.begin(), memory.end())));
  json = R"({"dram": {"memory": "m.json"}})";
  ASSERT_TRUE(writeFileAtomically(
      path, std::vector<uint8_t>(json.begin(), json.end())));
  Result<TargetModel> besideIt = loadTarget(path);
  ASSERT_TRUE(besideIt) << besideIt.error().message;
  EXPECT_EQ(besideIt->dram.memory->name, "beside");
  EXPECT_EQ(filesOfTarget(path),
            (std::vector<std::string>{path, folder.path("m.json")}));
  EXPECT_TRUE(filesOfTarget("edge").empty());
  expectError(json, "there is no DRAM preset 'm.json'");

  Result<TargetModel> fromName = loadTarget("eie-lite");
  ASSERT_TRUE(fromName);
  EXPECT_EQ(fromName->clockMHz, 800);

  Result<TargetModel> neither = loadTarget("edgy");
  ASSERT_FALSE(neither);
  EXPECT_EQ(neither.error().message,
            "'edgy' is neither a target file nor a preset; the presets are "
            "edge, edge-lite, eie-lite, eie, eyeriss, zc706");

  json = "{";
  ASSERT_TRUE(writeFileAtomically(
      path, std::vector<uint8_t>(json.begin(), json.end())));
  Result<TargetModel> damaged = loadTarget(path);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("target file '" + path + "'"),
            std::string::npos);
}

} // namespace
} // namespace crania::target
