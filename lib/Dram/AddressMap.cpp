// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Dram/AddressMap.h"

#include <cassert>

namespace crania::dram {

namespace {

/// Returns log2 of `count`, which is a power of two.
uint32_t bitsFor(uint32_t count) {
  assert(count > 0 && (count & (count - 1)) == 0 &&
         "the count is not a power of two");
  uint32_t bits = 0;
  while ((1u << bits) < count)
    ++bits;
  return bits;
}

/// log2 of the number of bursts, 4, that MOP keeps in a row before it moves to
/// the next bank.
constexpr uint32_t mopBits = 2;

} // namespace

AddressMap::Bits *AddressMap::fieldNamed(std::string_view name) {
  if (name == "ro")
    return &row;
  if (name == "ch")
    return &channel;
  if (name == "ra")
    return &rank;
  if (name == "ba")
    return &bank;
  if (name == "bg")
    return &group;
  if (name == "co")
    return &column;
  return nullptr;
}

Status AddressMap::placeFields(const std::string &mapping) {
  const Error malformed{
      "controller.address_mapping is \"" + mapping +
      "\", but must be MOP4CLXOR or each of ro, ch, ra, ba, bg and co once, "
      "from the highest to the lowest bits, as in rochrababgco"};
  constexpr size_t fieldCount = 6;
  if (mapping.size() != 2 * fieldCount)
    return malformed;
  std::vector<const Bits *> placed;
  uint32_t shift = 0;
  for (size_t i = fieldCount; i-- > 0;) {
    Bits *field = fieldNamed(std::string_view(mapping).substr(2 * i, 2));
    for (const Bits *other : placed)
      if (other == field)
        return malformed;
    if (!field)
      return malformed;
    field->shift = shift;
    shift += field->width;
    placed.push_back(field);
  }
  return {};
}

/// Places the fields from the lowest bits up: four bursts of a row, rank, bank
/// group, bank, the rest of the column, row. The reference counts channels
/// below ranks.
void AddressMap::placeMop() {
  permuted = true;
  columnLow = {0, std::min(mopBits, column.width)};
  column.width -= columnLow.width;
  uint32_t shift = columnLow.width;
  for (Bits *field : {&channel, &rank, &group, &bank, &column, &row}) {
    field->shift = shift;
    shift += field->width;
  }
}

Result<AddressMap> AddressMap::create(const Spec &spec) {
  const Spec::Organization &o = spec.organization;
  AddressMap map;
  map.channel.width = bitsFor(o.channels);
  map.rank.width = bitsFor(o.ranks);
  map.group.width = bitsFor(o.bankGroups);
  map.bank.width = bitsFor(o.banksPerGroup);
  map.row.width = bitsFor(o.rows);
  assert(o.burstLength > 0 && "a burst of no columns");
  map.column.width = bitsFor(o.columns / o.burstLength);
  map.groupShift = map.bank.width;
  map.rankShift = map.bank.width + map.group.width;
  if (spec.controller.addressMapping == "MOP4CLXOR") {
    map.placeMop();
    return map;
  }
  if (Status status = map.placeFields(spec.controller.addressMapping); !status)
    return status.error();
  return map;
}

/// Locates a block of the MOP mapping, where each field is permuted with its
/// own bits of the column. The fields take these bits in the order channel,
/// rank, bank group, bank, row.
Location AddressMap::locatePermuted(uint64_t block) const {
  uint32_t permutation =
      columnLow.of(block) | (column.of(block) << columnLow.width);
  auto permute = [&](const Bits &field) {
    uint32_t mask = (1u << field.width) - 1;
    uint32_t value = field.of(block) ^ (permutation & mask);
    permutation >>= field.width;
    return value;
  };
  const uint32_t c = permute(channel), r = permute(rank), g = permute(group),
                 b = permute(bank);
  return compose(c, r, g, b, permute(row));
}

StreamShape AddressMap::streamShape() const {
  if (permuted)
    return {};
  return {uint64_t(1) << column.shift, uint64_t(1)
                                           << (column.shift + column.width)};
}

} // namespace crania::dram
