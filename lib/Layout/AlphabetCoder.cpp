// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Values as symbols of an alphabet: the different words of the segment, or
// their high parts where there are too many, with the low bits stored as they
// are.

#include "Entropy.h"
#include "ValueCoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace crania::layout {

namespace {

// Fields of the serialised tables.
constexpr unsigned conditionCountBits = 7;
constexpr unsigned lowBitsBits = 5;
constexpr unsigned symbolCountBits = 9;
constexpr unsigned gapWidthBits = 6;

/// In place of the number of conditions: they share tables, and it follows.
constexpr unsigned sharedTablesMark = 127;
constexpr unsigned tableCountBits = 6; // less one

/// Numbers of low bits that training tries beyond the fewest that will do.
constexpr unsigned lowBitsTried = 4;

/// High parts up to this size have their symbols in a table.
constexpr unsigned maxTableBits = 16;

/// Which symbol stands for which words.
class Alphabet {
public:
  Alphabet(std::vector<uint32_t> highParts, unsigned lowBits,
           unsigned valueBits)
      : highs(std::move(highParts)), lowBits(lowBits), valueBits(valueBits) {
    if (valueBits - lowBits > maxTableBits)
      return;
    symbolOfHigh.resize(size_t(1) << (valueBits - lowBits), absent);
    for (size_t i = 0; i < highs.size(); ++i)
      symbolOfHigh[highs[i]] = uint16_t(i);
  }

  /// The symbol of a word; `absent` if there is none.
  uint16_t symbolOf(uint32_t word) const {
    uint32_t high = highOf(word);
    if (!symbolOfHigh.empty())
      return symbolOfHigh[high];
    auto it = std::lower_bound(highs.begin(), highs.end(), high);
    return it != highs.end() && *it == high ? uint16_t(it - highs.begin())
                                            : absent;
  }
  uint32_t highOf(uint32_t word) const {
    return uint32_t(uint64_t(word) >> lowBits);
  }
  uint32_t lowOf(uint32_t word) const { return lowBitsOf(word, lowBits); }
  /// The word of a symbol whose low bits are 0.
  uint32_t wordOf(uint8_t symbol) const { return highs[symbol] << lowBits; }

  unsigned size() const { return unsigned(highs.size()); }
  unsigned low() const { return lowBits; }
  unsigned wordBits() const { return valueBits; }

  void write(BitWriter &tables) const;
  static Result<Alphabet> parse(unsigned valueBits, BitReader &tables);

  static constexpr uint16_t absent = UINT16_MAX;

private:
  std::vector<uint32_t> highs; // ascending
  unsigned lowBits, valueBits;
  std::vector<uint16_t> symbolOfHigh; // empty for long ones
};

/// The first high part, then each next one by how many it leaves out, in as
/// many bits as the largest gap takes.
void Alphabet::write(BitWriter &tables) const {
  uint32_t largestGap = 0;
  for (size_t i = 1; i < highs.size(); ++i)
    largestGap = std::max(largestGap, highs[i] - highs[i - 1] - 1);
  unsigned gapBits = bitWidth(largestGap);
  tables.write(lowBits, lowBitsBits);
  tables.write(size(), symbolCountBits);
  tables.write(gapBits, gapWidthBits);
  if (!highs.empty())
    tables.write(highs[0], valueBits - lowBits);
  for (size_t i = 1; i < highs.size(); ++i)
    tables.write(highs[i] - highs[i - 1] - 1, gapBits);
}

Result<Alphabet> Alphabet::parse(unsigned valueBits, BitReader &tables) {
  unsigned lowBits = tables.read(lowBitsBits);
  unsigned count = tables.read(symbolCountBits);
  unsigned gapBits = tables.read(gapWidthBits);
  if (lowBits >= valueBits || count > maxSymbols || gapBits > valueBits)
    return Error{"an alphabet of " + std::to_string(count) + " symbols with " +
                 std::to_string(lowBits) + " low bits"};
  std::vector<uint32_t> highs;
  uint64_t next = 0;
  uint32_t gaps = 0;
  for (unsigned i = 0; i < count; ++i) {
    uint32_t gap = tables.read(i == 0 ? valueBits - lowBits : gapBits);
    gaps |= i == 0 ? 0 : gap;
    uint64_t high = next + gap;
    if (high >> (valueBits - lowBits) != 0)
      return Error{"a symbol outside the words of " +
                   std::to_string(valueBits) + " bits"};
    highs.push_back(uint32_t(high));
    next = high + 1;
  }
  if (bitWidth(gaps) != gapBits)
    return Error{"gaps of the alphabet in more bits than they need"};
  return Alphabet(std::move(highs), lowBits, valueBits);
}

/// Which tables each condition has, numbered in the order of the first one that
/// has them. Where they are shared, a word is coded less an offset of its
/// condition, so that words around different centres are alike.
struct TableSharing {
  std::vector<uint8_t> tableOf;
  std::vector<uint32_t> offsets; ///< of each condition; empty: not shared

  /// Tables of their own.
  explicit TableSharing(unsigned conditions = 1) : tableOf(conditions) {
    std::iota(tableOf.begin(), tableOf.end(), uint8_t(0));
  }

  unsigned conditions() const { return unsigned(tableOf.size()); }
  unsigned tables() const {
    return 1u + *std::max_element(tableOf.begin(), tableOf.end());
  }
  bool isShared() const { return !offsets.empty(); }

  void write(BitWriter &bits, unsigned valueBits) const {
    bits.write(isShared() ? sharedTablesMark : conditions(),
               conditionCountBits);
    if (!isShared())
      return;
    bits.write(conditions(), conditionCountBits);
    bits.write(tables() - 1, tableCountBits);
    for (uint8_t table : tableOf)
      bits.write(table, bitWidth(tables() - 1));
    for (uint32_t offset : offsets)
      bits.write(offset, valueBits);
  }

  static Result<TableSharing> parse(BitReader &bits, unsigned valueBits) {
    unsigned conditions = bits.read(conditionCountBits);
    const bool isShared = conditions == sharedTablesMark;
    if (isShared)
      conditions = bits.read(conditionCountBits);
    if (conditions == 0 || conditions > maxConditions)
      return Error{"tables for " + std::to_string(conditions) + " conditions"};
    TableSharing sharing(conditions);
    if (!isShared)
      return sharing;
    const unsigned tables = bits.read(tableCountBits) + 1;
    unsigned seen = 0;
    for (uint8_t &table : sharing.tableOf) {
      table = uint8_t(bits.read(bitWidth(tables - 1)));
      if (table > seen)
        return Error{"shared tables that are not in order"};
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
};

class AlphabetCoder final : public ValueCoder {
public:
  AlphabetCoder(Alphabet symbols, TableSharing tableSharing,
                std::unique_ptr<SymbolCoder> symbolCoder)
      : alphabet(std::move(symbols)), sharing(std::move(tableSharing)),
        coder(std::move(symbolCoder)) {}

  unsigned conditions() const override { return sharing.conditions(); }

  void writeTables(BitWriter &tables) const override {
    sharing.write(tables, alphabet.wordBits());
    alphabet.write(tables);
    coder->writeTables(tables);
  }

  bool supports(Span<const uint32_t> values,
                Span<const uint8_t> conditions) const override {
    for (size_t i = 0; i < values.size(); ++i) {
      uint8_t condition = conditions.empty() ? 0 : conditions[i];
      if (condition >= sharing.conditions())
        return false;
      uint16_t symbol = alphabet.symbolOf(
          sharing.isShared() ? lessOffset(values[i], condition) : values[i]);
      if (symbol == Alphabet::absent ||
          !coder->supports(sharing.tableOf[condition], uint8_t(symbol)))
        return false;
    }
    return true;
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint32_t> words,
                                           Span<const uint8_t> conditions,
                                           unsigned lanes) const override {
    std::vector<uint32_t> shifted(sharing.isShared() ? words.size() : 0);
    for (size_t i = 0; i < shifted.size(); ++i)
      shifted[i] = lessOffset(words[i], conditions[i]);
    const Span<const uint32_t> values = sharing.isShared() ? shifted : words;
    std::vector<uint8_t> symbols(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      symbols[i] = uint8_t(alphabet.symbolOf(values[i]));
    std::vector<uint32_t> low(alphabet.low() > 0 ? values.size() : 0);
    for (size_t i = 0; i < low.size(); ++i)
      low[i] = alphabet.lowOf(values[i]);
    const std::vector<uint8_t> storage = tablesOf(conditions);
    return coder->encode(
        {symbols, storage.empty() ? conditions : storage, low, alphabet.low()},
        lanes);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t> conditions,
                Span<uint32_t> values) const override {
    if (Status status = checkConditions(values.size(), conditions); !status)
      return status;
    std::vector<uint8_t> symbols(values.size());
    std::vector<uint32_t> low(alphabet.low() > 0 ? values.size() : 0);
    const std::vector<uint8_t> storage = tablesOf(conditions);
    Status status =
        coder->decode(lanes, {symbols, storage.empty() ? conditions : storage,
                              low, alphabet.low()});
    if (!status)
      return status;
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = alphabet.wordOf(symbols[i]);
    for (size_t i = 0; i < low.size(); ++i)
      values[i] |= low[i];
    for (size_t i = 0; i < values.size() && sharing.isShared(); ++i)
      values[i] =
          lowBitsOf(uint64_t(values[i]) + sharing.offsets[conditions[i]],
                    alphabet.wordBits());
    return {};
  }

  /// The alphabet is a table of its own behind the code's, with one more read;
  /// offsets are another one, and an adder.
  DecoderCost cost() const override {
    DecoderCost cost = coder->cost();
    unsigned highBits = alphabet.wordBits() - alphabet.low();
    cost.tableBits += uint64_t(alphabet.size()) * highBits;
    if (sharing.isShared()) {
      const unsigned entry =
          bitWidth(sharing.tables() - 1) + alphabet.wordBits();
      cost.tableBits += uint64_t(sharing.conditions()) * entry;
      cost.entryBits += entry;
      cost.lane.fullAdders += alphabet.wordBits();
    }
    cost.entryBits += highBits;
    cost.stepBits += alphabet.low();
    cost.loadCycles = std::max<uint64_t>(cost.loadCycles, alphabet.size());
    return cost;
  }

private:
  Status checkConditions(size_t values, Span<const uint8_t> conditions) const {
    if (values > 0 && conditions.empty() && sharing.isShared())
      return Error{"values without conditions, which have offsets"};
    if (values > 0 && conditions.empty() && !coder->hasSymbols(0))
      return Error{"values, but no symbols in the tables"};
    for (uint8_t condition : conditions)
      if (condition >= sharing.conditions() ||
          !coder->hasSymbols(sharing.tableOf[condition]))
        return Error{"no symbols for condition " + std::to_string(condition)};
    return {};
  }

  uint32_t lessOffset(uint32_t word, uint8_t condition) const {
    return lowBitsOf(uint64_t(word) - sharing.offsets[condition],
                     alphabet.wordBits());
  }

  /// The tables of each value; empty if each condition has its own.
  std::vector<uint8_t> tablesOf(Span<const uint8_t> conditions) const {
    std::vector<uint8_t> tables(sharing.isShared() ? conditions.size() : 0);
    for (size_t i = 0; i < tables.size(); ++i)
      tables[i] = sharing.tableOf[conditions[i]];
    return tables;
  }

  Alphabet alphabet;
  TableSharing sharing;
  std::unique_ptr<SymbolCoder> coder;
};

/// The alphabet of the words without their low bits, if it is small enough.
std::vector<uint32_t> highParts(const std::vector<WordCount> &words,
                                unsigned lowBits) {
  std::vector<uint32_t> highs;
  highs.reserve(words.size());
  for (const WordCount &word : words)
    highs.push_back(word.word >> lowBits);
  if (!std::is_sorted(highs.begin(), highs.end()))
    std::sort(highs.begin(), highs.end());
  highs.erase(std::unique(highs.begin(), highs.end()), highs.end());
  return highs;
}

SymbolCounts countSymbols(const std::vector<WordCount> &words,
                          const Alphabet &alphabet, unsigned conditions) {
  SymbolCounts counts(conditions, alphabet.size());
  // Codes without conditions take all words together.
  for (const WordCount &word : words)
    counts.at(conditions == 1 ? 0 : word.condition,
              alphabet.symbolOf(word.word)) += word.count;
  return counts;
}

/// What an ideal coder needs for the symbols and their low bits, and about what
/// their tables take.
uint64_t estimatedCost(const SymbolCounts &counts, unsigned lowBits) {
  constexpr uint64_t tableBitsPerSymbol = 8;
  uint64_t cost = 0;
  for (unsigned condition = 0; condition < counts.conditions; ++condition)
    cost += entropyCost(counts.of(condition));
  uint64_t plainBits = 0;
  for (uint64_t count : counts.counts)
    plainBits += count * lowBits + (count > 0 ? tableBitsPerSymbol : 0);
  return cost + (plainBits << costPlaces);
}

/// An alphabet, and how often its symbols occur.
struct Model {
  Alphabet alphabet;
  SymbolCounts counts;
};

/// The model of words, those of a list or these less offsets, with the least
/// cost; codes of a fixed length have no low bits to leave uncoded.
Result<Model> chooseModel(const ValueSample &sample,
                          const std::vector<WordCount> &words,
                          unsigned conditions, bool mayHaveLowBits) {
  const WordCounts::List &list = sample.counts.list();
  if (list.droppedBits > 0 && !mayHaveLowBits)
    return Error{"more different values than the " +
                 std::to_string(maxSymbols) + " of a codebook"};
  // Small tables have fine frequencies for few symbols only.
  constexpr unsigned leastStateLogPerSymbol = 2;
  const size_t mostSymbols = std::min<size_t>(
      maxSymbols,
      std::max(1u, (1u << sample.limits.tableLog) >> leastStateLogPerSymbol));
  unsigned fewest = list.droppedBits;
  std::vector<uint32_t> highs = highParts(words, fewest);
  while (highs.size() > mostSymbols && mayHaveLowBits &&
         fewest + 1 < sample.valueBits)
    highs = highParts(words, ++fewest);
  if (highs.size() > maxSymbols)
    return Error{std::to_string(highs.size()) +
                 " different values; a codebook has at most " +
                 std::to_string(maxSymbols)};

  auto modelOf = [&](unsigned lowBits) {
    Alphabet alphabet(highParts(words, lowBits), lowBits, sample.valueBits);
    SymbolCounts counts = countSymbols(words, alphabet, conditions);
    return Model{std::move(alphabet), std::move(counts)};
  };
  Model best = modelOf(fewest);
  unsigned most = mayHaveLowBits
                      ? std::min(fewest + lowBitsTried, sample.valueBits - 1)
                      : fewest;
  for (unsigned lowBits = fewest + 1; lowBits <= most; ++lowBits) {
    Model model = modelOf(lowBits);
    if (estimatedCost(model.counts, lowBits) <
        estimatedCost(best.counts, best.alphabet.low()))
      best = std::move(model);
  }
  return best;
}

/// Of each condition, the mean of its words as integers with a sign.
std::vector<uint32_t> centresOf(const std::vector<WordCount> &words,
                                unsigned conditions, unsigned valueBits) {
  std::vector<double> sums(conditions), counts(conditions);
  for (const WordCount &word : words) {
    const unsigned unused = 64 - valueBits;
    const int64_t value = int64_t(uint64_t(word.word) << unused) >> unused;
    sums[word.condition] += double(value) * double(word.count);
    counts[word.condition] += double(word.count);
  }
  std::vector<uint32_t> centres;
  for (unsigned c = 0; c < conditions; ++c)
    centres.push_back(lowBitsOf(
        uint64_t(int64_t(std::nearbyint(sums[c] / std::max(counts[c], 1.0)))),
        valueBits));
  return centres;
}

/// Joins the conditions that are most alike, until there are no more sets of
/// counts than allowed: at each step the two whose symbols take fewest bits
/// more with common tables.
void shareTables(SymbolCounts &counts, unsigned mostTables,
                 TableSharing &sharing) {
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
    return entropyCost(joined(a, b)) - costs[a] - costs[b];
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
  // Groups stand in the order of their first conditions: the one with the
  // smaller of two stays where it is.
  for (size_t g = 0; g < members.size(); ++g)
    for (unsigned condition : members[g])
      sharing.tableOf[condition] = uint8_t(g);
  SymbolCounts shared(unsigned(groups.size()), counts.symbols);
  for (size_t g = 0; g < groups.size(); ++g)
    for (unsigned s = 0; s < counts.symbols; ++s)
      shared.at(unsigned(g), s) = groups[g][s];
  counts = std::move(shared);
}

bool isEntropyCode(SymbolCode code) {
  return code == SymbolCode::huffman || code == SymbolCode::tans;
}

} // namespace

Result<TrainedValues> trainAlphabetCoder(SymbolCode code,
                                         const ValueSample &sample) {
  const WordCounts::List &list = sample.counts.list();
  // Codes of a fixed length have one table, and so conditions only with
  // offsets.
  const bool isShared = sample.counts.conditions() > sample.limits.mostTables &&
                        list.droppedBits == 0 &&
                        (isEntropyCode(code) || sample.limits.mostTables == 1);
  const unsigned conditions =
      isEntropyCode(code) || isShared ? sample.counts.conditions() : 1;
  TableSharing sharing(conditions);
  std::vector<WordCount> shifted(isShared ? list.words
                                          : std::vector<WordCount>());
  if (isShared)
    sharing.offsets = centresOf(list.words, conditions, sample.valueBits);
  for (WordCount &word : shifted)
    word.word = lowBitsOf(uint64_t(word.word) - sharing.offsets[word.condition],
                          sample.valueBits);
  Result<Model> model = chooseModel(sample, isShared ? shifted : list.words,
                                    conditions, isEntropyCode(code));
  if (!model)
    return model.error();
  if (isShared)
    shareTables(model->counts, sample.limits.mostTables, sharing);
  TrainedSymbols symbols = trainSymbolCoder(code, model->counts, sample.limits);
  const double lowBits = double(sample.values) * model->alphabet.low();
  return TrainedValues{std::make_shared<AlphabetCoder>(
                           std::move(model->alphabet), std::move(sharing),
                           std::move(symbols.coder)),
                       symbols.bits + lowBits};
}

Result<std::unique_ptr<ValueCoder>>
parseAlphabetCoder(SymbolCode code, unsigned valueBits, BitReader &tables) {
  Result<TableSharing> sharing = TableSharing::parse(tables, valueBits);
  if (!sharing)
    return sharing.error();
  if (sharing->conditions() > 1 && !isEntropyCode(code) &&
      !(sharing->isShared() && sharing->tables() == 1))
    return Error{"tables for " + std::to_string(sharing->conditions()) +
                 " conditions"};
  Result<Alphabet> alphabet = Alphabet::parse(valueBits, tables);
  if (!alphabet)
    return alphabet.error();
  if (alphabet->low() > 0 && !isEntropyCode(code))
    return Error{"low bits beside codes of a fixed length"};
  Result<std::unique_ptr<SymbolCoder>> coder =
      parseSymbolCoder(code, sharing->tables(), alphabet->size(), tables);
  if (!coder)
    return coder.error();
  return std::unique_ptr<ValueCoder>(std::make_unique<AlphabetCoder>(
      std::move(*alphabet), std::move(*sharing), std::move(*coder)));
}

} // namespace crania::layout
