// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_SYMBOLCODERS_H
#define CRANIA_LIB_ENCODING_CODERS_SYMBOLCODERS_H

#include "Coders/SymbolCoder.h"

namespace crania::encoding {

using SymbolCoderResult = Result<std::unique_ptr<SymbolCoder>>;

/// Returns a fixed-length code for `symbols` symbols. With `isPacked`, a code
/// word holds several symbols.
std::unique_ptr<SymbolCoder> makePackedCoder(unsigned symbols, bool isPacked);
TrainedSymbols trainPackedCoder(const SymbolCounts &counts, bool isPacked);

TrainedSymbols trainHuffmanCoder(const SymbolCounts &counts,
                                 const SymbolCoderLimits &limits,
                                 const std::vector<SymbolRange> &ranges);
SymbolCoderResult parseHuffmanCoder(unsigned conditions, unsigned symbols,
                                    const std::vector<SymbolRange> &ranges,
                                    BitReader &tables);

TrainedSymbols trainTansCoder(const SymbolCounts &counts,
                              const SymbolCoderLimits &limits,
                              const std::vector<SymbolRange> &ranges);
SymbolCoderResult parseTansCoder(unsigned conditions, unsigned symbols,
                                 const std::vector<SymbolRange> &ranges,
                                 BitReader &tables);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_SYMBOLCODERS_H
