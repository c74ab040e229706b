// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_TRAINING_SYMBOLGROUPS_H
#define CRANIA_LIB_ENCODING_TRAINING_SYMBOLGROUPS_H

#include "Coders/SymbolCoder.h"

#include <vector>

namespace crania::encoding {

/// Groups of neighboring ranks of an alphabet that share a symbol.
struct SymbolGroups {
  /// The number of extra bits of each symbol, in the form that `Alphabet`
  /// takes.
  std::vector<uint8_t> extraBits;
  /// Estimated cost of streams and tables, in scaled bits.
  uint64_t cost = 0;

  /// Returns true if no symbol stands for more than one rank.
  bool isTrivial() const;
};

/// Returns the groups with the least cost for a Huffman or tANS code. A tANS
/// code has 2^limits.tableLog states for each condition. `ranks` has the counts
/// of the ranks. A group has 2^e ranks and begins at a multiple of 2^e, and
/// costs are sums over groups. The best groups of a range are thus the best
/// groups of its halves, or the whole range. There are at most `mostGroups`
/// groups, or the fewest that the limit of extra bits allows; a penalty per
/// group enforces the limit. If there are few enough ranks, each is a symbol of
/// its own, unless groups save at least 1/512 of the cost.
SymbolGroups chooseGroups(SymbolCode code, const SymbolCounts &ranks,
                          const SymbolCoderLimits &limits, size_t mostGroups);

/// Returns the counts of the groups.
SymbolCounts countGroups(const SymbolCounts &ranks, const SymbolGroups &groups);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_TRAINING_SYMBOLGROUPS_H
