// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A value coder that codes values as symbols of an alphabet, which is chosen
// for the words of a segment.

#include "Coders/Alphabet.h"
#include "Coders/ValueCoder.h"
#include "Training/Entropy.h"
#include "Training/SymbolGroups.h"
#include "Training/TableSharing.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

// The width in bits of the number of conditions in the serialized tables.
constexpr unsigned conditionCountBits = 7;

/// The number of choices of low bits that training tries beyond the fewest
/// possible.
constexpr unsigned lowBitsTried = 4;

/// Marks that precede the number of conditions: the conditions share tables,
/// symbols have extra bits, or both.
constexpr unsigned sharedMark = 127, groupedMark = 126, sharedGroupedMark = 125;

/// The mark of zero low bits, which precedes all of these. The number of low
/// bits that are 0 in every word follows in `shiftBits` bits.
constexpr unsigned shiftedMark = 124, shiftBits = 5;
static_assert(maxConditions < shiftedMark,
              "a mark is not a number of conditions");

class AlphabetCoder final : public ValueCoder {
public:
  AlphabetCoder(Alphabet symbols, TableSharing tableSharing,
                std::unique_ptr<SymbolCoder> symbolCoder)
      : alphabet(std::move(symbols)), sharing(std::move(tableSharing)),
        coder(std::move(symbolCoder)) {}

  unsigned conditions() const override { return sharing.conditions(); }

  void writeTables(BitWriter &tables) const override {
    if (sharing.isShared() || alphabet.isGrouped())
      tables.write(!alphabet.isGrouped() ? sharedMark
                   : sharing.isShared()  ? sharedGroupedMark
                                         : groupedMark,
                   conditionCountBits);
    tables.write(sharing.conditions(), conditionCountBits);
    sharing.write(tables, alphabet.wordBits());
    alphabet.write(tables);
    coder->writeTables(tables);
  }

  bool supports(Span<const uint32_t> values,
                Span<const uint8_t> conditions) const override {
    if (sharing.isShared() && conditions.size() != values.size())
      return false;
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
    assert((conditions.size() == words.size() ||
            (conditions.empty() && !sharing.isShared())) &&
           "a condition per word, or none");
    std::vector<uint32_t> shifted(sharing.isShared() ? words.size() : 0);
    for (size_t i = 0; i < shifted.size(); ++i)
      shifted[i] = lessOffset(words[i], conditions[i]);
    const Span<const uint32_t> values = sharing.isShared() ? shifted : words;
    std::vector<uint8_t> symbols(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const uint16_t symbol = alphabet.symbolOf(values[i]);
      assert(symbol != Alphabet::absent && "a word has no symbol");
      symbols[i] = uint8_t(symbol);
    }
    std::vector<uint32_t> uncoded(
        alphabet.symbolRanges().empty() ? 0 : values.size());
    for (size_t i = 0; i < uncoded.size(); ++i)
      uncoded[i] = alphabet.uncodedOf(values[i]);
    const std::vector<uint8_t> storage = tablesOf(conditions);
    return coder->encode(
        {symbols, storage.empty() ? conditions : storage, uncoded}, lanes);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t> conditions,
                Span<uint32_t> values) const override {
    if (Status status = checkConditions(values.size(), conditions); !status)
      return status;
    const std::vector<uint8_t> storage = tablesOf(conditions);
    const Span<const uint8_t> tables = storage.empty() ? conditions : storage;
    if (alphabet.symbolRanges().empty()) {
      std::vector<uint8_t> symbols(values.size());
      if (Status status = coder->decode(lanes, {symbols, {}, tables}); !status)
        return status;
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = alphabet.wordOf(symbols[i]);
    } else {
      if (Status status = coder->decode(lanes, {{}, values, tables}); !status)
        return status;
      if (!alphabet.findWords(values))
        return Error{
            "extra bits select a word after the last one of the alphabet"};
    }
    for (size_t i = 0; i < values.size() && sharing.isShared(); ++i)
      values[i] =
          sharing.plusOffset(values[i], conditions[i], alphabet.wordBits());
    return {};
  }

  /// Adds the tables of alphabet and conditions to those of the code; each
  /// needs one more read.
  DecoderCost cost() const override {
    DecoderCost cost = coder->cost();
    alphabet.addCost(cost);
    sharing.addCost(cost, alphabet.wordBits());
    return cost;
  }

private:
  Status checkConditions(size_t values, Span<const uint8_t> conditions) const {
    if (values > 0 && conditions.empty() && sharing.isShared())
      return Error{"the tables have offsets of conditions, but the values come "
                   "without conditions"};
    if (values > 0 && conditions.empty() && !coder->hasSymbols(0))
      return Error{"the block has values, but the tables have no symbols"};
    for (uint8_t condition : conditions)
      if (condition >= sharing.conditions() ||
          !coder->hasSymbols(sharing.tableOf[condition]))
        return Error{"the tables have no symbols for condition " +
                     std::to_string(condition)};
    return {};
  }

  uint32_t lessOffset(uint32_t word, uint8_t condition) const {
    return sharing.lessOffset(word, condition, alphabet.wordBits());
  }

  /// Returns the index of the tables of each value; empty if each condition has
  /// its own tables.
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

/// A coder of words without their low bits, which are all 0. A decoder shifts
/// by a constant, which takes only wires.
class ShiftedCoder final : public ValueCoder {
public:
  ShiftedCoder(unsigned shift, std::unique_ptr<ValueCoder> shiftedCoder)
      : shift(shift), coder(std::move(shiftedCoder)) {
    assert(shift > 0 && shift < 32 && "a shift leaves out some bits");
  }

  unsigned conditions() const override { return coder->conditions(); }

  void writeTables(BitWriter &tables) const override {
    tables.write(shiftedMark, conditionCountBits);
    tables.write(shift, shiftBits);
    coder->writeTables(tables);
  }

  bool supports(Span<const uint32_t> values,
                Span<const uint8_t> conditions) const override {
    for (uint32_t value : values)
      if (lowBitsOf(value, shift) != 0)
        return false;
    return coder->supports(shifted(values), conditions);
  }

  std::vector<std::vector<uint8_t>> encode(Span<const uint32_t> words,
                                           Span<const uint8_t> conditions,
                                           unsigned lanes) const override {
    return coder->encode(shifted(words), conditions, lanes);
  }

  Status decode(Span<BitReader> lanes, Span<const uint8_t> conditions,
                Span<uint32_t> values) const override {
    if (Status status = coder->decode(lanes, conditions, values); !status)
      return status;
    for (uint32_t &value : values)
      value <<= shift;
    return {};
  }

  DecoderCost cost() const override { return coder->cost(); }

private:
  std::vector<uint32_t> shifted(Span<const uint32_t> words) const {
    std::vector<uint32_t> result(words.begin(), words.end());
    for (uint32_t &word : result)
      word >>= shift;
    return result;
  }

  unsigned shift;
  std::unique_ptr<ValueCoder> coder;
};

/// Returns the distinct high parts of words, ascending.
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

/// Returns the counts of the ranks of an alphabet without groups.
SymbolCounts countRanks(const std::vector<WordCount> &words,
                        const Alphabet &alphabet, unsigned conditions) {
  SymbolCounts counts(conditions, alphabet.size());
  // Codes without conditions count all words together.
  for (const WordCount &word : words)
    counts.at(conditions == 1 ? 0 : word.condition,
              alphabet.symbolOf(word.word)) += word.count;
  return counts;
}

/// Returns the same high parts, rotated to begin after the largest gap. Words
/// around 0 of both signs then become neighbors.
std::vector<uint32_t> behindLargestGap(std::vector<uint32_t> highs,
                                       unsigned highBits) {
  size_t first = 0;
  uint32_t largest = 0;
  for (size_t i = 0; i < highs.size(); ++i) {
    const uint32_t before = highs[i == 0 ? highs.size() - 1 : i - 1];
    const uint32_t gap = lowBitsOf(uint64_t(highs[i]) - before - 1, highBits);
    if (gap > largest) {
      largest = gap;
      first = i;
    }
  }
  std::rotate(highs.begin(), highs.begin() + ptrdiff_t(first), highs.end());
  return highs;
}

/// Returns all high parts from the first one to the last; empty if there are
/// too many.
std::vector<uint32_t> withoutGaps(const std::vector<uint32_t> &highs,
                                  unsigned highBits) {
  const uint64_t count =
      highs.empty()
          ? 0
          : uint64_t(lowBitsOf(uint64_t(highs.back()) - highs[0], highBits)) +
                1;
  std::vector<uint32_t> all;
  for (uint64_t i = 0; i < count && count <= maxSymbols; ++i)
    all.push_back(lowBitsOf(highs[0] + i, highBits));
  return all;
}

/// An alphabet and the counts of its symbols in each set of tables.
struct Model {
  Alphabet alphabet;
  SymbolCounts counts;
  TableSharing sharing;
  uint64_t cost = 0; // scaled bits

  /// Returns the number of bits that are stored uncoded.
  double uncodedBits() const {
    double bits = 0;
    const std::vector<SymbolRange> &ranges = alphabet.symbolRanges();
    for (unsigned c = 0; c < counts.conditions; ++c)
      for (size_t s = 0; s < ranges.size(); ++s)
        bits += double(counts.of(c)[s]) * ranges[s].uncodedBits;
    return bits;
  }
};

bool isEntropyCode(SymbolCode code) {
  return code == SymbolCode::huffman || code == SymbolCode::tans;
}

/// Makes the models of a segment's words for which a code is trained.
class ModelMaker {
public:
  ModelMaker(SymbolCode code, const ValueSample &wholeWords)
      : code(code), sample(wholeWords), list(sample.counts.list()),
        shift(storesLowBits() ? sample.counts.zeroLowBits() : 0) {
    sample.valueBits -= shift;
    list.droppedBits -= std::min(list.droppedBits, shift);
    for (WordCount &word : list.words)
      word.word >>= shift;
  }

  /// Returns the number of low bits that the models leave out. These bits are 0
  /// in every word.
  unsigned zeroLowBits() const { return shift; }

  Result<std::vector<Model>> make() const {
    if (list.droppedBits > 0 && !isEntropyCode(code))
      return Error{"there are more different values than the " +
                   std::to_string(maxSymbols) + " of a codebook"};
    // Codes of a fixed length have one table, so their conditions differ only
    // in offsets.
    const unsigned all = sample.counts.conditions();
    const bool isShared =
        all > sample.limits.mostTables &&
        (isEntropyCode(code) || sample.limits.mostTables == 1);
    TableSharing sharing(isEntropyCode(code) || isShared ? all : 1);
    if (isShared)
      sharing.offsets = centresOf(list, all, sample.valueBits);
    std::vector<WordCount> shifted(isShared ? list.words
                                            : std::vector<WordCount>());
    for (WordCount &word : shifted)
      word.word =
          sharing.lessOffset(word.word, word.condition, sample.valueBits);
    return make(isShared ? shifted : list.words, sharing);
  }

private:
  Result<std::vector<Model>> make(const std::vector<WordCount> &words,
                                  const TableSharing &sharing) const {
    unsigned fewest = list.droppedBits;
    std::vector<uint32_t> highs = highParts(words, fewest);
    while (isEntropyCode(code) && isTooMany(highs.size()) &&
           fewest + 1 < sample.valueBits)
      highs = highParts(words, ++fewest);
    if (highs.size() > maxSymbols)
      return Error{std::to_string(highs.size()) +
                   " different values; a codebook has at most " +
                   std::to_string(maxSymbols)};
    const Model single = withoutGroups(words, highs, fewest, sharing);
    if (!isEntropyCode(code) || highs.empty())
      return std::vector<Model>{single};
    std::vector<Model> models = {withBestGroups(single, highs)};
    // Extra bits serve the same purpose as more low bits.
    const unsigned most =
        sample.limits.mostExtraBits == maxExtraBits
            ? fewest
            : std::min(fewest + lowBitsTried, sample.valueBits - 1);
    for (unsigned low = fewest + 1; low <= most; ++low) {
      highs = highParts(words, low);
      Model other =
          withBestGroups(withoutGroups(words, highs, low, sharing), highs);
      if (other.cost < models[0].cost)
        models[0] = std::move(other);
    }
    // The cost of a Huffman code is only a rough estimate.
    if (code == SymbolCode::huffman && models[0].alphabet.isGrouped() &&
        single.alphabet.size() <= mostGroups())
      models.push_back(single);
    return models;
  }

  /// Returns true if low bits would be stored uncoded. An alphabet of whole
  /// words gains nothing from a shift, because zero low bits hardly lengthen
  /// its gaps.
  bool storesLowBits() const {
    return list.droppedBits > 0 ||
           (isEntropyCode(code) && isTooMany(highParts(list.words, 0).size()));
  }

  /// Returns true if even the largest allowed groups are too many for the
  /// tables.
  bool isTooMany(size_t highs) const {
    return highs > maxSymbols || highs > mostGroups()
                                             << sample.limits.mostExtraBits;
  }

  Model withoutGroups(const std::vector<WordCount> &words,
                      const std::vector<uint32_t> &highs, unsigned low,
                      TableSharing sharing) const {
    Alphabet ranks(highs, low, sample.valueBits);
    SymbolCounts counts = countRanks(words, ranks, sharing.conditions());
    if (sharing.isShared())
      shareTables(counts, sample.limits.mostTables, sharing);
    return {std::move(ranks), std::move(counts), std::move(sharing)};
  }

  Model withBestGroups(const Model &single,
                       const std::vector<uint32_t> &highs) const {
    const unsigned highBits =
        sample.valueBits - single.alphabet.mostUncodedBits();
    std::vector<uint32_t> listed = behindLargestGap(highs, highBits);
    std::vector<uint32_t> all = withoutGaps(listed, highBits);
    Model best = group(single, listed);
    if (all.size() > listed.size() && !isTooMany(all.size())) {
      Model other = group(single, all);
      if (other.cost <= best.cost)
        best = std::move(other);
    }
    return best;
  }

  /// Returns the model with the best groups of the same high parts in another
  /// order.
  Model group(const Model &single, std::vector<uint32_t> highs) const {
    const SymbolCounts &counts = single.counts;
    const unsigned low = single.alphabet.mostUncodedBits();
    SymbolCounts ordered(counts.conditions, unsigned(highs.size()));
    for (unsigned i = 0; i < highs.size(); ++i) {
      const uint16_t symbol = single.alphabet.symbolOf(highs[i] << low);
      for (unsigned c = 0; c < counts.conditions && symbol != Alphabet::absent;
           ++c)
        ordered.at(c, i) = counts.of(c)[symbol];
    }
    const SymbolGroups groups =
        chooseGroups(code, ordered, sample.limits, mostGroups());
    uint64_t gaps = 0;
    for (size_t i = 1; i < highs.size(); ++i)
      gaps |= lowBitsOf(uint64_t(highs[i]) - highs[i - 1] - 1,
                        sample.valueBits - low);
    const uint64_t cost =
        groups.cost +
        ((highs.size() * bitWidth(gaps) + sample.values * low) << costPlaces);
    if (groups.isTrivial())
      return Model{single.alphabet, counts, single.sharing, cost};
    return Model{
        Alphabet(std::move(highs), low, sample.valueBits, groups.extraBits),
        countGroups(ordered, groups), single.sharing, cost};
  }

  /// Returns the most groups. With small tables, frequencies are fine, or code
  /// words short, for few symbols only.
  size_t mostGroups() const {
    const unsigned statesPerSymbol = code == SymbolCode::huffman ? 2 : 1;
    return std::clamp<size_t>(
        (size_t(1) << sample.limits.tableLog) / statesPerSymbol, 1, maxSymbols);
  }

  SymbolCode code;
  ValueSample sample;
  WordCounts::List list;
  unsigned shift;
};

} // namespace

Result<TrainedValues> trainAlphabetCoder(SymbolCode code,
                                         const ValueSample &sample) {
  const ModelMaker maker(code, sample);
  Result<std::vector<Model>> models = maker.make();
  if (!models)
    return models.error();
  TrainedValues best;
  double leastBits = 0;
  for (Model &model : *models) {
    TrainedSymbols symbols = trainSymbolCoder(code, model.counts, sample.limits,
                                              model.alphabet.symbolRanges());
    const double bits = symbols.bits + model.uncodedBits();
    std::unique_ptr<ValueCoder> coder = std::make_unique<AlphabetCoder>(
        std::move(model.alphabet), std::move(model.sharing),
        std::move(symbols.coder));
    if (maker.zeroLowBits() > 0)
      coder =
          std::make_unique<ShiftedCoder>(maker.zeroLowBits(), std::move(coder));
    BitWriter tables;
    coder->writeTables(tables);
    const double all = bits + 8.0 * double(tables.finish().size());
    if (!best.coder || all < leastBits) {
      best = {std::move(coder), bits};
      leastBits = all;
    }
  }
  return best;
}

/// Parses the coder after the field that is a mark or the number of conditions.
static Result<std::unique_ptr<ValueCoder>> parseMarked(unsigned mark,
                                                       SymbolCode code,
                                                       unsigned valueBits,
                                                       BitReader &tables) {
  unsigned conditions = mark;
  const bool isShared = mark == sharedMark || mark == sharedGroupedMark;
  const bool isGrouped = mark == groupedMark || mark == sharedGroupedMark;
  if (isShared || isGrouped)
    conditions = tables.read(conditionCountBits);
  if (conditions == 0 || conditions > maxConditions)
    return Error{"tables for " + std::to_string(conditions) + " conditions"};
  Result<TableSharing> sharing =
      isShared ? TableSharing::parse(conditions, tables, valueBits)
               : TableSharing(conditions);
  if (!sharing)
    return sharing.error();
  if (conditions > 1 && !isEntropyCode(code) &&
      !(isShared && sharing->tables() == 1))
    return Error{"tables for " + std::to_string(conditions) + " conditions"};
  Result<Alphabet> alphabet = Alphabet::parse(valueBits, isGrouped, tables);
  if (!alphabet)
    return alphabet.error();
  if (alphabet->mostUncodedBits() > 0 && !isEntropyCode(code))
    return Error{"codes of a fixed length cannot have low bits"};
  Result<std::unique_ptr<SymbolCoder>> coder =
      parseSymbolCoder(code, sharing->tables(), alphabet->size(), tables,
                       alphabet->symbolRanges());
  if (!coder)
    return coder.error();
  return std::unique_ptr<ValueCoder>(std::make_unique<AlphabetCoder>(
      std::move(*alphabet), std::move(*sharing), std::move(*coder)));
}

Result<std::unique_ptr<ValueCoder>>
parseAlphabetCoder(SymbolCode code, unsigned valueBits, BitReader &tables) {
  const unsigned mark = tables.read(conditionCountBits);
  if (mark != shiftedMark)
    return parseMarked(mark, code, valueBits, tables);
  const unsigned shift = tables.read(shiftBits);
  if (shift == 0 || shift >= valueBits)
    return Error{"words of " + std::to_string(valueBits) + " bits of which " +
                 std::to_string(shift) + " are 0"};
  auto coder = parseMarked(tables.read(conditionCountBits), code,
                           valueBits - shift, tables);
  if (!coder)
    return coder.error();
  return std::unique_ptr<ValueCoder>(
      std::make_unique<ShiftedCoder>(shift, std::move(*coder)));
}

} // namespace crania::encoding
