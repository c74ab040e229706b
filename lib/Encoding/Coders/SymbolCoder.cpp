// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/SymbolCoders.h"

#include <cassert>

namespace crania::encoding {

TrainedSymbols trainSymbolCoder(SymbolCode code, const SymbolCounts &counts,
                                const SymbolCoderLimits &limits,
                                const std::vector<SymbolRange> &ranges) {
  assert((ranges.empty() || ranges.size() == counts.symbols) &&
         "a range per symbol, or none");
  assert((ranges.empty() || code == SymbolCode::huffman ||
          code == SymbolCode::tans) &&
         "codes of a fixed length take no ranges");
  switch (code) {
  case SymbolCode::fixedLength:
    return trainPackedCoder(counts, false);
  case SymbolCode::packed:
    return trainPackedCoder(counts, true);
  case SymbolCode::huffman:
    return trainHuffmanCoder(counts, limits, ranges);
  case SymbolCode::tans:
    return trainTansCoder(counts, limits, ranges);
  }
  __builtin_unreachable();
}

SymbolCoderResult parseSymbolCoder(SymbolCode code, unsigned conditions,
                                   unsigned symbols, BitReader &tables,
                                   const std::vector<SymbolRange> &ranges) {
  assert(symbols <= maxSymbols && "an alphabet has at most 256 symbols");
  assert((ranges.empty() || ranges.size() == symbols) &&
         "a range per symbol, or none");
  switch (code) {
  case SymbolCode::fixedLength:
    return makePackedCoder(symbols, false);
  case SymbolCode::packed:
    return makePackedCoder(symbols, true);
  case SymbolCode::huffman:
    return parseHuffmanCoder(conditions, symbols, ranges, tables);
  case SymbolCode::tans:
    return parseTansCoder(conditions, symbols, ranges, tables);
  }
  __builtin_unreachable();
}

} // namespace crania::encoding
