// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Training/TableSharing.h"

#include "Training/Entropy.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <string>

namespace crania::encoding {

// The width in bits of the number of sets of tables in the serialized tables.
static constexpr unsigned tableCountBits = 6; // minus one

TableSharing::TableSharing(unsigned conditions) : tableOf(conditions) {
  assert(conditions > 0 && conditions <= maxConditions &&
         "from 1 to 64 conditions");
  std::iota(tableOf.begin(), tableOf.end(), uint8_t(0));
}

unsigned TableSharing::tables() const {
  return 1u + *std::max_element(tableOf.begin(), tableOf.end());
}

void TableSharing::addCost(DecoderCost &cost, unsigned valueBits) const {
  if (!isShared())
    return;
  const unsigned entry = bitWidth(tables() - 1) + valueBits;
  cost.tableBits += uint64_t(conditions()) * entry;
  cost.entryBits += entry;
  cost.lane.fullAdders += valueBits;
  cost.loadCycles = std::max<uint64_t>(cost.loadCycles, conditions());
}

void TableSharing::write(BitWriter &bits, unsigned valueBits) const {
  if (!isShared())
    return;
  bits.write(tables() - 1, tableCountBits);
  for (uint8_t table : tableOf)
    bits.write(table, bitWidth(tables() - 1));
  for (uint32_t offset : offsets)
    bits.write(offset, valueBits);
}

Result<TableSharing> TableSharing::parse(unsigned conditions, BitReader &bits,
                                         unsigned valueBits) {
  TableSharing sharing(conditions);
  const unsigned tables = bits.read(tableCountBits) + 1;
  unsigned seen = 0;
  for (uint8_t &table : sharing.tableOf) {
    table = uint8_t(bits.read(bitWidth(tables - 1)));
    if (table > seen)
      return Error{"shared tables are not in order"};
    seen = std::max(seen, table + 1u);
  }
  if (seen != tables || tables >= conditions)
    return Error{std::to_string(tables) + " sets of tables, of which " +
                 std::to_string(conditions) + " conditions have " +
                 std::to_string(seen)};
  for (unsigned i = 0; i < conditions; ++i)
    sharing.offsets.push_back(bits.read(valueBits));
  return sharing;
}

std::vector<uint32_t> centresOf(const WordCounts::List &list,
                                unsigned conditions, unsigned valueBits) {
  std::vector<double> sums(conditions), counts(conditions);
  for (const WordCount &word : list.words) {
    assert(word.condition < conditions && "there is no such condition");
    const unsigned unused = 64 - valueBits;
    const int64_t value = int64_t(uint64_t(word.word) << unused) >> unused;
    sums[word.condition] += double(value) * double(word.count);
    counts[word.condition] += double(word.count);
  }
  std::vector<uint32_t> centres;
  for (unsigned c = 0; c < conditions; ++c) {
    const double unit = std::ldexp(1.0, int(list.droppedBits));
    const double centre =
        std::nearbyint(sums[c] / std::max(counts[c], 1.0) / unit) * unit;
    centres.push_back(lowBitsOf(uint64_t(int64_t(centre)), valueBits));
  }
  return centres;
}

void shareTables(SymbolCounts &counts, unsigned mostTables,
                 TableSharing &sharing) {
  assert(mostTables > 0 && "no set of tables is left");
  assert(sharing.conditions() == counts.conditions &&
         "counts of other conditions");
  const unsigned conditions = counts.conditions;
  std::vector<std::vector<uint64_t>> groups;
  std::vector<uint64_t> costs;
  std::vector<std::vector<unsigned>> members;
  for (unsigned c = 0; c < conditions; ++c) {
    groups.emplace_back(counts.of(c).begin(), counts.of(c).end());
    costs.push_back(entropyCost(groups.back()));
    members.push_back({c});
  }
  auto joined = [&](size_t a, size_t b) {
    std::vector<uint64_t> sum = groups[a];
    for (size_t s = 0; s < sum.size(); ++s)
      sum[s] += groups[b][s];
    return sum;
  };
  auto growth = [&](size_t a, size_t b) {
    // Costs are rounded down, so the joined cost may seem to shrink.
    const uint64_t together = entropyCost(joined(a, b)),
                   apart = costs[a] + costs[b];
    return together > apart ? together - apart : 0;
  };
  std::vector<std::vector<uint64_t>> growths(conditions);
  for (size_t a = 0; a < conditions; ++a)
    for (size_t b = 0; b < a; ++b)
      growths[a].push_back(growth(a, b));
  while (groups.size() > mostTables) {
    size_t bestA = 1, bestB = 0;
    for (size_t a = 1; a < groups.size(); ++a)
      for (size_t b = 0; b < a; ++b)
        if (growths[a][b] < growths[bestA][bestB]) {
          bestA = a;
          bestB = b;
        }
    groups[bestB] = joined(bestA, bestB);
    costs[bestB] = entropyCost(groups[bestB]);
    members[bestB].insert(members[bestB].end(), members[bestA].begin(),
                          members[bestA].end());
    groups.erase(groups.begin() + ptrdiff_t(bestA));
    costs.erase(costs.begin() + ptrdiff_t(bestA));
    members.erase(members.begin() + ptrdiff_t(bestA));
    growths.erase(growths.begin() + ptrdiff_t(bestA));
    for (size_t a = bestA; a < groups.size(); ++a)
      growths[a].erase(growths[a].begin() + ptrdiff_t(bestA));
    for (size_t other = 0; other < groups.size(); ++other)
      if (other != bestB)
        growths[std::max(other, bestB)][std::min(other, bestB)] =
            growth(other, bestB);
  }
  // Groups are in the order of their first conditions. Joining two keeps the
  // place of the one with the smaller first condition.
  for (size_t g = 0; g < members.size(); ++g)
    for (unsigned condition : members[g])
      sharing.tableOf[condition] = uint8_t(g);
  SymbolCounts shared(unsigned(groups.size()), counts.symbols);
  for (size_t g = 0; g < groups.size(); ++g)
    for (unsigned s = 0; s < counts.symbols; ++s)
      shared.at(unsigned(g), s) = groups[g][s];
  counts = std::move(shared);
}

} // namespace crania::encoding
