// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Values as symbols of an alphabet: the different words of the segment, or
// their high parts where there are too many, with the low bits stored as they
// are.

#include "Entropy.h"
#include "ValueCoder.h"

#include <algorithm>

namespace crania::layout {

namespace {

// Fields of the serialised tables.
constexpr unsigned conditionCountBits = 7;
constexpr unsigned lowBitsBits = 5;
constexpr unsigned symbolCountBits = 9;
constexpr unsigned gapWidthBits = 6;

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

class AlphabetCoder final : public ValueCoder {
public:
  AlphabetCoder(Alphabet symbols, unsigned conditions,
                std::unique_ptr<SymbolCoder> symbolCoder)
      : alphabet(std::move(symbols)), conditionCount(conditions),
        coder(std::move(symbolCoder)) {}

  unsigned conditions() const override { return conditionCount; }

  void writeTables(BitWriter &tables) const override {
    tables.write(conditionCount, conditionCountBits);
    alphabet.write(tables);
    coder->writeTables(tables);
  }

  bool supports(Span<const uint32_t> values,
                Span<const uint8_t> conditions) const override {
    for (size_t i = 0; i < values.size(); ++i) {
      uint16_t symbol = alphabet.symbolOf(values[i]);
      uint8_t condition = conditions.empty() ? 0 : conditions[i];
      if (symbol == Alphabet::absent ||
          !coder->supports(condition, uint8_t(symbol)))
        return false;
    }
    return true;
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint32_t> values,
                                           Span<const uint8_t> conditions,
                                           unsigned lanes) const override {
    std::vector<uint8_t> symbols(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      symbols[i] = uint8_t(alphabet.symbolOf(values[i]));
    std::vector<uint32_t> low(alphabet.low() > 0 ? values.size() : 0);
    for (size_t i = 0; i < low.size(); ++i)
      low[i] = alphabet.lowOf(values[i]);
    return coder->encode({symbols, conditions, low, alphabet.low()}, lanes);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t> conditions,
                Span<uint32_t> values) const override {
    if (Status status = checkConditions(values.size(), conditions); !status)
      return status;
    std::vector<uint8_t> symbols(values.size());
    std::vector<uint32_t> low(alphabet.low() > 0 ? values.size() : 0);
    Status status =
        coder->decode(lanes, {symbols, conditions, low, alphabet.low()});
    if (!status)
      return status;
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = alphabet.wordOf(symbols[i]);
    for (size_t i = 0; i < low.size(); ++i)
      values[i] |= low[i];
    return {};
  }

  /// The alphabet is a table of its own behind the code's, with one more read.
  DecoderCost cost() const override {
    DecoderCost cost = coder->cost();
    unsigned highBits = alphabet.wordBits() - alphabet.low();
    cost.tableBits += uint64_t(alphabet.size()) * highBits;
    cost.entryBits += highBits;
    cost.stepBits += alphabet.low();
    cost.loadCycles = std::max<uint64_t>(cost.loadCycles, alphabet.size());
    return cost;
  }

private:
  Status checkConditions(size_t values, Span<const uint8_t> conditions) const {
    if (values > 0 && conditions.empty() && !coder->hasSymbols(0))
      return Error{"values, but no symbols in the tables"};
    for (uint8_t condition : conditions)
      if (!coder->hasSymbols(condition))
        return Error{"no symbols for condition " + std::to_string(condition)};
    return {};
  }

  Alphabet alphabet;
  unsigned conditionCount;
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

/// The model with the least cost; codes of a fixed length have no low bits to
/// leave uncoded.
Result<Model> chooseModel(const ValueSample &sample, unsigned conditions,
                          bool mayHaveLowBits) {
  const WordCounts::List &list = sample.counts.list();
  const std::vector<WordCount> &words = list.words;
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

bool isEntropyCode(SymbolCode code) {
  return code == SymbolCode::huffman || code == SymbolCode::tans;
}

} // namespace

Result<TrainedValues> trainAlphabetCoder(SymbolCode code,
                                         const ValueSample &sample) {
  const unsigned conditions =
      isEntropyCode(code) ? sample.counts.conditions() : 1;
  Result<Model> model = chooseModel(sample, conditions, isEntropyCode(code));
  if (!model)
    return model.error();
  TrainedSymbols symbols = trainSymbolCoder(code, model->counts, sample.limits);
  const double lowBits = double(sample.values) * model->alphabet.low();
  return TrainedValues{
      std::make_shared<AlphabetCoder>(std::move(model->alphabet), conditions,
                                      std::move(symbols.coder)),
      symbols.bits + lowBits};
}

Result<std::unique_ptr<ValueCoder>>
parseAlphabetCoder(SymbolCode code, unsigned valueBits, BitReader &tables) {
  unsigned conditions = tables.read(conditionCountBits);
  if (conditions == 0 || conditions > maxConditions ||
      (conditions > 1 && !isEntropyCode(code)))
    return Error{"tables for " + std::to_string(conditions) + " conditions"};
  Result<Alphabet> alphabet = Alphabet::parse(valueBits, tables);
  if (!alphabet)
    return alphabet.error();
  if (alphabet->low() > 0 && !isEntropyCode(code))
    return Error{"low bits beside codes of a fixed length"};
  Result<std::unique_ptr<SymbolCoder>> coder =
      parseSymbolCoder(code, conditions, alphabet->size(), tables);
  if (!coder)
    return coder.error();
  return std::unique_ptr<ValueCoder>(std::make_unique<AlphabetCoder>(
      std::move(*alphabet), conditions, std::move(*coder)));
}

} // namespace crania::layout
