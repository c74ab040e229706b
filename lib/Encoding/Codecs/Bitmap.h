// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODECS_BITMAP_H
#define CRANIA_LIB_ENCODING_CODECS_BITMAP_H

#include "Coders/BitStream.h"

#include <cassert>

namespace crania::encoding {

/// Packs bytes of 0 or 1 into words of 64 bits, the first byte lowest.
inline std::vector<uint64_t> bitmapOf(Span<const uint8_t> bits) {
  constexpr size_t perByte = 8, perWord = 64;
  std::vector<uint64_t> bitmap((bits.size() + perWord - 1) / perWord);
  const size_t whole = bits.size() / perByte * perByte;
  for (size_t i = 0; i < whole; i += perByte)
    bitmap[i / perWord] |= uint64_t(packBits(loadLittleEndian64(&bits[i])))
                           << (i % perWord);
  for (size_t i = whole; i < bits.size(); ++i)
    bitmap[i / perWord] |= uint64_t(bits[i]) << (i % perWord);
  return bitmap;
}

/// Calls `visit` with the number of zeros before each one. If zeros follow the
/// last one, also calls it with their number.
template <typename Visit>
void forEachGap(Span<const uint64_t> bitmap, size_t size, const Visit &visit) {
  constexpr size_t perWord = 64;
  assert(bitmap.size() == (size + perWord - 1) / perWord &&
         "the bitmap has another size");
  size_t next = 0; // the index after the last one
  for (size_t w = 0; w < bitmap.size(); ++w)
    for (uint64_t word = bitmap[w]; word != 0; word &= word - 1) {
      const size_t position = perWord * w + size_t(__builtin_ctzll(word));
      visit(uint32_t(position - next));
      next = position + 1;
    }
  if (next < size)
    visit(uint32_t(size - next));
}

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODECS_BITMAP_H
