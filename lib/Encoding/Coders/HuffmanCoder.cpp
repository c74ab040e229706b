// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/SymbolCoders.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// The most bits of a code word. A table for 12 bits fits beside a tANS table,
/// and the limit costs almost nothing compared with unlimited lengths.
constexpr unsigned maxLength = 12;
constexpr unsigned lengthFieldBits = 4;
/// The mark in the tables for the length of the only symbol, which needs no
/// bits.
constexpr unsigned onlySymbol = 15;

/// The code lengths of the symbols under one condition. The length is 0 for a
/// symbol without a code word, and for the only symbol.
using Lengths = std::vector<uint8_t>;

/// A node of package-merge: the symbols in a package and their weight.
struct Package {
  uint64_t weight;
  std::vector<uint16_t> symbols;
};

std::vector<Package> pairUp(const std::vector<Package> &packages) {
  std::vector<Package> pairs;
  for (size_t i = 0; i + 1 < packages.size(); i += 2) {
    Package pair = packages[i];
    const Package &other = packages[i + 1];
    pair.weight += other.weight;
    pair.symbols.insert(pair.symbols.end(), other.symbols.begin(),
                        other.symbols.end());
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

/// Returns optimal code lengths of at most `mostBits` bits (package-merge:
/// Larmore and Hirschberg, JACM 1990).
Lengths limitedLengths(Span<const uint64_t> counts, unsigned mostBits) {
  std::vector<Package> leaves;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      leaves.push_back({counts[i], {uint16_t(i)}});
  Lengths lengths(counts.size());
  if (leaves.size() < 2)
    return lengths;
  auto isLighter = [](const Package &a, const Package &b) {
    return a.weight < b.weight;
  };
  std::sort(leaves.begin(), leaves.end(),
            [](const Package &a, const Package &b) {
              return a.weight != b.weight ? a.weight < b.weight
                                          : a.symbols < b.symbols;
            });

  std::vector<Package> packages = leaves;
  for (unsigned level = 1; level < mostBits; ++level) {
    std::vector<Package> pairs = pairUp(packages);
    packages.clear();
    std::merge(leaves.begin(), leaves.end(), pairs.begin(), pairs.end(),
               std::back_inserter(packages), isLighter);
  }
  assert(packages.size() >= 2 * leaves.size() - 2 &&
         "the limit is too short for the symbols");
  for (size_t i = 0; i < 2 * leaves.size() - 2; ++i)
    for (uint16_t symbol : packages[i].symbols)
      ++lengths[symbol];
  return lengths;
}

/// Returns optimal code lengths without a limit (Huffman's algorithm with two
/// queues). It is much faster, and few codes have words longer than the limit.
Lengths unlimitedLengths(Span<const uint64_t> counts) {
  std::vector<uint16_t> leaves;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      leaves.push_back(uint16_t(i));
  Lengths lengths(counts.size());
  if (leaves.size() < 2)
    return lengths;
  std::sort(leaves.begin(), leaves.end(), [&](uint16_t a, uint16_t b) {
    return counts[a] != counts[b] ? counts[a] < counts[b] : a < b;
  });
  // The nodes are the leaves, then their parents, both by ascending weight.
  const size_t leafCount = leaves.size(), nodes = 2 * leafCount - 1;
  std::vector<uint64_t> weights(nodes);
  std::vector<size_t> parents(nodes);
  for (size_t i = 0; i < leafCount; ++i)
    weights[i] = counts[leaves[i]];
  size_t leaf = 0, parent = leafCount;
  for (size_t next = leafCount; next < nodes; ++next)
    for (unsigned child = 0; child < 2; ++child) {
      const bool isLeaf = leaf < leafCount &&
                          (parent == next || weights[leaf] <= weights[parent]);
      const size_t lightest = isLeaf ? leaf++ : parent++;
      weights[next] += weights[lightest];
      parents[lightest] = next;
    }
  std::vector<uint8_t> depths(nodes);
  for (size_t i = nodes - 1; i-- > 0;)
    depths[i] = uint8_t(depths[parents[i]] + 1);
  for (size_t i = 0; i < leafCount; ++i)
    lengths[leaves[i]] = depths[i];
  return lengths;
}

/// Returns optimal code lengths. The longest code word indexes the table, so
/// the table size limits them.
Lengths optimalLengths(Span<const uint64_t> counts, unsigned tableLog) {
  const size_t symbols =
      counts.size() - size_t(std::count(counts.begin(), counts.end(), 0u));
  const unsigned longest =
      std::clamp(tableLog, symbols == 0 ? 0 : bitWidth(symbols - 1), maxLength);
  Lengths lengths = unlimitedLengths(counts);
  if (std::any_of(lengths.begin(), lengths.end(),
                  [&](uint8_t length) { return length > longest; }))
    return limitedLengths(counts, longest);
  return lengths;
}

uint32_t reverseBits(uint32_t code, unsigned length) {
  uint32_t reversed = 0;
  for (unsigned i = 0; i < length; ++i)
    reversed |= (code >> i & 1) << (length - 1 - i);
  return reversed;
}

/// The code of one condition. Code words are read from their first bit, so they
/// are stored reversed.
struct Code {
  Lengths lengths;
  std::vector<uint16_t> words;
  /// The only symbol with a code word, or `none`.
  unsigned only = none;
  bool isUsed = false;

  static constexpr unsigned none = maxSymbols;
};

/// Assigns canonical code words by length, then by symbol.
void assignWords(Code &code) {
  code.words.resize(code.lengths.size());
  uint32_t next = 0;
  for (unsigned length = 1; length <= maxLength; ++length) {
    next <<= 1;
    for (size_t i = 0; i < code.lengths.size(); ++i)
      if (code.lengths[i] == length)
        code.words[i] = uint16_t(reverseBits(next++, length));
  }
}

bool isComplete(const Lengths &lengths) {
  uint32_t covered = 0;
  for (uint8_t length : lengths)
    covered += length == 0 ? 0 : 1u << (maxLength - length);
  return covered == 1u << maxLength;
}

class HuffmanCoder final : public SymbolCoder {
public:
  HuffmanCoder(std::vector<Code> codesOfConditions,
               std::vector<SymbolRange> symbolRanges)
      : codes(std::move(codesOfConditions)), ranges(std::move(symbolRanges)) {
    for (Code &code : codes) {
      assert((ranges.empty() || ranges.size() == code.lengths.size()) &&
             "a range per symbol, or none");
      assignWords(code);
      for (uint8_t length : code.lengths)
        longest = std::max<unsigned>(longest, length);
    }
    entries.resize(codes.size() << longest);
    for (size_t i = 0; i < codes.size(); ++i)
      fillTable(codes[i], &entries[i << longest]);
  }

  void writeTables(BitWriter &tables) const override {
    for (const Code &code : codes)
      for (unsigned i = 0; i < code.lengths.size(); ++i)
        tables.write(i == code.only ? onlySymbol : code.lengths[i],
                     lengthFieldBits);
  }

  bool supports(uint8_t condition, uint8_t symbol) const override {
    if (condition >= codes.size())
      return false;
    const Code &code = codes[condition];
    return symbol < code.lengths.size() &&
           (code.lengths[symbol] > 0 || symbol == code.only);
  }
  bool hasSymbols(uint8_t condition) const override {
    return condition < codes.size() && codes[condition].isUsed;
  }

  std::vector<std::vector<uint8_t>> encode(const SymbolSequence &sequence,
                                           unsigned lanes) const override {
    std::vector<BitWriter> writers(lanes);
    for (size_t i = 0; i < sequence.symbols.size(); ++i) {
      BitWriter &writer = writers[i % lanes];
      const Code &code = codes[sequence.conditionOf(i)];
      uint8_t symbol = sequence.symbols[i];
      writer.write(code.words[symbol], code.lengths[symbol]);
      if (!sequence.uncoded.empty())
        writer.write(sequence.uncoded[i], ranges[symbol].uncodedBits);
    }
    return finishAll(writers);
  }

  Status decode(Span<BitReader> lanes, const SymbolSink &sink) const override {
    for (size_t lane = 0; lane < lanes.size(); ++lane)
      decodeLane(lanes[lane], lane, lanes.size(), sink);
    return {};
  }

  /// A lane peeks at as many bits as the longest code word has, looks up symbol
  /// and length, and moves its window by the length.
  DecoderCost cost() const override {
    DecoderCost cost;
    unsigned symbols = codes.empty() ? 0 : unsigned(codes[0].lengths.size());
    cost.entryBits = bitWidth(symbols == 0 ? 0 : symbols - 1) + lengthFieldBits;
    cost.tableBits = uint64_t(entries.size()) * cost.entryBits;
    cost.stepBits = longest;
    cost.loadCycles = entries.size();
    return cost;
  }

private:
  struct Entry {
    uint8_t symbol = 0;
    uint8_t length = 0;
  };

  void fillTable(const Code &code, Entry *table) const {
    if (code.only != Code::none)
      std::fill_n(table, size_t(1) << longest, Entry{uint8_t(code.only), 0});
    for (size_t i = 0; i < code.lengths.size(); ++i)
      for (uint32_t word = code.words[i], step = 1u << code.lengths[i];
           step > 1 && word < (1u << longest); word += step)
        table[word] = {uint8_t(i), code.lengths[i]};
  }

  void decodeLane(BitReader &shared, size_t first, size_t lanes,
                  const SymbolSink &sink) const {
    BitReader reader = shared;
    for (size_t i = first; i < sink.size(); i += lanes) {
      reader.refill();
      size_t condition = sink.conditions.empty() ? 0 : sink.conditions[i];
      Entry entry =
          entries[(condition << longest) + lowBitsOf(reader.peek(), longest)];
      reader.skip(entry.length);
      if (ranges.empty()) {
        sink.symbols[i] = entry.symbol;
      } else {
        const SymbolRange &range = ranges[entry.symbol];
        sink.numbers[i] = range.first + reader.take(range.uncodedBits);
      }
    }
    shared = reader;
  }

  std::vector<Code> codes;
  std::vector<SymbolRange> ranges;
  std::vector<Entry> entries;
  unsigned longest = 0;
};

/// Reads and checks the code lengths of one condition.
Result<Code> parseCode(unsigned symbols, BitReader &tables) {
  Code code;
  code.lengths.resize(symbols);
  unsigned present = 0;
  for (unsigned i = 0; i < symbols; ++i) {
    unsigned length = tables.read(lengthFieldBits);
    present += length > 0;
    if (length == onlySymbol)
      code.only = i;
    else if (length > maxLength)
      return Error{"code word of " + std::to_string(length) + " bits"};
    else
      code.lengths[i] = uint8_t(length);
  }
  code.isUsed = present > 0;
  bool hasOnly = code.only != Code::none;
  if (hasOnly ? present != 1 : code.isUsed && !isComplete(code.lengths))
    return Error{"the lengths of the code words do not make a prefix code"};
  return code;
}

} // namespace

TrainedSymbols trainHuffmanCoder(const SymbolCounts &counts,
                                 const SymbolCoderLimits &limits,
                                 const std::vector<SymbolRange> &ranges) {
  std::vector<Code> codes;
  double bits = 0;
  for (unsigned condition = 0; condition < counts.conditions; ++condition) {
    Span<const uint64_t> symbolCounts = counts.of(condition);
    Code code;
    code.lengths = optimalLengths(symbolCounts, limits.tableLog);
    size_t absent =
        std::count(symbolCounts.begin(), symbolCounts.end(), uint64_t(0));
    code.isUsed = absent < symbolCounts.size();
    if (absent + 1 == symbolCounts.size())
      code.only =
          unsigned(std::find_if(symbolCounts.begin(), symbolCounts.end(),
                                [](uint64_t count) { return count > 0; }) -
                   symbolCounts.begin());
    for (size_t i = 0; i < symbolCounts.size(); ++i)
      bits += double(symbolCounts[i]) * code.lengths[i];
    codes.push_back(std::move(code));
  }
  return {std::make_unique<HuffmanCoder>(std::move(codes), ranges), bits};
}

SymbolCoderResult parseHuffmanCoder(unsigned conditions, unsigned symbols,
                                    const std::vector<SymbolRange> &ranges,
                                    BitReader &tables) {
  std::vector<Code> codes;
  for (unsigned condition = 0; condition < conditions; ++condition) {
    Result<Code> code = parseCode(symbols, tables);
    if (!code)
      return code.error();
    codes.push_back(std::move(*code));
  }
  return std::unique_ptr<SymbolCoder>(
      std::make_unique<HuffmanCoder>(std::move(codes), ranges));
}

} // namespace crania::encoding
