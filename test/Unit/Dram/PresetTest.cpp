// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the presets against the files that they cite: data/dram_presets.csv.

#include "crania/Dram/Spec.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <sstream>

using namespace crania;
using namespace crania::dram;

namespace {

/// A map from "section.key" to a value; numbers have the format of C++.
using Values = std::map<std::string, std::string>;

std::string printed(double number) {
  std::ostringstream text;
  text.precision(10);
  text << number;
  return text.str();
}

/// Returns the rows of a preset. "*" returns those that all presets share.
Values citedFor(const std::string &preset) {
  std::ifstream file(CRANIA_DRAM_DATA "/dram_presets.csv");
  Values values;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string owner, key, value;
    std::getline(fields, owner, ',');
    std::getline(fields, key, ',');
    std::getline(fields, value, ',');
    if (owner != preset)
      continue;
    EXPECT_TRUE(values.emplace(key, value).second) << line;
  }
  return values;
}

/// Returns all values of a preset as the library has them.
Values valuesOf(const Spec &spec) {
  Values values;
  const auto file = nlohmann::json::parse(spec.toJson());
  for (const auto &[section, entries] : file.items()) {
    if (!entries.is_object())
      continue;
    for (const auto &[key, value] : entries.items())
      values[section + "." + key] = value.is_string()
                                        ? value.get<std::string>()
                                        : printed(value.get<double>());
  }
  return values;
}

class CitedPreset : public testing::TestWithParam<std::string> {};

} // namespace

/// Each value agrees, and the table holds all values.
TEST_P(CitedPreset, HasTheValuesOfItsSource) {
  Values cited = citedFor(GetParam());
  ASSERT_FALSE(cited.empty());
  cited.merge(citedFor("*"));
  EXPECT_EQ(valuesOf(*findPreset(GetParam())), cited);
}

INSTANTIATE_TEST_SUITE_P(All, CitedPreset, testing::ValuesIn(presetNames()),
                         [](const auto &info) {
                           std::string name = info.param;
                           for (char &c : name)
                             c = c == '-' ? '_' : c;
                           return name;
                         });
