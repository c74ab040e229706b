// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SYMBOLGROUPS_H
#define CRANIA_LAYOUT_SYMBOLGROUPS_H

#include "SymbolCoder.h"

#include <vector>

namespace crania::layout {

/// Which neighbouring ranks of an alphabet share a symbol.
struct SymbolGroups {
  /// Of each symbol, as `Alphabet` takes them.
  std::vector<uint8_t> extraBits;
  /// What streams and tables are about to take, in scaled bits.
  uint64_t cost = 0;

  /// Whether no symbol stands for more than one rank.
  bool isTrivial() const;
};

/// The groups with the least cost for a Huffman or tANS code, the latter with
/// 2^limits.tableLog states for each condition of the counts, which are of
/// ranks. A group is an aligned one of 2^e ranks, and costs are sums over
/// groups, so the best ones of a range are those of its halves or the whole of
/// it. At most `mostGroups`, found by a penalty for each, or as few as the
/// limit of extra bits allows. Symbols of one rank each, if they are not too
/// many, unless groups save a 512th.
SymbolGroups chooseGroups(SymbolCode code, const SymbolCounts &ranks,
                          const SymbolCoderLimits &limits, size_t mostGroups);

/// The counts of the groups.
SymbolCounts countGroups(const SymbolCounts &ranks, const SymbolGroups &groups);

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SYMBOLGROUPS_H
