// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_SEGMENTSTATISTICS_H
#define CRANIA_ENCODING_SEGMENTSTATISTICS_H

#include "crania/Encoding/Codec.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace crania::encoding {

struct BlockView;

/// Counts of held positions, in the forms that coders of positions use.
struct PositionCounts {
  /// For each length, the number of gaps of that length. A gap lies before a
  /// held position or after the last one.
  std::vector<uint64_t> gaps;
  /// Counts of whole bytes of the bitmaps of free positions.
  std::array<uint64_t, 256> bytes = {};
  /// Counts of the ends of the bitmaps, in patterns of 1, 2, 4 and 8 positions.
  std::array<std::array<uint64_t, 256>, 4> tails = {};
  /// True if all free positions are held.
  bool isDense = true;

  /// Adds a block; `bits` has one byte, 0 or 1, per free position of the block.
  void add(Span<const uint8_t> bits);
  /// Returns the counts of patterns of 2^log positions. Zeros fill the last
  /// pattern of a block.
  std::vector<uint64_t> patterns(unsigned log) const;
};

/// The count of a word, or of the upper part of a word, under a condition.
struct WordCount {
  uint32_t word;  ///< without its low bits, which are 0
  uint32_t count; // a segment has fewer weights than 2^32
  uint8_t condition;
};

/// The range of the words, split into sign and magnitude.
struct MagnitudeRange {
  uint32_t least = UINT32_MAX, most = 0;
  bool hasPositive = false, hasNegative = false;
};

/// Counts of value words. If there are more than 256 distinct words of 32 bits,
/// only their upper halves are counted.
class WordCounts {
public:
  void add(Span<const uint32_t> words, Span<const uint8_t> conditions,
           unsigned valueBits);
  void addMagnitudes(Span<const uint32_t> words, unsigned valueBits);

  struct List {
    std::vector<WordCount> words; ///< sorted by condition, then by word
    unsigned droppedBits = 0;     ///< low bits that were dropped from each word
  };
  const List &list() const;
  /// Keeps only the list. Nothing can be added afterwards.
  void compact();
  unsigned conditions() const { return conditionCount; }
  /// Returns the number of low bits that are 0 in every word; 0 if all words
  /// are 0.
  unsigned zeroLowBits() const;

  MagnitudeRange integers; ///< two's complement
  MagnitudeRange floats;   ///< sign and magnitude, as IEEE 754

private:
  /// Words of up to this number of bits are counted by indexing.
  static constexpr unsigned indexedBits = 16;
  static constexpr size_t mostExact = 256;

  void addExact(uint32_t word, uint8_t condition);

  unsigned bits = 0;
  uint32_t anyBits = 0; // bitwise or of all words
  unsigned conditionCount = 1;
  std::vector<uint32_t> byIndex;
  /// A hash table of whole words of 32 bits, used while there are few.
  std::vector<WordCount> exact;
  size_t exactSize = 0;
  bool hasMany = false;
  mutable std::unique_ptr<List> sorted;
};

class TrainedCoders;

/// The parts of blocks that an encoding needs counts of. The sizes of blocks
/// are always counted.
struct CountedParts {
  bool positions = true, words = true, magnitudes = true;
};

/// Counts over the blocks of a segment, from which the built-in encodings make
/// their tables. It keeps the coders made from it for other encodings with the
/// same half. Several threads must not use one object at once.
class SegmentStatistics {
public:
  struct Block {
    uint32_t positions, free, values;
  };

  explicit SegmentStatistics(CountedParts parts = {});
  ~SegmentStatistics();
  SegmentStatistics(SegmentStatistics &&) noexcept;
  SegmentStatistics &operator=(SegmentStatistics &&) noexcept;

  /// Adds a block. Fails if the block is malformed or contradicts earlier
  /// blocks; the error says how.
  Status add(const BlockView &block);

  /// Frees the memory that `add` needs, and the coders. For a segment with many
  /// blocks or words this is most of the memory. Nothing can be added
  /// afterwards.
  void compact();

  Span<const Block> blocks() const { return counted; }
  unsigned valueBits() const { return bits; }
  uint64_t values() const { return valueCount; }
  uint64_t positions() const { return positionCount; }
  /// Returns true if a cluster holds every position and no earlier cluster
  /// holds any.
  bool isWhole() const { return whole; }
  const PositionCounts &positionCounts() const { return ofPositions; }
  const WordCounts &wordCounts() const { return ofWords; }
  TrainedCoders &coders() const { return *trained; }

private:
  Status check(const BlockView &block) const;

  CountedParts parts;
  std::vector<Block> counted;
  unsigned bits = 0;
  bool hasPositions = false, hasConditions = false, whole = true;
  uint64_t valueCount = 0, positionCount = 0;
  PositionCounts ofPositions;
  WordCounts ofWords;
  std::unique_ptr<TrainedCoders> trained;
};

} // namespace crania::encoding

#endif // CRANIA_ENCODING_SEGMENTSTATISTICS_H
