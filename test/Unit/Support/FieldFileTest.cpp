// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/FieldFile.h"

#include <gtest/gtest.h>

namespace crania {
namespace {

FieldFileRules withSources() { return {/*hasSources=*/true, ""}; }
FieldFileRules withObject() { return {/*hasSources=*/false, "a.object"}; }

void expectError(const std::string &json, const FieldFileRules &rules,
                 const std::string &message) {
  Result<FieldFile> file = readFieldFile(json, rules);
  ASSERT_FALSE(file) << json;
  EXPECT_EQ(file.error().message, message);
}

TEST(FieldFile, KeepsTheOrderAndTheKindsOfValues) {
  Result<FieldFile> file = readFieldFile(
      R"({"top": "word", "a": {"whole": 3, "less": -1, "half": 0.5}, "b": {}})",
      {});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->sections, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(file->entries.size(), 4u);
  EXPECT_EQ(file->entries[0].path(), "top");
  EXPECT_EQ(std::get<std::string>(file->entries[0].value), "word");
  EXPECT_EQ(file->entries[1].path(), "a.whole");
  EXPECT_EQ(std::get<uint64_t>(file->entries[1].value), 3u);
  EXPECT_EQ(std::get<double>(file->entries[2].value), -1);
  EXPECT_EQ(std::get<double>(file->entries[3].value), 0.5);
}

TEST(FieldFile, FindsEntriesOfASection) {
  Result<FieldFile> file =
      readFieldFile(R"({"key": 1, "a": {"key": 2}, "b": {"key": 3}})", {});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(std::get<uint64_t>(file->find("", "key")->value), 1u);
  EXPECT_EQ(std::get<uint64_t>(file->find("b", "key")->value), 3u);
  EXPECT_EQ(file->find("b", "a"), nullptr);
  EXPECT_EQ(file->find("c", "key"), nullptr);
}

TEST(FieldFile, ReadsAValueBesideItsSource) {
  Result<FieldFile> file = readFieldFile(
      R"({"a": {"x": {"source": "data sheet", "value": 7}, "y": 8}})",
      withSources());
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->entries.size(), 2u);
  EXPECT_EQ(std::get<uint64_t>(file->find("a", "x")->value), 7u);
  EXPECT_EQ(std::get<uint64_t>(file->find("a", "y")->value), 8u);
}

TEST(FieldFile, RefusesABrokenSource) {
  expectError(R"({"a": {"x": {}}})", withSources(), "'a.x' has no value");
  expectError(R"({"a": {"y": {"value": 1}, "x": {"source": "s"}}})",
              withSources(), "'a.x' has no value");
  expectError(R"({"a": {"x": {"value": 1, "source": 2}}})", withSources(),
              "'a.x.source' must be a text");
  expectError(R"({"a": {"x": {"value": 1, "unit": "s"}}})", withSources(),
              "there is no key 'a.x.unit'; beside a value there is only its "
              "source");
  expectError(R"({"a": {"x": {"value": {}}}})", withSources(),
              "'a.x.value' is an object, but must be a number, a word or a "
              "section");
  expectError(R"({"a": {"x": {"value": 1}}})", {},
              "'a.x' is an object, but must be a number, a word or a section");
}

TEST(FieldFile, KeepsTheTextOfAnObject) {
  Result<FieldFile> file = readFieldFile(
      R"({"a": {"object": { "b": {"c": -2, "d": "\n"}, "e": {} }, "f": 1}})",
      withObject());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(std::get<ObjectText>(file->find("a", "object")->value).json,
            R"({"b":{"c":-2.0,"d":"\n"},"e":{}})");
  EXPECT_NE(file->find("a", "f"), nullptr);
  expectError(R"({"a": {"object": {"b": [1]}}})", withObject(),
              "'a.object' is an array, but must be a number, a word or a "
              "section");
  expectError(R"({"a": {"other": {}}})", withObject(),
              "'a.other' is an object, but must be a number, a word or a "
              "section");
  expectError(R"({"a": {"object": {}, "object": 1}})", withObject(),
              "'a.object' is given twice");
}

TEST(FieldFile, RefusesDuplicates) {
  expectError(R"({"x": 1, "x": 2})", {}, "'x' is given twice");
  expectError(R"({"a": {"x": 1, "x": 2}})", {}, "'a.x' is given twice");
  expectError(R"({"a": {}, "a": {}})", {}, "'a' is given twice");
  expectError(R"({"a": 1, "a": {}})", {}, "'a' is given twice");
  expectError(R"({"a": {"x": {"value": 1, "value": 1}}})", withSources(),
              "'a.x.value' is given twice");
}

TEST(FieldFile, RefusesOtherStructures) {
  for (const char *json : {"1", "\"a\"", "[]", "null", "true"})
    expectError(json, {}, "it is not a JSON object");
  expectError("{", {}, "it is not JSON: error at byte 2");
  expectError(R"({"a": {"x": null}})", {},
              "'a.x' is null, but must be a number, a word or a section");
  expectError(R"({"a": true})", {},
              "'a' is a truth value, but must be a number, a word or a "
              "section");
}

} // namespace
} // namespace crania
