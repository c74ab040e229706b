// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/SymbolCoders.h"
#include "Training/Entropy.h"

#include "crania/Encoding/SegmentEncoding.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>

namespace crania::encoding {

namespace {

// The width in bits of the logarithm of the table size in the serialized
// tables.
constexpr unsigned tableLogBits = 4;
constexpr unsigned symbolIndexBits = 8;
constexpr unsigned symbolCountBits = 9;
constexpr unsigned frequencyWidthBits = 4;

/// An entry of the table that a decoder indexes by its state: the symbol, the
/// number of uncoded bits of the value, the number of bits to read, and the
/// number to add to them for the next state.
struct DecodeEntry {
  uint32_t base : 14; // at most maxTableLog bits
  uint32_t bits : 4;
  uint32_t uncoded : 6;
  uint32_t symbol : 8;
};
static_assert(sizeof(DecodeEntry) == 4, "small tables stay in a cache");

/// An entry of the table that an encoder indexes by symbol, after FSE (Y.
/// Collet, 2013). States are in [2^log, 2^(log+1)). `(state + bitsOffset) >>
/// bitsPlaces` is the number of bits of the state that are written. The
/// remaining bits, added to `stateOffset`, index the next states.
struct EncodeEntry {
  uint32_t bitsOffset = 0;
  int32_t stateOffset = 0;
  /// The state in which the last symbol of a lane leaves the decoder, which is
  /// the first state of that symbol.
  uint16_t lastState = 0;
};
constexpr unsigned bitsPlaces = 16;

/// Distributes symbols over states so that the states of each symbol are about
/// evenly spaced: an odd step visits every state once.
std::vector<uint8_t> spreadSymbols(Span<const uint16_t> frequencies,
                                   unsigned tableLog) {
  uint32_t slots = 1u << tableLog;
  assert(std::accumulate(frequencies.begin(), frequencies.end(), 0u) == slots &&
         "the frequencies do not fill the table");
  uint32_t step = ((slots >> 1) + (slots >> 3) + 3) | 1;
  std::vector<uint8_t> symbolOfState(slots);
  uint32_t state = 0;
  for (size_t symbol = 0; symbol < frequencies.size(); ++symbol)
    for (unsigned i = 0; i < frequencies[symbol]; ++i) {
      symbolOfState[state] = uint8_t(symbol);
      state = (state + step) & (slots - 1);
    }
  return symbolOfState;
}

/// The frequencies of each condition; all 0 if the condition does not occur.
struct Frequencies {
  unsigned tableLog = 0;
  unsigned symbols = 0;
  std::vector<std::vector<uint16_t>> ofCondition;
};

class TansCoder final : public SymbolCoder {
public:
  TansCoder(Frequencies frequencyTables, std::vector<SymbolRange> symbolRanges)
      : frequencies(std::move(frequencyTables)),
        ranges(std::move(symbolRanges)), log(frequencies.tableLog) {
    assert(log <= maxTableLog && "the table is too large");
    assert((ranges.empty() || ranges.size() == frequencies.symbols) &&
           "a range per symbol, or none");
    for (const SymbolRange &range : ranges)
      mostUncoded = std::max<unsigned>(mostUncoded, range.uncodedBits);
    size_t conditions = frequencies.ofCondition.size();
    decodeTable.resize(conditions << log);
    nextStates.resize(conditions << log);
    encodeTable.resize(conditions * frequencies.symbols);
    for (size_t condition = 0; condition < conditions; ++condition)
      if (isUsed(condition))
        buildTables(condition);
  }

  void writeTables(BitWriter &tables) const override {
    tables.write(log, tableLogBits);
    for (const std::vector<uint16_t> &table : frequencies.ofCondition)
      writeFrequencies(table, tables);
  }

  bool supports(uint8_t condition, uint8_t symbol) const override {
    return condition < frequencies.ofCondition.size() &&
           symbol < frequencies.symbols &&
           frequencies.ofCondition[condition][symbol] > 0;
  }
  bool hasSymbols(uint8_t condition) const override {
    return condition < frequencies.ofCondition.size() && isUsed(condition);
  }

  std::vector<std::vector<uint8_t>> encode(const SymbolSequence &sequence,
                                           unsigned lanes) const override {
    std::vector<std::vector<uint8_t>> streams;
    // Two lanes run at a time, so that their chains of dependent look-ups
    // overlap.
    for (unsigned lane = 0; lane + 2 <= lanes; lane += 2)
      encodeLanes<2>(sequence, lane, lanes, streams);
    if (lanes % 2 != 0)
      encodeLanes<1>(sequence, lanes - 1, lanes, streams);
    return streams;
  }

  Status decode(Span<BitReader> lanes, const SymbolSink &sink) const override {
    switch (lanes.size()) {
    case 1:
      return decodeLanes<1>(lanes, sink);
    case 2:
      return decodeLanes<2>(lanes, sink);
    case 4:
      return decodeLanes<4>(lanes, sink);
    case 8:
      return decodeLanes<8>(lanes, sink);
    default:
      assert(lanes.size() == maxLanes && "lanes are a power of two");
      return decodeLanes<maxLanes>(lanes, sink);
    }
  }

  /// A lane has its state in a register, reads the entry of the state, takes
  /// the number of bits in the entry, and adds them to the base in the entry.
  /// One more bit of the entry marks states in which a lane may end.
  DecoderCost cost() const override {
    DecoderCost cost;
    unsigned symbols = frequencies.symbols;
    unsigned symbolBits = bitWidth(symbols == 0 ? 0 : symbols - 1);
    cost.entryBits = log + bitWidth(log) + symbolBits + 1;
    cost.tableBits = uint64_t(decodeTable.size()) * cost.entryBits;
    cost.stepBits = log;
    // Neighbors in the spread are an odd step apart, so four of them are always
    // in different ones of four banks.
    constexpr uint64_t banks = 4;
    cost.loadCycles = decodeTable.size() / banks;
    cost.unit = "tans";
    cost.lane.flipFlops = log;
    cost.lane.fullAdders = log;
    cost.lane.gates = log; // masks the bits above the number in the entry
    return cost;
  }

private:
  bool isUsed(size_t condition) const {
    const std::vector<uint16_t> &table = frequencies.ofCondition[condition];
    return std::any_of(table.begin(), table.end(),
                       [](uint16_t frequency) { return frequency > 0; });
  }

  void buildTables(size_t condition) {
    const std::vector<uint16_t> &table = frequencies.ofCondition[condition];
    std::vector<uint8_t> symbolOfState = spreadSymbols(table, log);
    EncodeEntry *encode = &encodeTable[condition * frequencies.symbols];
    std::vector<uint32_t> first(table.size()), seen(table.size());
    for (uint32_t symbol = 0, sum = 0; symbol < table.size(); ++symbol) {
      first[symbol] = sum;
      sum += table[symbol];
      if (table[symbol] > 0)
        encode[symbol] = encodeEntry(table[symbol], first[symbol]);
    }
    const uint32_t slots = 1u << log;
    for (uint32_t state = 0; state < slots; ++state) {
      uint8_t symbol = symbolOfState[state];
      uint32_t rank = seen[symbol]++;
      if (rank == 0)
        encode[symbol].lastState = uint16_t(state);
      nextStates[(condition << log) + first[symbol] + rank] =
          uint16_t(slots + state);
      uint32_t reduced = table[symbol] + rank;
      uint8_t bits = uint8_t(log + 1 - bitWidth(reduced));
      decodeTable[(condition << log) + state] = {
          (reduced << bits) - slots, bits,
          ranges.empty() ? 0u : ranges[symbol].uncodedBits, symbol};
    }
  }

  EncodeEntry encodeEntry(uint32_t frequency, uint32_t first) const {
    // States from `frequency << most` on write `most` bits; states below write
    // one bit less.
    unsigned most = log + 1 - bitWidth(frequency - 1);
    EncodeEntry entry;
    entry.bitsOffset = (most << bitsPlaces) - (frequency << most);
    entry.stateOffset = int32_t(first) - int32_t(frequency);
    return entry;
  }

  /// The state of a lane while it encodes from its last symbol to its first.
  struct LaneEncoder {
    ReverseBitCursor cursor{nullptr};
    uint32_t state = 0;
  };

  const EncodeEntry &entryOf(const SymbolSequence &sequence, size_t i) const {
    return encodeTable[size_t(sequence.conditionOf(i)) * frequencies.symbols +
                       sequence.symbols[i]];
  }

  void prependUncoded(const SymbolSequence &sequence, size_t i,
                      LaneEncoder &lane) const {
    if (!sequence.uncoded.empty())
      lane.cursor.prepend(sequence.uncoded[i],
                          ranges[sequence.symbols[i]].uncodedBits);
  }

  /// The state holds the last symbol of a lane, which takes no further bits.
  void encodeLast(const SymbolSequence &sequence, size_t i,
                  LaneEncoder &lane) const {
    lane.state = (1u << log) + entryOf(sequence, i).lastState;
    prependUncoded(sequence, i, lane);
  }

  void encodeSymbol(const SymbolSequence &sequence, size_t i,
                    LaneEncoder &lane) const {
    const EncodeEntry &entry = entryOf(sequence, i);
    unsigned bits = (lane.state + entry.bitsOffset) >> bitsPlaces;
    lane.cursor.prepend(lowBitsOf(lane.state, bits), bits);
    size_t tables = size_t(sequence.conditionOf(i)) << log;
    lane.state =
        nextStates[tables + size_t((lane.state >> bits) + entry.stateOffset)];
    prependUncoded(sequence, i, lane);
  }

  /// Appends the streams of `Count` lanes, from lane `first` on, of `lanes`.
  template <unsigned Count>
  void encodeLanes(const SymbolSequence &sequence, unsigned first,
                   unsigned lanes,
                   std::vector<std::vector<uint8_t>> &streams) const {
    size_t count = sequence.symbols.size();
    size_t perLane = count / lanes + 1;
    std::vector<ReverseBitBuffer> buffers(
        Count, ReverseBitBuffer((perLane + 1) * (log + mostUncoded)));
    std::array<LaneEncoder, Count> encoders{};
    for (unsigned k = 0; k < Count; ++k)
      encoders[k].cursor = buffers[k].cursor();
    // No lane ends within these turns.
    const size_t reach = lanes + first + Count - 1;
    const size_t inner =
        count > reach ? (count - reach + lanes - 1) / lanes : 0;
    size_t turn = perLane;
    while (turn > inner) {
      --turn;
      for (unsigned k = 0; k < Count; ++k) {
        const size_t i = turn * lanes + first + k;
        if (i + lanes < count)
          encodeSymbol(sequence, i, encoders[k]);
        else if (i < count)
          encodeLast(sequence, i, encoders[k]);
      }
    }
    while (turn-- > 0)
      for (unsigned k = 0; k < Count; ++k)
        encodeSymbol(sequence, turn * lanes + first + k, encoders[k]);
    for (unsigned k = 0; k < Count; ++k) {
      if (first + k < count)
        encoders[k].cursor.prepend(lowBitsOf(encoders[k].state, log), log);
      streams.push_back(buffers[k].finish(encoders[k].cursor));
    }
  }

  /// Decodes at once as many symbols as a refill holds for certain.
  template <unsigned Lanes>
  Status decodeLanes(Span<BitReader> lanes, const SymbolSink &sink) const {
    const bool isConditional = !sink.conditions.empty();
    if (ranges.empty()) {
      constexpr unsigned burst = BitReader::refilledBits / maxTableLog;
      return isConditional
                 ? decodeSymbols<Lanes, burst, false, true>(lanes, sink)
                 : decodeSymbols<Lanes, burst, false, false>(lanes, sink);
    }
    const unsigned burst = BitReader::refilledBits / (log + mostUncoded);
    if (isConditional)
      return burst < 2 ? decodeSymbols<Lanes, 1, true, true>(lanes, sink)
                       : decodeSymbols<Lanes, 2, true, true>(lanes, sink);
    return burst < 2   ? decodeSymbols<Lanes, 1, true, false>(lanes, sink)
           : burst < 3 ? decodeSymbols<Lanes, 2, true, false>(lanes, sink)
                       : decodeSymbols<Lanes, 3, true, false>(lanes, sink);
  }

  /// Decodes the lanes in turn, so that their chains of dependent look-ups
  /// overlap.
  template <unsigned Lanes, unsigned Burst, bool HasUncoded, bool IsConditional>
  Status decodeSymbols(Span<BitReader> lanes, const SymbolSink &sink) const {
    const DecodeEntry *table = decodeTable.data();
    const unsigned tableBits = log;
    const SymbolRange *rangeOf = ranges.data();
    const size_t count = sink.size();
    uint8_t *__restrict symbols = sink.symbols.data();
    uint32_t *__restrict numbers = sink.numbers.data();
    const uint8_t *conditions =
        sink.conditions.empty() ? nullptr : sink.conditions.data();
    auto conditionOf = [&](size_t i) -> size_t {
      return IsConditional && conditions ? conditions[i] : 0;
    };
    std::array<BitReader, Lanes> readers;
    std::array<uint32_t, Lanes> states{};
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      readers[lane] = lanes[lane];
      if (lane < count)
        states[lane] = readers[lane].read(tableBits);
    }
    auto entryOf = [&](size_t i, unsigned lane) {
      return table[(conditionOf(i) << tableBits) + states[lane]];
    };
    auto step = [&](size_t i, unsigned lane) {
      const DecodeEntry entry = entryOf(i, lane);
      const uint64_t bits = readers[lane].peek();
      const unsigned before = HasUncoded ? entry.uncoded : 0;
      readers[lane].skip(before + entry.bits);
      states[lane] = entry.base + lowBitsOf(bits >> before, entry.bits);
      if (HasUncoded)
        numbers[i] = rangeOf[entry.symbol].first + lowBitsOf(bits, before);
      else
        symbols[i] = uint8_t(entry.symbol);
    };

    size_t i = 0;
    for (; i + (Burst + 1) * Lanes <= count; i += Burst * Lanes) {
      for (unsigned lane = 0; lane < Lanes; ++lane)
        readers[lane].refill();
      for (size_t k = 0; k < Burst; ++k)
        for (unsigned lane = 0; lane < Lanes; ++lane)
          step(i + k * Lanes + lane, lane);
    }
    bool endsRight = true;
    for (; i < count; ++i) {
      unsigned lane = i % Lanes;
      readers[lane].refill();
      if (i + Lanes < count) {
        step(i, lane);
        continue;
      }
      const DecodeEntry entry = entryOf(i, lane);
      if (HasUncoded)
        numbers[i] =
            rangeOf[entry.symbol].first + readers[lane].take(entry.uncoded);
      else
        symbols[i] = uint8_t(entry.symbol);
      const size_t encoding =
          conditionOf(i) * frequencies.symbols + entry.symbol;
      endsRight &= encodeTable[encoding].lastState == states[lane];
    }
    std::copy(readers.begin(), readers.end(), lanes.begin());
    if (!endsRight)
      return Error{"a lane does not end in the state of its last symbol"};
    return {};
  }

  /// Writes the symbols from the first to the last one that occur, each as the
  /// width of its frequency and the bits below the leading one.
  static void writeFrequencies(const std::vector<uint16_t> &table,
                               BitWriter &tables) {
    auto isPresent = [](uint16_t frequency) { return frequency > 0; };
    auto begin = std::find_if(table.begin(), table.end(), isPresent);
    auto end = std::find_if(table.rbegin(), table.rend(), isPresent).base();
    if (begin == table.end())
      begin = end = table.begin();
    tables.write(uint32_t(begin - table.begin()), symbolIndexBits);
    tables.write(uint32_t(end - begin), symbolCountBits);
    for (; begin != end; ++begin) {
      unsigned width = bitWidth(*begin);
      tables.write(width, frequencyWidthBits);
      if (width > 1)
        tables.write(lowBitsOf(*begin, width - 1), width - 1);
    }
  }

  Frequencies frequencies;
  std::vector<SymbolRange> ranges;
  unsigned log, mostUncoded = 0;
  std::vector<DecodeEntry> decodeTable;
  std::vector<EncodeEntry> encodeTable;
  std::vector<uint16_t> nextStates;
};

Result<std::vector<uint16_t>>
parseFrequencies(unsigned symbols, unsigned tableLog, BitReader &tables) {
  std::vector<uint16_t> table(symbols);
  unsigned begin = tables.read(symbolIndexBits);
  unsigned count = tables.read(symbolCountBits);
  if (count == 0 ? begin != 0 : begin + count > symbols)
    return Error{
        "there are frequencies of symbols that the alphabet does not have"};
  uint32_t sum = 0;
  for (unsigned i = begin; i < begin + count; ++i) {
    unsigned width = tables.read(frequencyWidthBits);
    if (width > 0)
      table[i] = uint16_t(1u << (width - 1) | tables.read(width - 1));
    sum += table[i];
  }
  if (count > 0 && sum != 1u << tableLog)
    return Error{"the frequencies have the sum " + std::to_string(sum) +
                 ", not " + std::to_string(1u << tableLog)};
  if (count > 0 && (table[begin] == 0 || table[begin + count - 1] == 0))
    return Error{"the frequencies begin or end with 0"};
  return table;
}

/// Returns the best frequencies for a table of that size, and their cost.
Frequencies normalize(const SymbolCounts &counts, unsigned tableLog,
                      uint64_t &cost) {
  Frequencies result;
  result.tableLog = tableLog;
  result.symbols = counts.symbols;
  cost = 0;
  for (unsigned condition = 0; condition < counts.conditions; ++condition) {
    Span<const uint64_t> of = counts.of(condition);
    bool isUsed = std::any_of(of.begin(), of.end(),
                              [](uint64_t count) { return count > 0; });
    result.ofCondition.push_back(isUsed
                                     ? normalizeCounts(of, tableLog)
                                     : std::vector<uint16_t>(counts.symbols));
    cost += codedCost(of, result.ofCondition.back(), tableLog);
  }
  return result;
}

/// Returns the logarithm of the smallest table that has a state for every
/// symbol.
unsigned smallestTableLog(const SymbolCounts &counts) {
  size_t most = 1;
  for (unsigned condition = 0; condition < counts.conditions; ++condition) {
    Span<const uint64_t> of = counts.of(condition);
    most = std::max<size_t>(
        most, of.size() - std::count(of.begin(), of.end(), uint64_t(0)));
  }
  return bitWidth(most - 1);
}

} // namespace

/// Trains frequencies and the table size. Larger tables follow the counts more
/// closely, but each lane starts with a state of as many bits. Training tries
/// sizes from the limit downwards and stops at the first one that is not
/// cheaper.
TrainedSymbols trainTansCoder(const SymbolCounts &counts,
                              const SymbolCoderLimits &limits,
                              const std::vector<SymbolRange> &ranges) {
  const unsigned smallest = smallestTableLog(counts);
  Frequencies best;
  uint64_t bestCost = 0;
  const unsigned largest = std::max(smallest, limits.tableLog);
  for (unsigned log = largest;; --log) {
    uint64_t cost = 0;
    Frequencies candidate = normalize(counts, log, cost);
    cost += limits.laneCount * log << costPlaces;
    if (log != largest && cost >= bestCost)
      break;
    best = std::move(candidate);
    bestCost = cost;
    if (log == smallest)
      break;
  }
  // The state of a lane holds its last symbol.
  double symbols = 0;
  for (uint64_t count : counts.counts)
    symbols += double(count);
  const double bits = double(bestCost) / double(uint64_t(1) << costPlaces);
  const double stateBits = double(limits.laneCount) * best.tableLog;
  const double inStates =
      symbols > 0 ? (bits - stateBits) / symbols * double(limits.laneCount) : 0;
  return {std::make_unique<TansCoder>(std::move(best), ranges),
          std::max(bits - inStates, 0.0)};
}

SymbolCoderResult parseTansCoder(unsigned conditions, unsigned symbols,
                                 const std::vector<SymbolRange> &ranges,
                                 BitReader &tables) {
  Frequencies frequencies;
  frequencies.tableLog = tables.read(tableLogBits);
  frequencies.symbols = symbols;
  if (frequencies.tableLog > maxTableLog)
    return Error{"a table of 2^" + std::to_string(frequencies.tableLog) +
                 " states"};
  for (unsigned condition = 0; condition < conditions; ++condition) {
    Result<std::vector<uint16_t>> table =
        parseFrequencies(symbols, frequencies.tableLog, tables);
    if (!table)
      return table.error();
    frequencies.ofCondition.push_back(std::move(*table));
  }
  return std::unique_ptr<SymbolCoder>(
      std::make_unique<TansCoder>(std::move(frequencies), ranges));
}

} // namespace crania::encoding
