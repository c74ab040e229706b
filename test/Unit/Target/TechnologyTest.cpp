// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the file of energies and areas, and of the strictness of its parser.

#include "crania/Target/Technology.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace crania::target {
namespace {

using Json = nlohmann::json;

std::string errorOf(const Json &json) {
  Result<Technology> technology = parseTechnology(json.dump());
  return technology ? "" : technology.error().message;
}

TEST(Technology, EveryNumberHasASource) {
  const Json json = Json::parse(technologyFile());
  for (const auto &section : json)
    for (const auto &[key, entry] : section.items()) {
      EXPECT_TRUE(entry["value"].is_number()) << key;
      EXPECT_GE(entry["source"].get<std::string>().size(), 10u) << key;
    }
  EXPECT_EQ(errorOf(json), "");
}

TEST(Technology, IsWhatTheFileSays) {
  EXPECT_EQ(technology().energy.multiplyI16, 0.6);
  EXPECT_EQ(technology().sram.readExponent, 0.62);
  EXPECT_EQ(technology().cache.leakageMilliwattsPerKB, 1);
  EXPECT_EQ(technology().decoderLane.popcountAdders, 7);
}

TEST(Technology, MistakesAreNamed) {
  const Json json = Json::parse(technologyFile());
  for (const auto &[section, keys] : json.items())
    for (const auto &[key, entry] : keys.items()) {
      Json damaged = json;
      damaged[section].erase(key);
      EXPECT_NE(errorOf(damaged).find("'" + section + "." + key + "' must be"),
                std::string::npos);
      for (const Json &bad :
           {Json(3), Json{{"value", 3}}, Json{{"value", -1}, {"source", "s"}},
            Json{{"value", "3"}, {"source", "s"}},
            Json{{"value", 3}, {"source", 4}}}) {
        damaged[section][key] = bad;
        EXPECT_NE(errorOf(damaged), "") << bad;
      }
    }
  Json more = json;
  more["sram"]["color"] = {{"value", 3}, {"source", "s"}};
  EXPECT_EQ(errorOf(more), "there is no key 'sram.color'");
  EXPECT_EQ(errorOf(Json::array()), "it is not a JSON object");
  EXPECT_FALSE(parseTechnology("{"));
}

} // namespace
} // namespace crania::target
