// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Span.h"

#include <gtest/gtest.h>

namespace crania {
namespace {

TEST(Span, ViewsAndConverts) {
  std::vector<int> values = {1, 2, 3, 4};
  Span<int> writable(values);
  Span<const int> readable = writable;
  writable[1] = 20;
  EXPECT_EQ(readable[1], 20);
  EXPECT_EQ(readable.slice(1, 2).size(), 2u);
  EXPECT_EQ(*readable.slice(1, 2).begin(), 20);
  EXPECT_TRUE(Span<const int>().empty());
}

} // namespace
} // namespace crania
