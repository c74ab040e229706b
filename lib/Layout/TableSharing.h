// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_TABLESHARING_H
#define CRANIA_LAYOUT_TABLESHARING_H

#include "BitStream.h"
#include "SymbolCoder.h"

#include "crania/Layout/SegmentStatistics.h"
#include "crania/Support/Result.h"

#include <vector>

namespace crania::layout {

/// Which tables each condition has, numbered in the order of the first one that
/// has them. Where they are shared, a word is coded less an offset of its
/// condition, so that words around different centres are alike.
struct TableSharing {
  std::vector<uint8_t> tableOf;
  std::vector<uint32_t> offsets; ///< of each condition; empty: not shared

  /// Tables of their own.
  explicit TableSharing(unsigned conditions = 1);

  unsigned conditions() const { return unsigned(tableOf.size()); }
  unsigned tables() const;
  bool isShared() const { return !offsets.empty(); }
  uint32_t lessOffset(uint32_t word, uint8_t condition,
                      unsigned valueBits) const {
    return lowBitsOf(uint64_t(word) - offsets[condition], valueBits);
  }
  uint32_t plusOffset(uint32_t word, uint8_t condition,
                      unsigned valueBits) const {
    return lowBitsOf(uint64_t(word) + offsets[condition], valueBits);
  }

  /// A table of the conditions, and the adder of the offset; nothing if they
  /// are not shared.
  void addCost(DecoderCost &cost, unsigned valueBits) const;

  /// Without the number of conditions.
  void write(BitWriter &bits, unsigned valueBits) const;
  static Result<TableSharing> parse(unsigned conditions, BitReader &bits,
                                    unsigned valueBits);
};

/// Of each condition, the mean of its words as integers with a sign, without
/// their dropped low bits.
std::vector<uint32_t> centresOf(const WordCounts::List &words,
                                unsigned conditions, unsigned valueBits);

/// Joins the conditions that are most alike, until there are no more sets of
/// counts than allowed: at each step the two whose symbols take fewest bits
/// more with common tables.
void shareTables(SymbolCounts &counts, unsigned mostTables,
                 TableSharing &sharing);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_TABLESHARING_H
