// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Fields.h"

#include <gtest/gtest.h>

namespace crania {
namespace {

enum class Color { red, green };
std::vector<std::string> namesOf(Color) { return {"red", "green"}; }

struct Thing {
  std::string name = "thing", text = "t";
  uint32_t small = 1;
  uint64_t large = 2;
  double real = 0.5;
  Color color = Color::red;
  std::string foreign = "1";
};

std::vector<Field> fieldsOf(Thing &thing) {
  ForeignValue foreign;
  foreign.read = [&thing](const FieldValue &value) -> Status {
    const std::string *word = std::get_if<std::string>(&value);
    if (!word)
      return Error{"it is no word"};
    thing.foreign = *word;
    return {};
  };
  foreign.write = [&thing] { return thing.foreign; };
  return {
      {"", "small", &thing.small, 1, 10}, {"a", "large", &thing.large, 0, 1e12},
      {"a", "real", &thing.real, -1, 1},  {"b", "text", &thing.text},
      {"b", "color", &thing.color},       {"b", "foreign", foreign}};
}

const std::vector<std::string> topLevel = {"base", "name"};

Status assign(const std::string &json, Thing &thing) {
  Result<FieldFile> file = readFieldFile(json, {});
  if (!file)
    return file.error();
  std::vector<Field> fields = fieldsOf(thing);
  if (Status status = checkSections(*file, fields); !status)
    return status;
  return assignFields(*file, fields, topLevel, thing.name);
}

void expectError(const std::string &json, const std::string &message) {
  Thing thing;
  Status status = assign(json, thing);
  ASSERT_FALSE(status) << json;
  EXPECT_EQ(status.error().message, message);
}

TEST(Fields, AssignWhatAFileHas) {
  Thing thing;
  Status status = assign(R"({"name": "other", "base": "x", "small": 10,
      "a": {"large": 1000000000000}, "b": {"color": "green", "foreign": "9"}})",
                         thing);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(thing.name, "other");
  EXPECT_EQ(thing.small, 10u);
  EXPECT_EQ(thing.large, 1000000000000u);
  EXPECT_EQ(thing.real, 0.5) << "the file does not have it";
  EXPECT_EQ(thing.color, Color::green);
  EXPECT_EQ(thing.foreign, "9");
}

TEST(Fields, AreReadBackAsWritten) {
  Thing thing;
  thing.small = 3;
  thing.real = -0.25;
  thing.color = Color::green;
  thing.foreign = "\"word\"";
  const std::string text = writeFieldFile("n", fieldsOf(thing));
  EXPECT_EQ(text, R"({
  "name": "n",
  "small": 3,
  "a": {
    "large": 2,
    "real": -0.25
  },
  "b": {
    "text": "t",
    "color": "green",
    "foreign": "word"
  }
}
)");
  Thing back;
  ASSERT_TRUE(assign(text, back));
  EXPECT_EQ(back.name, "n");
  EXPECT_EQ(back.small, 3u);
  EXPECT_EQ(back.real, -0.25);
  EXPECT_EQ(back.color, Color::green);
  EXPECT_EQ(back.foreign, "word");
}

TEST(Fields, RefuseValuesOfAWrongTypeOrOutOfRange) {
  expectError(R"({"small": 0})", "'small' must be a whole number from 1 to 10");
  expectError(R"({"small": 1.5})",
              "'small' must be a whole number from 1 to 10");
  expectError(R"({"a": {"large": -1}})",
              "'a.large' must be a whole number from 0 to 1000000000000");
  expectError(R"({"a": {"real": 1.5}})",
              "'a.real' must be a number from -1 to 1");
  expectError(R"({"a": {"real": "x"}})",
              "'a.real' must be a number from -1 to 1");
  expectError(R"({"b": {"text": 1}})", "'b.text' must be a word");
  expectError(R"({"b": {"color": "blue"}})",
              "'b.color' must be one of red, green");
  expectError(R"({"b": {"foreign": 1}})", "'b.foreign': it is no word");
  expectError(R"({"name": 1})", "'name' must be a word");
}

TEST(Fields, RefuseUnknownKeysAndSections) {
  expectError(R"({"b": {"textx": 1}})",
              "there is no key 'b.textx'; did you mean 'b.text'?");
  expectError(R"({"b": {"xyzzy": 1}})",
              "there is no key 'b.xyzzy'; the keys are base, name, small, "
              "a.large, a.real, b.text, b.color, b.foreign");
  expectError(R"({"zzzz": {}})",
              "there is no section 'zzzz'; the sections are a, b");
  // The name is a key of the top level only.
  expectError(R"({"a": {"name": "x"}})",
              "there is no key 'a.name'; did you mean 'name'?");
}

TEST(Fields, CheckTheRangeOfVariables) {
  Thing thing;
  thing.small = 11;
  thing.real = std::numeric_limits<double>::quiet_NaN();
  std::vector<Field> fields = fieldsOf(thing);
  EXPECT_EQ(checkRange(fields[0]).error().message,
            "small is 11, but must be from 1 to 10");
  EXPECT_TRUE(checkRange(fields[1]));
  EXPECT_FALSE(checkRange(fields[2])) << "NaN is in no range";
  EXPECT_TRUE(checkRange(fields[3])) << "a text has no range";
  EXPECT_TRUE(checkRange(fields[4])) << "a choice has no range";
}

TEST(Fields, CheckNames) {
  EXPECT_TRUE(checkFieldFileName("edge (2)"));
  EXPECT_TRUE(checkFieldFileName(std::string(64, 'a')));
  EXPECT_FALSE(checkFieldFileName(""));
  EXPECT_FALSE(checkFieldFileName(std::string(65, 'a')));
  EXPECT_FALSE(checkFieldFileName("two\nlines"));
}

} // namespace
} // namespace crania
