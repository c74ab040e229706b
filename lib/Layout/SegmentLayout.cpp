// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Layout/SegmentLayout.h"

#include "PositionCoder.h"
#include "ValueCoder.h"

#include "BlockStreams.h"
#include "ValueWords.h"

#include "crania/Layout/BlockDirectory.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace crania::layout {

namespace {

// Fields of the serialised tables.
constexpr unsigned laneLogBits = 3;

bool isFree(const BlockContext &context, size_t position) {
  return context.occupied.empty() || !context.occupied[position];
}

size_t countFree(const BlockContext &context) {
  if (context.occupied.empty())
    return context.positions;
  return std::count(context.occupied.begin(), context.occupied.end(), 0);
}

/// The presence of free positions, or of all where the coder sees those too.
std::vector<uint8_t> positionBits(const BlockCodes &codes,
                                  const BlockContext &context,
                                  bool seesOccupied) {
  if (seesOccupied || context.occupied.empty())
    return codes.present;
  std::vector<uint8_t> bits;
  bits.reserve(context.positions);
  for (size_t i = 0; i < context.positions; ++i)
    if (isFree(context, i))
      bits.push_back(codes.present[i]);
  return bits;
}

/// What a context lacks for blocks of a segment, or success.
Status checkSegmentContext(std::string_view id, const BlockContext &context) {
  if (Status status = checkContext(id, context); !status)
    return status;
  if (context.positions > maxBlockPositions)
    return codecError(id, "block of " + std::to_string(context.positions) +
                              " positions; there are at most " +
                              std::to_string(maxBlockPositions));
  size_t conditions = context.conditions.size();
  if (conditions != 0 && conditions != context.positions)
    return codecError(id, "conditions of " + std::to_string(conditions) +
                              " positions for a block of " +
                              std::to_string(context.positions));
  return {};
}

class Coder final : public SegmentCoder {
public:
  struct Parts {
    std::unique_ptr<PositionCoder> positions;
    std::unique_ptr<ValueCoder> values;
    unsigned positionLanes, valueLanes, valueBits;
  };

  Coder(std::string_view id, Parts madeOf) : id(id), parts(std::move(madeOf)) {}

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
    if (!checkSegmentContext(id, context) || !areWellFormed(codes, context) ||
        context.valueBits != parts.valueBits)
      return false;
    if (needsConditions() && context.conditions.size() != context.positions)
      return false;
    return parts.positions->supports(bitsOf(codes, context)) &&
           parts.values->supports(codes.values, conditionsOf(codes, context));
  }

  std::vector<uint8_t> encode(const BlockCodes &codes,
                              const BlockContext &context) const override {
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

  SegmentCost cost() const override {
    SegmentCost cost;
    cost.positions = parts.positions->cost();
    cost.positions.lanes =
        parts.positions->hasStreams() ? parts.positionLanes : 0;
    cost.values = parts.values->cost();
    cost.values.lanes = parts.valueLanes;
    return cost;
  }

  using SegmentCoder::decodeCycles;
  uint64_t decodeCycles(size_t positions, size_t present) const override {
    uint64_t perCycle = parts.valueLanes *
                        uint64_t(parts.values->cost().symbolsPerLaneAndCycle);
    uint64_t valueCycles = (present + perCycle - 1) / perCycle;
    uint64_t positionCycles =
        parts.positions->decodeSteps(positions, present, parts.positionLanes);
    return std::max(positionCycles, valueCycles);
  }

  double decodePicojoules(size_t positions, size_t present) const override {
    const SegmentCost charged = cost();
    const double steps =
        double(parts.positions->decodeSteps(positions, present, 1));
    return steps * charged.positions.picojoulesPerStep() +
           double(present) * charged.values.picojoulesPerSymbol();
  }

private:
  bool needsConditions() const { return parts.values->conditions() > 1; }

  std::vector<uint8_t> bitsOf(const BlockCodes &codes,
                              const BlockContext &context) const {
    return positionBits(codes, context, parts.positions->seesOccupied());
  }

  /// The conditions of the present positions, if the tables depend on them.
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
    if (Status status = checkSegmentContext(id, context); !status)
      return status;
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
                     " is held by an earlier cluster already"};
    return {};
  }

  std::string_view id; // of the layout, which outlives it
  Parts parts;
};

bool isLaneCount(unsigned lanes) {
  return lanes > 0 && lanes <= maxLanes && (lanes & (lanes - 1)) == 0;
}

/// Streams that share a byte range need no size between them.
constexpr unsigned streamsPerRange = 2;

class Layout final : public SegmentLayout {
public:
  Layout(std::string name, PositionCoding positions, ValueCoding values)
      : name(std::move(name)), positions(positions), values(values) {}

  std::string_view id() const override { return name; }

  Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks,
        const TrainingOptions &options) const override {
    if (Status status = checkTraining(blocks, options); !status)
      return status.error();
    Coder::Parts parts;
    parts.valueBits = blocks[0].context.valueBits;
    parts.positionLanes = options.positionLanes;
    parts.valueLanes = options.valueLanes;
    if (parts.valueLanes == 0)
      parts.valueLanes =
          positions == PositionCoding::dense ? streamsPerRange : 1;

    auto positionCoder = trainPositions(blocks, options);
    if (!positionCoder)
      return codecError(name, positionCoder.error().message);
    parts.positions = std::move(*positionCoder);
    auto valueCoder = trainValueCoder(
        values, {blocks,
                 parts.valueBits,
                 conditionsOf(blocks),
                 {options.tableLog, blocks.size() * parts.valueLanes}});
    if (!valueCoder)
      return codecError(name, valueCoder.error().message);
    parts.values = std::move(*valueCoder);
    return std::unique_ptr<SegmentCoder>(
        std::make_unique<Coder>(name, std::move(parts)));
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
  Status checkTraining(Span<const BlockView> blocks,
                       const TrainingOptions &options) const {
    if (blocks.empty())
      return codecError(name, "a segment without blocks");
    if (!isLaneCount(options.positionLanes) ||
        (options.valueLanes != 0 && !isLaneCount(options.valueLanes)))
      return codecError(name, "lanes must be a power of two up to " +
                                  std::to_string(maxLanes));
    if (options.tableLog > maxTableLog)
      return codecError(name, "tables have at most 2^" +
                                  std::to_string(maxTableLog) + " states");
    for (const BlockView &block : blocks)
      if (Status status = checkBlock(block, blocks[0].context); !status)
        return status;
    return {};
  }

  Status checkBlock(const BlockView &block, const BlockContext &first) const {
    const BlockContext &context = block.context;
    if (Status status = checkSegmentContext(name, context); !status)
      return status;
    if (context.valueBits != first.valueBits ||
        (context.positions > 0 && first.positions > 0 &&
         context.conditions.empty() != first.conditions.empty()))
      return codecError(name, "the blocks of a segment have words of one size, "
                              "and conditions all or none");
    if (!areWellFormed(*block.codes, context))
      return codecError(name, "codes that do not fit their block");
    for (uint8_t condition : context.conditions)
      if (condition >= maxConditions)
        return codecError(name, "condition " + std::to_string(condition) +
                                    "; they are below " +
                                    std::to_string(maxConditions));
    return {};
  }

  Result<std::unique_ptr<PositionCoder>>
  trainPositions(Span<const BlockView> blocks,
                 const TrainingOptions &options) const {
    PositionSample sample;
    sample.limits = {options.tableLog, blocks.size() * options.positionLanes};
    bool seesOccupied = positions == PositionCoding::bitmap;
    for (const BlockView &block : blocks)
      sample.blocks.push_back(
          positionBits(*block.codes, block.context, seesOccupied));
    return trainPositionCoder(positions, sample);
  }

  static unsigned conditionsOf(Span<const BlockView> blocks) {
    unsigned conditions = 1;
    for (const BlockView &block : blocks)
      for (uint8_t condition : block.context.conditions)
        conditions = std::max(conditions, condition + 1u);
    return conditions;
  }

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

/// A codec as a layout.
class CodecLayout final : public SegmentLayout {
public:
  explicit CodecLayout(const Codec &codec) : codec(codec) {}

  std::string_view id() const override { return codec.id(); }
  bool hasTables() const override { return false; }
  uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const override {
    return codec.minimumBytes(positions, valueBits);
  }

  Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks, const TrainingOptions &) const override {
    if (blocks.empty())
      return codecError(id(), "a segment without blocks");
    for (const BlockView &block : blocks)
      if (!codec.supports(*block.codes, block.context))
        return codecError(id(), "it has no word for some of the codes");
    return coder(blocks[0].context.valueBits);
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
    /// Words are where their number says, so all lanes work on one block.
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

/// The known layouts by id, built in or registered.
class Registry {
public:
  static Registry &instance() {
    static Registry registry;
    return registry;
  }

  const SegmentLayout *find(std::string_view id) {
    std::lock_guard<std::mutex> lock(mutex);
    auto it = layouts.find(id);
    return it == layouts.end() ? nullptr : it->second;
  }

  bool add(const SegmentLayout &layout) {
    std::lock_guard<std::mutex> lock(mutex);
    return layouts.emplace(layout.id(), &layout).second;
  }

  std::vector<std::string> ids() {
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<std::string> result;
    result.reserve(layouts.size());
    for (const auto &entry : layouts)
      result.push_back(entry.first);
    return result;
  }

private:
  Registry() {
    for (const std::string &id : codecIds()) {
      builtIn.push_back(makeSegmentLayout(*findCodec(id)));
      layouts.emplace(id, builtIn.back().get());
    }
    for (const PositionName &positions : positionNames)
      for (const ValueName &values : valueNames) {
        std::string id = std::string(positions.name) + "+" + values.name;
        builtIn.push_back(
            std::make_unique<Layout>(id, positions.coding, values.coding));
        layouts.emplace(id, builtIn.back().get());
      }
  }

  std::mutex mutex;
  std::vector<std::unique_ptr<SegmentLayout>> builtIn;
  std::map<std::string, const SegmentLayout *, std::less<>> layouts;
};

} // namespace

uint64_t SegmentCoder::decodeCycles(size_t positions, size_t present,
                                    const DecoderShape &shape) const {
  auto divideUp = [](uint64_t value, uint64_t by) {
    return (value + by - 1) / by;
  };
  return std::max(divideUp(decodeCycles(positions, present), shape.blocks),
                  divideUp(present, shape.wordsPerCycle));
}

uint64_t SegmentLayout::minimumBytes(uint64_t positions, unsigned) const {
  return positions / maxPositionsPerByte +
         (positions % maxPositionsPerByte != 0);
}

std::unique_ptr<SegmentLayout> makeSegmentLayout(const Codec &codec) {
  return std::make_unique<CodecLayout>(codec);
}

const SegmentLayout *findSegmentLayout(std::string_view id) {
  return Registry::instance().find(id);
}

bool registerSegmentLayout(const SegmentLayout &layout) {
  return Registry::instance().add(layout);
}

std::vector<std::string> segmentLayoutIds() {
  return Registry::instance().ids();
}

Result<EncodedSegment> encodeSegment(const SegmentLayout &layout,
                                     Span<const BlockView> blocks,
                                     const TrainingOptions &options) {
  Result<std::unique_ptr<SegmentCoder>> coder = layout.train(blocks, options);
  if (!coder)
    return coder.error();
  EncodedSegment segment;
  segment.coder = std::move(*coder);
  segment.tables = segment.coder->tables();
  for (const BlockView &block : blocks) {
    std::vector<uint8_t> bytes =
        segment.coder->encode(*block.codes, block.context);
    segment.blockSizes.push_back(uint32_t(bytes.size()));
    segment.blocks.insert(segment.blocks.end(), bytes.begin(), bytes.end());
  }
  if (layout.hasTables())
    segment.directory = encodeDirectory(segment.blockSizes);
  return segment;
}

} // namespace crania::layout
