// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/NamedValues.h"

#include <gtest/gtest.h>

namespace {

enum class Fruit { apple, pear, quince };

} // namespace

template <>
struct crania::NamedValues<Fruit> {
  static constexpr NamedValue<Fruit> values[] = {{"apple", Fruit::apple},
                                                 {"pear", Fruit::pear},
                                                 {"quince", Fruit::quince}};
};

using namespace crania;

TEST(NamedValues, NamesAreThoseOfTheTable) {
  for (Fruit fruit : {Fruit::apple, Fruit::pear, Fruit::quince}) {
    auto parsed = parseName<Fruit>(nameOfValue(fruit));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, fruit);
  }
  EXPECT_STREQ(nameOfValue(Fruit::pear), "pear");
}

TEST(NamedValues, OtherNamesAreRefused) {
  for (const char *name : {"", "Apple", "apple ", "appl", "plum"}) {
    auto parsed = parseName<Fruit>(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().message,
              "'" + std::string(name) +
                  "' is not known; there are apple, pear and quince");
  }
}
