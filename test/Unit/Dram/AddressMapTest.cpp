// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dram/AddressMap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <tuple>

using namespace crania;
using namespace crania::dram;

namespace {

/// Sizes that differ for each field: 2 channels, 4 ranks, 2 groups of 8 banks,
/// 16 columns of bursts, 32 rows.
Spec smallSpec(const std::string &mapping) {
  Spec spec = *findPreset("ddr4-3200");
  spec.organization.channels = 2;
  spec.organization.ranks = 4;
  spec.organization.bankGroups = 2;
  spec.organization.banksPerGroup = 8;
  spec.organization.rows = 32;
  spec.organization.columns = 16 * spec.organization.burstLength;
  spec.controller.addressMapping = mapping;
  return spec;
}

AddressMap mapOf(const std::string &mapping) {
  return *AddressMap::create(smallSpec(mapping));
}

std::string randomMapping() {
  std::vector<std::string> fields = {"ro", "ch", "ra", "ba", "bg", "co"};
  std::string mapping;
  while (!fields.empty()) {
    const auto i = *rc::gen::inRange<size_t>(0, fields.size());
    mapping += fields[i];
    fields.erase(fields.begin() + i);
  }
  return mapping;
}

} // namespace

TEST(AddressMap, FieldsAreFromHighestToLowest) {
  // row 5 bits, channel 1, rank 2, bank 3, bank group 1, column 4
  const AddressMap map = mapOf("rochrababgco");
  const uint64_t block = ((((21 * 2 + 1) * 4 + 2) * 8 + 5) * 2 + 1) * 16 + 9;
  const Location location = map.locate(block);
  EXPECT_EQ(location.row, 21u);
  EXPECT_EQ(location.channel, 1u);
  EXPECT_EQ(location.bank, 2u * 16 + 1 * 8 + 5);
}

/// A stream in MOP4CLXOR: rank and bank group change with the low bits of the
/// column, worked out by hand from the definition.
TEST(AddressMap, MopPermutesWithTheColumn) {
  Spec spec = *findPreset("ddr4-3200");
  spec.controller.addressMapping = "MOP4CLXOR";
  const AddressMap map = *AddressMap::create(spec);
  EXPECT_EQ(map.locate(0).bank, 0u);
  EXPECT_EQ(map.locate(1).bank, 16u);     // column 1: rank 1
  EXPECT_EQ(map.locate(2).bank, 4u);      // column 2: bank group 1
  EXPECT_EQ(map.locate(3).bank, 16u + 4); // column 3
  EXPECT_EQ(map.locate(4).bank, 16u);     // rank 1, column 0
  // Column 4 of rank 0, group 0, bank 0: bits 1 and 2 of the column are those
  // of the bank group.
  EXPECT_EQ(map.locate(128).bank, 2u * 4);
  EXPECT_EQ(map.locate(uint64_t(1) << 12).row, 1u);
}

RC_GTEST_PROP(AddressMap, NoTwoBlocksShareAPlace, ()) {
  const std::string mapping =
      *rc::gen::arbitrary<bool>() ? "MOP4CLXOR" : randomMapping();
  const Spec spec = smallSpec(mapping);
  const AddressMap map = *AddressMap::create(spec);
  const uint64_t blocks = spec.capacity() / spec.burstBytes();
  // So many blocks for each row as it has columns.
  std::vector<uint32_t> count(blocks / 16);
  for (uint64_t block = 0; block < blocks; ++block) {
    const Location at = map.locate(block);
    ++count[(at.channel * 64 + at.bank) * 32 + at.row];
  }
  for (uint32_t columns : count)
    RC_ASSERT(columns == 16u);
}

RC_GTEST_PROP(AddressMap, StreamsRepeatWithinARegion, ()) {
  const AddressMap map = mapOf(randomMapping());
  const StreamShape shape = map.streamShape();
  const auto block = *rc::gen::inRange<uint64_t>(0, 65536 - shape.region);
  if (block / shape.region != (block + shape.period) / shape.region)
    return;
  const Location a = map.locate(block), b = map.locate(block + shape.period);
  RC_ASSERT(std::tie(a.channel, a.bank, a.row) ==
            std::tie(b.channel, b.bank, b.row));
}

TEST(AddressMap, RefusesWhatIsNoMapping) {
  for (const char *mapping :
       {"", "rochrababg", "rochrababgro", "rochrababgxx", "ROCHRABABGCO"}) {
    Result<AddressMap> map = AddressMap::create(smallSpec(mapping));
    ASSERT_FALSE(map) << mapping;
    EXPECT_NE(map.error().message.find("controller.address_mapping"),
              std::string::npos);
  }
}
