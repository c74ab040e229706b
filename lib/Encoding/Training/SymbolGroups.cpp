// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Training/SymbolGroups.h"

#include "Training/Entropy.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace crania::encoding {

namespace {

// Estimates of the size of tables in bits: the extra bits of a symbol and, in
// each set of tables, the width of the symbol's frequency.
constexpr uint64_t symbolBits = 3, widthBits = 4;

/// Groups must save at least 1/512 of the cost, because a lane needs a look-up
/// and a shifter for them.
constexpr uint64_t worthwhilePart = 512;

/// 1 / ln 2 and 1 / (24 ln 2) in scaled bits.
constexpr uint64_t perLn2 = 1512775, per24Ln2 = 63032;

/// The ranges of 2^e ranks that begin at a multiple of 2^e.
struct Level {
  std::vector<uint64_t> asOne; ///< the cost of each range as one group
  std::vector<uint64_t> best;  ///< the cost of each range in its best groups
  std::vector<bool> isOne;     ///< true if the range is best as one group
};

class Partition {
public:
  Partition(SymbolCode code, const SymbolCounts &ranks,
            const SymbolCoderLimits &limits)
      : code(code), ranks(ranks), tableLog(limits.tableLog),
        mostExtraBits(limits.mostExtraBits) {
    for (unsigned c = 0; c < ranks.conditions; ++c) {
      Span<const uint64_t> counts = ranks.of(c);
      totals.push_back(
          std::accumulate(counts.begin(), counts.end(), uint64_t(0)));
      totalLogs.push_back(totals[c] == 0 ? 0 : scaledLog2(totals[c]));
    }
    makeLevels();
  }

  /// Returns the cost of all ranks as symbols of their own, which have no extra
  /// bits.
  uint64_t singleCost() const {
    const uint64_t cost = std::accumulate(levels[0].asOne.begin(),
                                          levels[0].asOne.end(), uint64_t(0));
    return cost - ((levels[0].asOne.size() * symbolBits) << costPlaces);
  }

  /// Returns the best groups if each group costs `penalty` more.
  SymbolGroups choose(uint64_t penalty) {
    for (size_t e = 0; e < levels.size(); ++e)
      for (size_t i = 0; i < levels[e].asOne.size(); ++i)
        chooseAt(e, i, penalty);
    SymbolGroups groups;
    collect(levels.size() - 1, 0, groups.extraBits);
    groups.cost = levels.back().best[0] - penalty * groups.extraBits.size();
    return groups;
  }

private:
  uint64_t tableCost(uint64_t count, unsigned condition) const {
    if (count == 0)
      return widthBits << costPlaces;
    return code == SymbolCode::huffman ? huffmanCost(count, condition)
                                       : tansCost(count, condition);
  }

  /// Returns the cost of a symbol of a Huffman code. A code word has at least
  /// one bit unless it is the only one.
  uint64_t huffmanCost(uint64_t count, unsigned condition) const {
    constexpr uint64_t least = uint64_t(1) << costPlaces;
    const uint64_t length = totalLogs[condition] - scaledLog2(count);
    return (count == totals[condition] ? 0 : count * std::max(length, least)) +
           (widthBits << costPlaces);
  }

  /// Returns the cost of a symbol of a tANS code with M states. The symbol has
  /// f = max(1, M count / total) states. It costs count log2(M / f). The states
  /// also cost the other symbols (total - count) f / M / ln 2. Rounding f to an
  /// integer costs total / (24 M f ln 2) on average.
  uint64_t tansCost(uint64_t count, unsigned condition) const {
    const uint64_t total = totals[condition];
    if (count << tableLog < total) {
      const uint64_t lost =
          ((total - (count << tableLog)) * perLn2) >> tableLog;
      return ((count * tableLog + widthBits) << costPlaces) + lost;
    }
    const uint64_t bits = totalLogs[condition] - scaledLog2(count);
    const uint64_t perState = total >> tableLog;
    const uint64_t frequencyLog = (uint64_t(tableLog) << costPlaces) - bits;
    return count * bits + perState * perState / count * per24Ln2 +
           (widthBits << costPlaces) + frequencyLog;
  }

  /// Makes all such ranges, up to the range of all ranks.
  void makeLevels() {
    SymbolCounts counts = ranks;
    for (unsigned e = 0;; ++e) {
      Level level;
      for (unsigned i = 0; i < counts.symbols; ++i) {
        uint64_t cost = symbolBits << costPlaces, values = 0;
        for (unsigned c = 0; c < counts.conditions; ++c) {
          cost += tableCost(counts.at(c, i), c);
          values += counts.at(c, i);
        }
        level.asOne.push_back(cost + ((values * e) << costPlaces));
      }
      level.best.resize(counts.symbols);
      level.isOne.resize(counts.symbols);
      levels.push_back(std::move(level));
      if (counts.symbols <= 1)
        return;
      counts = halved(counts);
    }
  }

  static SymbolCounts halved(const SymbolCounts &counts) {
    SymbolCounts half(counts.conditions, (counts.symbols + 1) / 2);
    for (unsigned c = 0; c < counts.conditions; ++c)
      for (unsigned i = 0; i < counts.symbols; ++i)
        half.at(c, i / 2) += counts.of(c)[i];
    return half;
  }

  void chooseAt(size_t e, size_t i, uint64_t penalty) {
    Level &level = levels[e];
    const uint64_t asOne = level.asOne[i] + penalty;
    uint64_t asHalves = UINT64_MAX;
    if (e > 0) {
      const std::vector<uint64_t> &halves = levels[e - 1].best;
      asHalves = halves[2 * i];
      if (2 * i + 1 < halves.size())
        asHalves += halves[2 * i + 1];
    }
    level.isOne[i] = asOne < asHalves && e <= mostExtraBits;
    level.best[i] = level.isOne[i] ? asOne : asHalves;
  }

  void collect(size_t e, size_t i, std::vector<uint8_t> &extraBits) const {
    if (levels[e].isOne[i]) {
      extraBits.push_back(uint8_t(e));
      return;
    }
    collect(e - 1, 2 * i, extraBits);
    if (2 * i + 1 < levels[e - 1].best.size())
      collect(e - 1, 2 * i + 1, extraBits);
  }

  SymbolCode code;
  const SymbolCounts &ranks;
  unsigned tableLog, mostExtraBits;
  std::vector<uint64_t> totals, totalLogs; // by condition
  std::vector<Level> levels;
};

} // namespace

bool SymbolGroups::isTrivial() const {
  return std::all_of(extraBits.begin(), extraBits.end(),
                     [](uint8_t extra) { return extra == 0; });
}

/// Returns the groups with the least penalty that makes them few enough.
static SymbolGroups fewGroups(Partition &partition, size_t mostGroups) {
  uint64_t tooLittle = 0, enough = uint64_t(1) << costPlaces;
  SymbolGroups groups = partition.choose(enough);
  for (; groups.extraBits.size() > mostGroups; enough *= 2) {
    tooLittle = enough;
    groups = partition.choose(2 * enough);
  }
  constexpr unsigned bisections = 6;
  for (unsigned i = 0; i < bisections; ++i) {
    const uint64_t middle = tooLittle + (enough - tooLittle) / 2;
    SymbolGroups other = partition.choose(middle);
    const bool isEnough = other.extraBits.size() <= mostGroups;
    (isEnough ? enough : tooLittle) = middle;
    if (isEnough)
      groups = std::move(other);
  }
  return groups;
}

SymbolGroups chooseGroups(SymbolCode code, const SymbolCounts &ranks,
                          const SymbolCoderLimits &limits, size_t mostGroups) {
  assert(mostGroups > 0 && limits.mostExtraBits <= maxExtraBits &&
         "no groups are possible");
  if (ranks.symbols == 0)
    return {};
  const size_t perGroup = size_t(1) << limits.mostExtraBits;
  mostGroups = std::max((ranks.symbols + perGroup - 1) / perGroup, mostGroups);
  Partition partition(code, ranks, limits);
  SymbolGroups groups = partition.choose(0);
  if (groups.extraBits.size() > mostGroups)
    groups = fewGroups(partition, mostGroups);
  const uint64_t singleCost = partition.singleCost();
  if (ranks.symbols <= mostGroups &&
      singleCost - singleCost / worthwhilePart <= groups.cost)
    return {std::vector<uint8_t>(ranks.symbols), singleCost};
  return groups;
}

SymbolCounts countGroups(const SymbolCounts &ranks,
                         const SymbolGroups &groups) {
  SymbolCounts counts(ranks.conditions, unsigned(groups.extraBits.size()));
  for (unsigned c = 0; c < ranks.conditions; ++c) {
    unsigned rank = 0;
    for (unsigned symbol = 0; symbol < counts.symbols; ++symbol)
      for (unsigned i = 0; i < 1u << groups.extraBits[symbol]; ++i, ++rank)
        if (rank < ranks.symbols)
          counts.at(c, symbol) += ranks.of(c)[rank];
    assert(rank >= ranks.symbols && "the groups do not cover all ranks");
  }
  return counts;
}

} // namespace crania::encoding
