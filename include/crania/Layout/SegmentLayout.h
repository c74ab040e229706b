// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SEGMENTLAYOUT_H
#define CRANIA_LAYOUT_SEGMENTLAYOUT_H

#include "crania/Layout/Codec.h"
#include "crania/Layout/DecoderCost.h"
#include "crania/Layout/SegmentStatistics.h"

#include <memory>

namespace crania::layout {

/// Positions of a block at most: what a decoder allocates is bounded by it.
constexpr size_t maxBlockPositions = 65536;
/// Free positions that one byte of a block can stand for at most, so that sizes
/// that a file declares stay in proportion to the bytes that it has.
constexpr size_t maxPositionsPerByte = 512;
/// Values of `BlockContext::conditions` are below this.
constexpr unsigned maxConditions = 64;
/// Streams of a kind in one block.
constexpr unsigned maxLanes = 16;
/// States of a tANS decoder, as a logarithm: at most, and without a reason for
/// more.
constexpr unsigned maxTableLog = 14;
constexpr unsigned defaultTableLog = 12;
/// Extra bits that tell the words of a symbol apart: it has 256 at most.
constexpr unsigned maxExtraBits = 8;

/// One block of a segment as an encoder sees it.
struct BlockView {
  const BlockCodes *codes;
  BlockContext context;
};

/// What the hardware allows; the rest of a layout's parameters follow from the
/// codes.
struct TrainingOptions {
  /// Streams of values per block, a power of two. 0 takes the default: as many
  /// as share one byte range with the positions (see docs/Layouts.md).
  unsigned valueLanes = 0;
  /// Streams of positions per block, a power of two; dense layouts have none.
  unsigned positionLanes = 1;
  /// Logarithm of the largest tANS table. Skewed values with many symbols gain
  /// from more than the default.
  unsigned tableLog = defaultTableLog;
  /// Sets of tables of values at most: conditions beyond that share those of
  /// others that are most alike.
  unsigned mostTables = maxConditions;
  /// Extra bits of a symbol of values at most, by which one symbol stands for
  /// several words: they save table entries, but a lane has to have them. With
  /// 0, all symbols leave the same low bits uncoded.
  unsigned mostExtraBits = maxExtraBits;
};

/// What a machine has for decoding.
struct DecoderShape {
  /// Value words that leave the decoder per cycle.
  unsigned wordsPerCycle = 1;
  /// Coded blocks that are decoded at once, each in lanes of its own.
  unsigned blocks = 1;
};

/// A layout with the tables of one segment: encodes and decodes its blocks,
/// each on its own. Immutable, so threads may share it.
class SegmentCoder {
public:
  virtual ~SegmentCoder() = default;

  /// What a decoder loads once per segment; `SegmentLayout::parse` reads it.
  virtual std::vector<uint8_t> tables() const = 0;

  /// Whether the tables have words for the codes; true for every block they
  /// were trained on.
  virtual bool supports(const BlockCodes &codes,
                        const BlockContext &context) const = 0;

  /// Encodes codes that it supports to whole bytes.
  virtual std::vector<uint8_t> encode(const BlockCodes &codes,
                                      const BlockContext &context) const = 0;

  /// Bytes that `encode` would return.
  virtual size_t encodedBytes(const BlockCodes &codes,
                              const BlockContext &context) const {
    return encode(codes, context).size();
  }

  /// Decodes exactly `bytes`. Any bytes that `encode` could not have produced
  /// are an error.
  virtual Result<BlockCodes> decode(Span<const uint8_t> bytes,
                                    const BlockContext &context) const = 0;

  /// As `Codec::minimumBytes`.
  virtual uint64_t minimumBytes(uint64_t positions) const = 0;

  virtual SegmentCost cost() const = 0;

  /// Cycles in which the lanes of `cost` decode a block.
  virtual uint64_t decodeCycles(size_t positions,
                                size_t presentValues) const = 0;

  /// Cycles that a block takes of a machine which decodes several at once.
  virtual uint64_t decodeCycles(size_t positions, size_t presentValues,
                                const DecoderShape &shape) const;

  /// Energy of decoding a block, pJ at 45 nm, without reading its bytes and
  /// writing its values.
  virtual double decodePicojoules(size_t positions,
                                  size_t presentValues) const = 0;
};

/// What training on counts gives.
struct TrainedSegment {
  std::unique_ptr<SegmentCoder> coder;
  /// Estimated: with tables, directory, lanes and padding.
  double bytes = 0;
  double largestBlock = 0;
};

/// A kind of layout: makes the tables of a segment from its codes, or reads
/// them again.
class SegmentLayout {
public:
  virtual ~SegmentLayout() = default;

  /// The name under which binaries refer to it, e.g. "golomb+tans".
  virtual std::string_view id() const = 0;

  /// Whether a segment begins with tables and a directory of its blocks. If
  /// not, the bytes of a block say where it ends.
  virtual bool hasTables() const { return true; }

  /// Bytes of blocks that code so many positions, none of them occupied, at
  /// least. A reader compares it with the bytes that are there before it
  /// allocates anything for the positions, so it must grow with them.
  virtual uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const;

  /// Tables for all blocks of a segment, which have words of one size. An error
  /// says what the layout cannot express.
  virtual Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks, const TrainingOptions &options) const = 0;

  /// Whether counts are enough to train on.
  virtual bool trainsOnCounts() const { return false; }
  virtual CountedParts countedParts() const { return {}; }

  /// The same tables from what was counted of all blocks. Only if
  /// `trainsOnCounts`.
  virtual Result<TrainedSegment> train(const SegmentStatistics &statistics,
                                       const TrainingOptions &options) const;

  /// Reads exactly the bytes of tables; `valueBits` as in BlockContext.
  virtual Result<std::unique_ptr<SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const = 0;
};

/// A layout without tables: the codec's bytes are the segment.
/// The codec must live as long as the layout.
std::unique_ptr<SegmentLayout> makeSegmentLayout(const Codec &codec);

/// The layout of that id, or null. Built-in ones are the codecs (Codec.h), and
/// "POSITIONS+VALUES" with positions dense, bitmap, conditional, runs, golomb
/// and values raw, delta, codebook, packed, huffman, tans. A downstream project
/// adds its own.
const SegmentLayout *findSegmentLayout(std::string_view id);

/// Makes `layout` known under its id; it must live as long as the process.
/// Returns false and changes nothing if the id is taken. Thread-safe.
bool registerSegmentLayout(const SegmentLayout &layout);

/// Ids of all known layouts, sorted.
std::vector<std::string> segmentLayoutIds();

/// A segment as it lies in the weight image.
/// Tables, directory and blocks follow each other.
struct EncodedSegment {
  std::vector<uint8_t> tables;
  std::vector<uint8_t> directory; // see BlockDirectory.h
  std::vector<uint8_t> blocks;    // one after the other
  std::vector<uint32_t> blockSizes;
  std::shared_ptr<const SegmentCoder> coder;

  /// Bytes before the first block.
  size_t headBytes() const { return tables.size() + directory.size(); }
  size_t bytes() const { return headBytes() + blocks.size(); }
};

/// Encodes the blocks of a segment one after the other.
class SegmentEncoder {
public:
  SegmentEncoder(const SegmentLayout &layout,
                 std::shared_ptr<const SegmentCoder> coder);

  /// The bytes of the next block. An error says that the layout has no words
  /// for its codes.
  Result<std::vector<uint8_t>> encode(const BlockView &block);
  /// As that, but only counts them.
  Status skip(const BlockView &block);

  const std::vector<uint8_t> &tables() const { return coderTables; }
  /// Of the blocks so far.
  std::vector<uint8_t> directory() const;
  const std::vector<uint32_t> &blockSizes() const { return sizes; }
  /// Of the blocks so far, with tables and directory.
  uint64_t bytes() const;

private:
  Status check(const BlockView &block) const;

  const SegmentLayout &layout;
  std::shared_ptr<const SegmentCoder> coder;
  std::vector<uint8_t> coderTables;
  std::vector<uint32_t> sizes;
  uint64_t blockBytes = 0;
};

/// Trains tables and encodes all blocks with them.
Result<EncodedSegment> encodeSegment(const SegmentLayout &layout,
                                     Span<const BlockView> blocks,
                                     const TrainingOptions &options);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SEGMENTLAYOUT_H
