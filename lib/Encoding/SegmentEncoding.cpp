// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/SegmentEncoding.h"

#include "Coders/PositionCoder.h"
#include "Coders/TrainedCoders.h"
#include "Coders/ValueCoder.h"

#include "BlockStreams.h"
#include "Coders/ValueWords.h"

#include "crania/Encoding/BlockDirectory.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>

namespace crania::encoding {

namespace {

// The width in bits of the logarithms of lanes in the serialized tables.
constexpr unsigned laneLogBits = 3;

bool isFree(const BlockContext &context, size_t position) {
  return context.occupied.empty() || !context.occupied[position];
}

size_t countFree(const BlockContext &context) {
  if (context.occupied.empty())
    return context.positions;
  return std::count(context.occupied.begin(), context.occupied.end(), 0);
}

/// Returns the presence of free positions, or of all positions if the coder
/// also sees occupied ones.
std::vector<uint8_t> positionBits(const BlockCodes &codes,
                                  const BlockContext &context,
                                  bool seesOccupied) {
  if (seesOccupied || context.occupied.empty())
    return codes.present;
  return freeBits(codes.present, context.occupied);
}

class Coder final : public SegmentCoder {
public:
  struct Parts {
    std::shared_ptr<const PositionCoder> positions;
    std::shared_ptr<const ValueCoder> values;
    unsigned positionLanes, valueLanes, valueBits;
  };

  Coder(std::string_view id, Parts madeOf)
      : id(id), parts(std::move(madeOf)), charged(costOf(parts)),
        positionsPicojoules(charged.positions.picojoulesPerStep()),
        valuesPicojoules(charged.values.picojoulesPerSymbol()) {}

  std::vector<uint8_t> tables() const override {
    BitWriter writer;
    if (parts.positions->hasStreams())
      writer.write(bitWidth(parts.positionLanes) - 1, laneLogBits);
    writer.write(bitWidth(parts.valueLanes) - 1, laneLogBits);
    parts.positions->writeTables(writer);
    parts.values->writeTables(writer);
    return writer.finish();
  }

  bool supports(const BlockCodes &codes,
                const BlockContext &context) const override {
    if (!checkSegmentContext(context) || !areWellFormed(codes, context) ||
        context.valueBits != parts.valueBits)
      return false;
    if (needsConditions() && context.conditions.size() != context.positions)
      return false;
    return parts.positions->supports(bitsOf(codes, context)) &&
           parts.values->supports(codes.values, conditionsOf(codes, context));
  }

  std::vector<uint8_t> encode(const BlockCodes &codes,
                              const BlockContext &context) const override {
    assert(supports(codes, context) &&
           "the tables have no words for the codes");
    std::vector<std::vector<uint8_t>> streams;
    if (parts.positions->hasStreams())
      streams =
          parts.positions->encode(bitsOf(codes, context), parts.positionLanes);
    for (std::vector<uint8_t> &stream : parts.values->encode(
             codes.values, conditionsOf(codes, context), parts.valueLanes))
      streams.push_back(std::move(stream));
    return joinStreams(streams, minimumBytes(countFree(context)));
  }

  Result<BlockCodes> decode(Span<const uint8_t> bytes,
                            const BlockContext &context) const override {
    if (Status status = checkDecoding(context); !status)
      return status.error();
    unsigned positionLanes =
        parts.positions->hasStreams() ? parts.positionLanes : 0;
    Result<BlockStreams> streams =
        BlockStreams::split(bytes, positionLanes + parts.valueLanes);
    if (!streams)
      return codecError(id, streams.error().message);

    BlockCodes codes;
    Status status =
        decodePositions(streams->readers(0, positionLanes), context, codes);
    if (!status)
      return codecError(id, status.error().message);
    size_t count =
        std::count(codes.present.begin(), codes.present.end(), uint8_t(1));
    codes.values.resize(count);
    status =
        parts.values->decode(streams->readers(positionLanes, parts.valueLanes),
                             conditionsOf(codes, context), codes.values);
    if (status)
      status = streams->finish(minimumBytes(countFree(context)));
    if (!status)
      return codecError(id, status.error().message);
    return codes;
  }

  uint64_t minimumBytes(uint64_t positions) const override {
    return positions / maxPositionsPerByte +
           (positions % maxPositionsPerByte != 0);
  }

  SegmentCost cost() const override { return charged; }

  using SegmentCoder::decodeCycles;
  uint64_t decodeCycles(size_t positions, size_t present) const override {
    assert(present <= positions && "more values than positions");
    uint64_t perCycle =
        parts.valueLanes * uint64_t(charged.values.symbolsPerLaneAndCycle);
    uint64_t valueCycles = (present + perCycle - 1) / perCycle;
    uint64_t positionCycles =
        parts.positions->decodeSteps(positions, present, parts.positionLanes);
    return std::max(positionCycles, valueCycles);
  }

  double decodePicojoules(size_t positions, size_t present) const override {
    assert(present <= positions && "more values than positions");
    const double steps =
        double(parts.positions->decodeSteps(positions, present, 1));
    return steps * positionsPicojoules + double(present) * valuesPicojoules;
  }

private:
  static SegmentCost costOf(const Parts &parts) {
    SegmentCost cost;
    cost.positions = parts.positions->cost();
    cost.positions.lanes =
        parts.positions->hasStreams() ? parts.positionLanes : 0;
    cost.values = parts.values->cost();
    cost.values.lanes = parts.valueLanes;
    return cost;
  }

  bool needsConditions() const { return parts.values->conditions() > 1; }

  std::vector<uint8_t> bitsOf(const BlockCodes &codes,
                              const BlockContext &context) const {
    return positionBits(codes, context, parts.positions->seesOccupied());
  }

  /// Returns the conditions of the present positions if the tables depend on
  /// conditions.
  std::vector<uint8_t> conditionsOf(const BlockCodes &codes,
                                    const BlockContext &context) const {
    std::vector<uint8_t> conditions;
    if (!needsConditions())
      return conditions;
    for (size_t i = 0; i < context.positions; ++i)
      if (codes.present[i])
        conditions.push_back(context.conditions[i]);
    return conditions;
  }

  Status checkDecoding(const BlockContext &context) const {
    if (Status status = checkSegmentContext(context); !status)
      return codecError(id, status.error().message);
    if (context.valueBits != parts.valueBits)
      return codecError(id, "words of " + std::to_string(context.valueBits) +
                                " bits with tables for " +
                                std::to_string(parts.valueBits));
    if (needsConditions() && context.conditions.size() != context.positions)
      return codecError(id, "the tables depend on conditions, and the block "
                            "comes without");
    return {};
  }

  Status decodePositions(Span<BitReader> lanes, const BlockContext &context,
                         BlockCodes &codes) const {
    codes.present.assign(context.positions, 0);
    if (context.occupied.empty())
      return parts.positions->decode(lanes, codes.present);
    if (parts.positions->seesOccupied())
      return decodeAllPositions(lanes, context, codes);
    std::vector<uint8_t> bits(countFree(context));
    if (Status status = parts.positions->decode(lanes, bits); !status)
      return status;
    for (size_t i = 0, next = 0; i < context.positions; ++i)
      if (isFree(context, i))
        codes.present[i] = bits[next++];
    return {};
  }

  Status decodeAllPositions(Span<BitReader> lanes, const BlockContext &context,
                            BlockCodes &codes) const {
    if (Status status = parts.positions->decode(lanes, codes.present); !status)
      return status;
    for (size_t i = 0; i < context.positions; ++i)
      if (codes.present[i] && !isFree(context, i))
        return Error{"position " + std::to_string(i) +
                     " is already held by an earlier cluster"};
    return {};
  }

  std::string_view id; // of the encoding, which outlives the coder
  Parts parts;
  SegmentCost charged;
  double positionsPicojoules, valuesPicojoules; // per step of positions, and
                                                // per symbol of values
};

bool isLaneCount(unsigned lanes) {
  return lanes > 0 && lanes <= maxLanes && (lanes & (lanes - 1)) == 0;
}

/// The number of streams in a byte range, which need no size between them.
constexpr unsigned streamsPerRange = 2;

class Encoding final : public SegmentEncoding {
public:
  Encoding(std::string name, PositionCoding positions, ValueCoding values)
      : name(std::move(name)), positions(positions), values(values) {}

  std::string_view id() const override { return name; }

  Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks,
        const TrainingOptions &options) const override {
    SegmentStatistics statistics(countedParts());
    for (const BlockView &block : blocks)
      if (Status status = statistics.add(block); !status)
        return codecError(name, status.error().message);
    Result<TrainedSegment> trained = train(statistics, options);
    if (!trained)
      return trained.error();
    return std::move(trained->coder);
  }

  bool trainsOnCounts() const override { return true; }
  CountedParts countedParts() const override {
    return {positions != PositionCoding::dense &&
                positions != PositionCoding::bitmap,
            values != ValueCoding::raw && values != ValueCoding::delta,
            values == ValueCoding::delta};
  }

  Result<TrainedSegment> train(const SegmentStatistics &statistics,
                               const TrainingOptions &options) const override {
    if (Status status = checkTraining(statistics, options); !status)
      return status.error();
    const size_t blocks = statistics.blocks().size();
    Coder::Parts parts;
    parts.valueBits = statistics.valueBits();
    parts.positionLanes = options.positionLanes;
    parts.valueLanes = options.valueLanes;
    if (parts.valueLanes == 0)
      parts.valueLanes =
          positions == PositionCoding::dense ? streamsPerRange : 1;

    TrainedCoders &coders = statistics.coders();
    const Result<TrainedPositions> &ofPositions = coders.positions(
        positions, {statistics.positionCounts(),
                    statistics.positions(),
                    {options.tableLog, blocks * parts.positionLanes}});
    if (!ofPositions)
      return codecError(name, ofPositions.error().message);
    parts.positions = ofPositions->coder;
    const Result<TrainedValues> &ofValues =
        coders.values(values, {statistics.wordCounts(),
                               statistics.values(),
                               parts.valueBits,
                               {options.tableLog, blocks * parts.valueLanes,
                                options.mostTables, options.mostExtraBits}});
    if (!ofValues)
      return codecError(name, ofValues.error().message);
    parts.values = ofValues->coder;
    TrainedSegment trained;
    estimate(statistics, parts, ofPositions->bits + ofValues->bits, trained);
    trained.coder = std::make_unique<Coder>(name, std::move(parts));
    trained.bytes += double(trained.coder->tables().size());
    return trained;
  }

  Result<std::unique_ptr<SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const override {
    BlockContext words;
    words.valueBits = valueBits;
    if (Status status = checkContext(name, words); !status)
      return status.error();
    std::vector<uint8_t> padded = paddedCopy(tables);
    BitReader reader(padded.data(), tables.size());
    Result<Coder::Parts> parts = parseParts(reader, valueBits);
    if (!parts)
      return codecError(name, "tables: " + parts.error().message);
    if (reader.overran() || reader.consumedBytes() != tables.size() ||
        !reader.endsInZeros())
      return codecError(name, "tables of " + std::to_string(tables.size()) +
                                  " bytes do not end where their contents do");
    return std::unique_ptr<SegmentCoder>(
        std::make_unique<Coder>(name, std::move(*parts)));
  }

private:
  Status checkTraining(const SegmentStatistics &statistics,
                       const TrainingOptions &options) const {
    if (statistics.blocks().empty())
      return codecError(name, "the segment has no blocks");
    if (!isLaneCount(options.positionLanes) ||
        (options.valueLanes != 0 && !isLaneCount(options.valueLanes)))
      return codecError(name,
                        "the number of lanes must be a power of two up to " +
                            std::to_string(maxLanes));
    if (options.mostTables == 0 || options.mostTables > maxConditions)
      return codecError(name,
                        "the number of sets of tables must be from 1 to " +
                            std::to_string(maxConditions));
    if (options.mostExtraBits > maxExtraBits)
      return codecError(name, "a symbol has at most " +
                                  std::to_string(maxExtraBits) + " extra bits");
    if (options.tableLog > maxTableLog)
      return codecError(name, "tables have at most 2^" +
                                  std::to_string(maxTableLog) + " states");
    return {};
  }

  /// Estimates the bytes of blocks and directory if the streams have `bits`
  /// bits in total. Each stream has half a byte of padding on average. The
  /// sizes of ranges take one or two bytes, and an entry of the directory has
  /// as many bits as the spread of block sizes needs.
  void estimate(const SegmentStatistics &statistics, const Coder::Parts &parts,
                double bits, TrainedSegment &into) const {
    constexpr double paddingBits = 3.5, sizeBits = 12, entryBits = 8,
                     directoryBits = 38;
    const double blocks = double(statistics.blocks().size());
    const unsigned streams =
        parts.valueLanes +
        (parts.positions->hasStreams() ? parts.positionLanes : 0);
    const unsigned ranges = (streams + 1) / streamsPerRange;
    const double perBlock = streams * paddingBits + (ranges - 1) * sizeBits;
    double least = 0;
    uint64_t largest = 1;
    for (const SegmentStatistics::Block &block : statistics.blocks()) {
      least += double(block.free) / maxPositionsPerByte;
      largest = std::max<uint64_t>(largest, block.values);
    }
    const double blockBytes =
        std::max((bits + blocks * perBlock) / bitsPerByte, least);
    into.bytes =
        blockBytes + (directoryBits + blocks * entryBits) / bitsPerByte;
    const double values = std::max(double(statistics.values()), 1.0);
    into.largestBlock =
        std::max(blockBytes * double(largest) / values, blockBytes / blocks);
  }
  static constexpr double bitsPerByte = 8;

  Result<Coder::Parts> parseParts(BitReader &reader, unsigned valueBits) const {
    Coder::Parts parts;
    parts.valueBits = valueBits;
    parts.positionLanes = 1;
    if (positions != PositionCoding::dense)
      parts.positionLanes = 1u << reader.read(laneLogBits);
    parts.valueLanes = 1u << reader.read(laneLogBits);
    if (!isLaneCount(parts.positionLanes) || !isLaneCount(parts.valueLanes))
      return Error{"more than " + std::to_string(maxLanes) + " lanes"};
    auto positionCoder = parsePositionCoder(positions, reader);
    if (!positionCoder)
      return positionCoder.error();
    auto valueCoder = parseValueCoder(values, valueBits, reader);
    if (!valueCoder)
      return valueCoder.error();
    parts.positions = std::move(*positionCoder);
    parts.values = std::move(*valueCoder);
    return parts;
  }

  std::string name;
  PositionCoding positions;
  ValueCoding values;
};

/// An encoding that uses a codec.
class CodecEncoding final : public SegmentEncoding {
public:
  explicit CodecEncoding(const Codec &codec) : codec(codec) {}

  std::string_view id() const override { return codec.id(); }
  bool hasTables() const override { return false; }
  uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const override {
    return codec.minimumBytes(positions, valueBits);
  }

  Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks, const TrainingOptions &) const override {
    if (blocks.empty())
      return codecError(id(), "the segment has no blocks");
    for (const BlockView &block : blocks)
      if (!codec.supports(*block.codes, block.context))
        return codecError(id(),
                          "the encoding has no word for some of the codes");
    return coder(blocks[0].context.valueBits);
  }

  CountedParts countedParts() const override { return {false, false, false}; }
  bool trainsOnCounts() const override {
    constexpr unsigned anyBits = 8;
    return codec.countedBytes(1, 1, 1, anyBits).has_value();
  }

  Result<TrainedSegment> train(const SegmentStatistics &statistics,
                               const TrainingOptions &) const override {
    if (statistics.blocks().empty())
      return codecError(id(), "the segment has no blocks");
    TrainedSegment trained;
    for (const SegmentStatistics::Block &block : statistics.blocks()) {
      std::optional<uint64_t> bytes = codec.countedBytes(
          block.positions, block.free, block.values, statistics.valueBits());
      if (!bytes)
        return codecError(id(),
                          "the encoding has no word for some of the codes");
      trained.bytes += double(*bytes);
      trained.largestBlock = std::max(trained.largestBlock, double(*bytes));
    }
    trained.coder = coder(statistics.valueBits());
    return trained;
  }

  Result<std::unique_ptr<SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const override {
    if (!tables.empty())
      return codecError(id(), "tables of " + std::to_string(tables.size()) +
                                  " bytes, but it has none");
    return coder(valueBits);
  }

private:
  class Coder final : public SegmentCoder {
  public:
    Coder(const Codec &codec, unsigned valueBits)
        : codec(codec), valueBits(valueBits) {}

    std::vector<uint8_t> tables() const override { return {}; }
    bool supports(const BlockCodes &codes,
                  const BlockContext &context) const override {
      return context.valueBits == valueBits && codec.supports(codes, context);
    }
    std::vector<uint8_t> encode(const BlockCodes &codes,
                                const BlockContext &context) const override {
      return codec.encode(codes, context);
    }
    size_t encodedBytes(const BlockCodes &codes,
                        const BlockContext &context) const override {
      return codec.encodedBytes(codes, context);
    }
    Result<BlockCodes> decode(Span<const uint8_t> bytes,
                              const BlockContext &context) const override {
      return codec.decode(bytes, context);
    }
    uint64_t minimumBytes(uint64_t positions) const override {
      return codec.minimumBytes(positions, valueBits);
    }
    SegmentCost cost() const override {
      SegmentCost cost;
      cost.isPlain = true;
      return cost;
    }
    uint64_t decodeCycles(size_t positions, size_t present) const override {
      return codec.decodeCycles(positions, present, 1);
    }
    /// The index of a word is its address, so all lanes work on one block.
    uint64_t decodeCycles(size_t positions, size_t present,
                          const DecoderShape &shape) const override {
      return codec.decodeCycles(positions, present, shape.wordsPerCycle);
    }
    double decodePicojoules(size_t, size_t) const override { return 0; }

  private:
    const Codec &codec;
    unsigned valueBits;
  };

  std::unique_ptr<SegmentCoder> coder(unsigned valueBits) const {
    return std::make_unique<Coder>(codec, valueBits);
  }

  const Codec &codec;
};

struct PositionName {
  const char *name;
  PositionCoding coding;
};
constexpr PositionName positionNames[] = {
    {"dense", PositionCoding::dense},
    {"bitmap", PositionCoding::bitmap},
    {"conditional", PositionCoding::conditional},
    {"runs", PositionCoding::runs},
    {"golomb", PositionCoding::golomb},
};

struct ValueName {
  const char *name;
  ValueCoding coding;
};
constexpr ValueName valueNames[] = {
    {"raw", ValueCoding::raw},           {"delta", ValueCoding::delta},
    {"codebook", ValueCoding::codebook}, {"packed", ValueCoding::packed},
    {"huffman", ValueCoding::huffman},   {"tans", ValueCoding::tans},
};

/// The encodings by id, built in or registered.
class Registry {
public:
  static Registry &instance() {
    static Registry registry;
    return registry;
  }

  const SegmentEncoding *find(std::string_view id) {
    std::lock_guard<std::mutex> lock(mutex);
    auto it = encodings.find(id);
    return it == encodings.end() ? nullptr : it->second;
  }

  bool add(const SegmentEncoding &encoding) {
    std::lock_guard<std::mutex> lock(mutex);
    return encodings.emplace(encoding.id(), &encoding).second;
  }

  std::vector<std::string> ids() {
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<std::string> result;
    result.reserve(encodings.size());
    for (const auto &entry : encodings)
      result.push_back(entry.first);
    return result;
  }

private:
  Registry() {
    for (const std::string &id : codecIds()) {
      builtIn.push_back(makeSegmentEncoding(*findCodec(id)));
      encodings.emplace(id, builtIn.back().get());
    }
    for (const PositionName &positions : positionNames)
      for (const ValueName &values : valueNames) {
        std::string id = std::string(positions.name) + "+" + values.name;
        builtIn.push_back(
            std::make_unique<Encoding>(id, positions.coding, values.coding));
        encodings.emplace(id, builtIn.back().get());
      }
  }

  std::mutex mutex;
  std::vector<std::unique_ptr<SegmentEncoding>> builtIn;
  std::map<std::string, const SegmentEncoding *, std::less<>> encodings;
};

} // namespace

uint64_t SegmentCoder::decodeCycles(size_t positions, size_t present,
                                    const DecoderShape &shape) const {
  assert(shape.blocks > 0 && shape.wordsPerCycle > 0 &&
         "the decoder has no lanes");
  auto divideUp = [](uint64_t value, uint64_t by) {
    return (value + by - 1) / by;
  };
  return std::max(divideUp(decodeCycles(positions, present), shape.blocks),
                  divideUp(present, shape.wordsPerCycle));
}

uint64_t SegmentEncoding::minimumBytes(uint64_t positions, unsigned) const {
  return positions / maxPositionsPerByte +
         (positions % maxPositionsPerByte != 0);
}

std::unique_ptr<SegmentEncoding> makeSegmentEncoding(const Codec &codec) {
  return std::make_unique<CodecEncoding>(codec);
}

const SegmentEncoding *findSegmentEncoding(std::string_view id) {
  return Registry::instance().find(id);
}

bool registerSegmentEncoding(const SegmentEncoding &encoding) {
  return Registry::instance().add(encoding);
}

std::vector<std::string> segmentEncodingIds() {
  return Registry::instance().ids();
}

Result<EncodedSegment> encodeSegment(const SegmentEncoding &encoding,
                                     Span<const BlockView> blocks,
                                     const TrainingOptions &options) {
  Result<std::unique_ptr<SegmentCoder>> coder = encoding.train(blocks, options);
  if (!coder)
    return coder.error();
  EncodedSegment segment;
  segment.coder = std::move(*coder);
  SegmentEncoder encoder(encoding, segment.coder);
  for (const BlockView &block : blocks) {
    Result<std::vector<uint8_t>> bytes = encoder.encode(block);
    if (!bytes)
      return bytes.error();
    segment.blocks.insert(segment.blocks.end(), bytes->begin(), bytes->end());
  }
  segment.tables = encoder.tables();
  segment.directory = encoder.directory();
  segment.blockSizes = encoder.blockSizes();
  return segment;
}

SegmentEncoder::SegmentEncoder(const SegmentEncoding &encoding,
                               std::shared_ptr<const SegmentCoder> coder)
    : encoding(encoding), coder(std::move(coder)),
      coderTables(this->coder->tables()) {}

/// Tables are trained on all blocks, so their words cover all of them. An
/// encoding without tables may lack words for a block.
Status SegmentEncoder::check(const BlockView &block) const {
  if (encoding.hasTables() || coder->supports(*block.codes, block.context))
    return {};
  return codecError(encoding.id(),
                    "the encoding has no word for some of the codes");
}

Result<std::vector<uint8_t>> SegmentEncoder::encode(const BlockView &block) {
  if (Status status = check(block); !status)
    return status.error();
  std::vector<uint8_t> bytes = coder->encode(*block.codes, block.context);
  sizes.push_back(uint32_t(bytes.size()));
  blockBytes += bytes.size();
  return bytes;
}

Status SegmentEncoder::skip(const BlockView &block) {
  if (Status status = check(block); !status)
    return status;
  sizes.push_back(uint32_t(coder->encodedBytes(*block.codes, block.context)));
  blockBytes += sizes.back();
  return {};
}

std::vector<uint8_t> SegmentEncoder::directory() const {
  return encoding.hasTables() ? encodeDirectory(sizes) : std::vector<uint8_t>();
}

uint64_t SegmentEncoder::bytes() const {
  return coderTables.size() + directory().size() + blockBytes;
}

Result<TrainedSegment> SegmentEncoding::train(const SegmentStatistics &,
                                              const TrainingOptions &) const {
  return codecError(id(), "it is trained on the blocks themselves");
}

} // namespace crania::encoding
