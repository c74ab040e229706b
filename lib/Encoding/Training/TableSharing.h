// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_TRAINING_TABLESHARING_H
#define CRANIA_LIB_ENCODING_TRAINING_TABLESHARING_H

#include "Coders/BitStream.h"
#include "Coders/SymbolCoder.h"

#include "crania/Encoding/SegmentStatistics.h"
#include "crania/Support/Result.h"

#include <cassert>
#include <vector>

namespace crania::encoding {

/// The sets of tables that conditions use, numbered in the order of the first
/// condition that uses them. Where conditions share tables, the offset of the
/// condition is subtracted from a word before it is coded. Words around
/// different centers then become alike.
struct TableSharing {
  std::vector<uint8_t> tableOf;
  /// One offset per condition; empty if no tables are shared.
  std::vector<uint32_t> offsets;

  /// Creates tables of its own for each condition.
  explicit TableSharing(unsigned conditions = 1);

  unsigned conditions() const { return unsigned(tableOf.size()); }
  unsigned tables() const;
  bool isShared() const { return !offsets.empty(); }
  uint32_t lessOffset(uint32_t word, uint8_t condition,
                      unsigned valueBits) const {
    assert(condition < offsets.size() && "the condition has no offset");
    return lowBitsOf(uint64_t(word) - offsets[condition], valueBits);
  }
  uint32_t plusOffset(uint32_t word, uint8_t condition,
                      unsigned valueBits) const {
    assert(condition < offsets.size() && "the condition has no offset");
    return lowBitsOf(uint64_t(word) + offsets[condition], valueBits);
  }

  /// Adds the cost of a table of the conditions and of the adder for the
  /// offset. Adds nothing if no tables are shared.
  void addCost(DecoderCost &cost, unsigned valueBits) const;

  /// Writes all fields but the number of conditions.
  void write(BitWriter &bits, unsigned valueBits) const;
  static Result<TableSharing> parse(unsigned conditions, BitReader &bits,
                                    unsigned valueBits);
};

/// Returns the mean of the words of each condition, taken as signed integers
/// without their dropped low bits.
std::vector<uint32_t> centresOf(const WordCounts::List &words,
                                unsigned conditions, unsigned valueBits);

/// Joins the conditions that are most alike until there are at most
/// `mostTables` sets of counts. Each step joins the two whose symbols take the
/// fewest additional bits with common tables.
void shareTables(SymbolCounts &counts, unsigned mostTables,
                 TableSharing &sharing);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_TRAINING_TABLESHARING_H
