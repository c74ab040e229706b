// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SymbolCoders.h"

namespace crania::layout {

TrainedSymbols trainSymbolCoder(SymbolCode code, const SymbolCounts &counts,
                                const SymbolCoderLimits &limits) {
  switch (code) {
  case SymbolCode::fixedLength:
    return trainPackedCoder(counts, false);
  case SymbolCode::packed:
    return trainPackedCoder(counts, true);
  case SymbolCode::huffman:
    return trainHuffmanCoder(counts);
  case SymbolCode::tans:
    return trainTansCoder(counts, limits);
  }
  __builtin_unreachable();
}

SymbolCoderResult parseSymbolCoder(SymbolCode code, unsigned conditions,
                                   unsigned symbols, BitReader &tables) {
  switch (code) {
  case SymbolCode::fixedLength:
    return makePackedCoder(symbols, false);
  case SymbolCode::packed:
    return makePackedCoder(symbols, true);
  case SymbolCode::huffman:
    return parseHuffmanCoder(conditions, symbols, tables);
  case SymbolCode::tans:
    return parseTansCoder(conditions, symbols, tables);
  }
  __builtin_unreachable();
}

} // namespace crania::layout
