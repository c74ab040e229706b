// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SEGMENTSTATISTICS_H
#define CRANIA_LAYOUT_SEGMENTSTATISTICS_H

#include "crania/Layout/Codec.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace crania::layout {

struct BlockView;

/// How often positions are held, as coders of positions look at them.
struct PositionCounts {
  /// Per length, how many gaps between held positions, or behind the last one.
  std::vector<uint64_t> gaps;
  /// Whole bytes of the bitmaps of free positions.
  std::array<uint64_t, 256> bytes = {};
  /// The ends of the bitmaps in patterns of 1, 2, 4 and 8 positions.
  std::array<std::array<uint64_t, 256>, 4> tails = {};
  /// Whether all free positions are held.
  bool isDense = true;

  /// `bits`: one byte, 0 or 1, per free position of a block.
  void add(Span<const uint8_t> bits);
  /// Of patterns of 2^log positions, filled up with zeros at the ends of
  /// blocks.
  std::vector<uint64_t> patterns(unsigned log) const;
};

/// How often words, or their upper parts, occur under a condition.
struct WordCount {
  uint32_t word;  ///< without its low bits, which are 0
  uint32_t count; // a segment has fewer weights than 2^32
  uint8_t condition;
};

/// The range of words, split into sign and magnitude.
struct MagnitudeRange {
  uint32_t least = UINT32_MAX, most = 0;
  bool hasPositive = false, hasNegative = false;
};

/// How often the value words occur. Of words of 32 bits with more than 256
/// different ones, only the upper half is counted.
class WordCounts {
public:
  void add(Span<const uint32_t> words, Span<const uint8_t> conditions,
           unsigned valueBits);
  void addMagnitudes(Span<const uint32_t> words, unsigned valueBits);

  struct List {
    std::vector<WordCount> words; ///< by condition, then by word
    unsigned droppedBits = 0;     ///< of each word
  };
  const List &list() const;
  /// Keeps the list only; nothing can be added afterwards.
  void compact();
  unsigned conditions() const { return conditionCount; }
  /// How many low bits are 0 in every word; 0 if all words are 0.
  unsigned zeroLowBits() const;

  MagnitudeRange integers; ///< two's complement
  MagnitudeRange floats;   ///< sign and magnitude, as IEEE 754

private:
  /// Words of up to this size are counted by indexing.
  static constexpr unsigned indexedBits = 16;
  static constexpr size_t mostExact = 256;

  void addExact(uint32_t word, uint8_t condition);

  unsigned bits = 0;
  uint32_t anyBits = 0; // or of all words
  unsigned conditionCount = 1;
  std::vector<uint32_t> byIndex;
  /// Words of 32 bits as they are, hashed, while there are few.
  std::vector<WordCount> exact;
  size_t exactSize = 0;
  bool hasMany = false;
  mutable std::unique_ptr<List> sorted;
};

class TrainedCoders;

/// What a layout looks at; sizes of blocks always count.
struct CountedParts {
  bool positions = true, words = true, magnitudes = true;
};

/// What is counted of the blocks of a segment: all that the tables of built-in
/// layouts are made from. Coders made from it are kept for other layouts with
/// the same half; not for several threads at once.
class SegmentStatistics {
public:
  struct Block {
    uint32_t positions, free, values;
  };

  explicit SegmentStatistics(CountedParts parts = {});
  ~SegmentStatistics();
  SegmentStatistics(SegmentStatistics &&) noexcept;
  SegmentStatistics &operator=(SegmentStatistics &&) noexcept;

  /// An error says what is wrong with the block, or with it beside the others.
  Status add(const BlockView &block);

  /// Frees what adding takes, and the coders: of a segment with many blocks or
  /// words that is most of it. Nothing can be added afterwards.
  void compact();

  Span<const Block> blocks() const { return counted; }
  unsigned valueBits() const { return bits; }
  uint64_t values() const { return valueCount; }
  uint64_t positions() const { return positionCount; }
  /// Whether a cluster holds every position, and no earlier one any.
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

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SEGMENTSTATISTICS_H
