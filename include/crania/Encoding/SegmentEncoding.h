// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_SEGMENTENCODING_H
#define CRANIA_ENCODING_SEGMENTENCODING_H

#include "crania/Encoding/Codec.h"
#include "crania/Encoding/DecoderCost.h"
#include "crania/Encoding/SegmentStatistics.h"

#include <memory>

namespace crania::encoding {

/// The most positions of a block. It bounds what a decoder allocates.
constexpr size_t maxBlockPositions = 65536;
/// The most free positions that one byte of a block can stand for. It keeps the
/// sizes that a file declares in proportion to the bytes that the file has.
constexpr size_t maxPositionsPerByte = 512;
/// An upper bound, exclusive, on the values of `BlockContext::conditions`.
constexpr unsigned maxConditions = 64;
/// The most streams of one kind in one block.
constexpr unsigned maxLanes = 16;
/// The logarithm of the number of states of a tANS decoder: the largest one,
/// and the default.
constexpr unsigned maxTableLog = 14;
constexpr unsigned defaultTableLog = 12;
/// The most extra bits that tell the words of a symbol apart. A symbol has at
/// most 2^8 = 256 words.
constexpr unsigned maxExtraBits = 8;

/// One block of a segment as an encoder sees it.
struct BlockView {
  const BlockCodes *codes;
  BlockContext context;
};

/// The limits that the hardware sets. The other parameters of an encoding
/// follow from the codes.
struct TrainingOptions {
  /// Streams of values per block, a power of two. 0 selects the default: as
  /// many as share one byte range with the positions (see docs/Encodings.md).
  unsigned valueLanes = 0;
  /// Streams of positions per block, a power of two. Dense encodings ignore it.
  unsigned positionLanes = 1;
  /// Logarithm of the largest tANS table. Skewed values with many symbols gain
  /// from a larger one than the default.
  unsigned tableLog = defaultTableLog;
  /// The most sets of tables of values. Further conditions share the tables of
  /// the conditions that are most like them.
  unsigned mostTables = maxConditions;
  /// The most extra bits of a symbol of values. With extra bits, one symbol
  /// stands for several words. They save table entries, but a lane needs
  /// hardware for them. With 0, all symbols leave the same low bits uncoded.
  unsigned mostExtraBits = maxExtraBits;
};

/// The decoder of a machine.
struct DecoderShape {
  /// Value words that leave the decoder per cycle.
  unsigned wordsPerCycle = 1;
  /// Coded blocks that are decoded at once, each in its own lanes.
  unsigned blocks = 1;
};

/// An encoding with the tables of one segment. It encodes and decodes the
/// blocks of the segment, each on its own. It is immutable, so threads may
/// share it.
class SegmentCoder {
public:
  virtual ~SegmentCoder() = default;

  /// Returns the tables, which a decoder loads once per segment.
  /// `SegmentEncoding::parse` reads them.
  virtual std::vector<uint8_t> tables() const = 0;

  /// Returns true if the tables have words for the codes. This holds for every
  /// block that the tables were trained on.
  virtual bool supports(const BlockCodes &codes,
                        const BlockContext &context) const = 0;

  /// Encodes codes to whole bytes. `supports` must be true for the codes.
  virtual std::vector<uint8_t> encode(const BlockCodes &codes,
                                      const BlockContext &context) const = 0;

  /// Returns the number of bytes that `encode` returns.
  virtual size_t encodedBytes(const BlockCodes &codes,
                              const BlockContext &context) const {
    return encode(codes, context).size();
  }

  /// Decodes all of `bytes`. Fails on bytes that `encode` cannot produce.
  virtual Result<BlockCodes> decode(Span<const uint8_t> bytes,
                                    const BlockContext &context) const = 0;

  /// Returns a lower bound in bytes; see `Codec::minimumBytes`.
  virtual uint64_t minimumBytes(uint64_t positions) const = 0;

  virtual SegmentCost cost() const = 0;

  /// Returns the cycles that the lanes of `cost` take to decode a block.
  virtual uint64_t decodeCycles(size_t positions,
                                size_t presentValues) const = 0;

  /// Returns the cycles per block of a machine that decodes several at once.
  virtual uint64_t decodeCycles(size_t positions, size_t presentValues,
                                const DecoderShape &shape) const;

  /// Returns the energy of decoding a block, pJ at 45 nm. It does not include
  /// reading the bytes of the block and writing its values.
  virtual double decodePicojoules(size_t positions,
                                  size_t presentValues) const = 0;
};

/// The result of training on counts.
struct TrainedSegment {
  std::unique_ptr<SegmentCoder> coder;
  /// Estimated size of the segment with tables, directory, lanes and padding.
  double bytes = 0;
  double largestBlock = 0;
};

/// A kind of encoding. It makes the tables of a segment from the codes of the
/// segment, or reads stored tables.
class SegmentEncoding {
public:
  virtual ~SegmentEncoding() = default;

  /// Returns the name of the encoding in device binaries, e.g. "golomb+tans".
  virtual std::string_view id() const = 0;

  /// Returns true if a segment begins with tables and a directory of its
  /// blocks. Otherwise, the bytes of a block determine where the block ends.
  virtual bool hasTables() const { return true; }

  /// Returns a lower bound on the bytes of blocks with `positions` positions,
  /// none of which is occupied. A reader compares it with the number of bytes
  /// that it has before it allocates memory for the positions, so the bound
  /// must grow with `positions`.
  virtual uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const;

  /// Trains tables for all blocks of a segment. All blocks must have words of
  /// one size. Fails if the encoding cannot express the codes; the error says
  /// why.
  virtual Result<std::unique_ptr<SegmentCoder>>
  train(Span<const BlockView> blocks, const TrainingOptions &options) const = 0;

  /// Returns true if counts are enough to train on.
  virtual bool trainsOnCounts() const { return false; }
  virtual CountedParts countedParts() const { return {}; }

  /// Trains the same tables from the statistics of all blocks. Call it only if
  /// `trainsOnCounts` is true.
  virtual Result<TrainedSegment> train(const SegmentStatistics &statistics,
                                       const TrainingOptions &options) const;

  /// Parses tables, which must take all of `bytes`. BlockContext describes
  /// `valueBits`.
  virtual Result<std::unique_ptr<SegmentCoder>>
  parse(Span<const uint8_t> tables, unsigned valueBits) const = 0;
};

/// Returns an encoding without tables, whose segments are the bytes of the
/// codec. The codec must live as long as the encoding.
std::unique_ptr<SegmentEncoding> makeSegmentEncoding(const Codec &codec);

/// Returns the encoding with that id, or null if there is none. Built-in
/// encodings are the codecs (Codec.h) and "POSITIONS+VALUES", where the
/// positions are dense, bitmap, conditional, runs or golomb, and the values are
/// raw, delta, codebook, packed, huffman or tans. A downstream project
/// registers its own encodings.
const SegmentEncoding *findSegmentEncoding(std::string_view id);

/// Registers `encoding` under its id. The encoding must live as long as the
/// process. Returns false and changes nothing if the id is taken. Thread-safe.
bool registerSegmentEncoding(const SegmentEncoding &encoding);

/// Returns the ids of all registered encodings, sorted.
std::vector<std::string> segmentEncodingIds();

/// A segment in the form of the weight image, where tables, directory and
/// blocks follow each other.
struct EncodedSegment {
  std::vector<uint8_t> tables;
  std::vector<uint8_t> directory; // see BlockDirectory.h
  std::vector<uint8_t> blocks;    // one after the other
  std::vector<uint32_t> blockSizes;
  std::shared_ptr<const SegmentCoder> coder;

  /// Returns the number of bytes before the first block.
  size_t headBytes() const { return tables.size() + directory.size(); }
  size_t bytes() const { return headBytes() + blocks.size(); }
};

/// Encodes the blocks of a segment one after the other.
class SegmentEncoder {
public:
  SegmentEncoder(const SegmentEncoding &encoding,
                 std::shared_ptr<const SegmentCoder> coder);

  /// Returns the bytes of the next block. Fails if the encoding has no words
  /// for the codes of the block.
  Result<std::vector<uint8_t>> encode(const BlockView &block);
  /// Counts the bytes of the next block instead of returning them.
  Status skip(const BlockView &block);

  const std::vector<uint8_t> &tables() const { return coderTables; }
  /// Returns the directory of the blocks so far.
  std::vector<uint8_t> directory() const;
  const std::vector<uint32_t> &blockSizes() const { return sizes; }
  /// Returns the bytes of the blocks so far, with tables and directory.
  uint64_t bytes() const;

private:
  Status check(const BlockView &block) const;

  const SegmentEncoding &encoding;
  std::shared_ptr<const SegmentCoder> coder;
  std::vector<uint8_t> coderTables;
  std::vector<uint32_t> sizes;
  uint64_t blockBytes = 0;
};

/// Trains tables and encodes all blocks with them.
Result<EncodedSegment> encodeSegment(const SegmentEncoding &encoding,
                                     Span<const BlockView> blocks,
                                     const TrainingOptions &options);

} // namespace crania::encoding

#endif // CRANIA_ENCODING_SEGMENTENCODING_H
