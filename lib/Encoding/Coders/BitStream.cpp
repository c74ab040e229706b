// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/BitStream.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

std::vector<std::vector<uint8_t>> finishAll(std::vector<BitWriter> &writers) {
  std::vector<std::vector<uint8_t>> streams;
  streams.reserve(writers.size());
  for (BitWriter &writer : writers)
    streams.push_back(writer.finish());
  return streams;
}

std::vector<uint8_t> ReverseBitBuffer::finish(ReverseBitCursor cursor) {
  assert(cursor.front >= buffer.data() + sizeof(uint32_t) &&
         cursor.front <= end() && "more bits than there is room for");
  size_t bitCount = 8 * size_t(end() - cursor.front) + cursor.fill;
  // Move the pending bits to the top of a word, then all words down to the
  // start.
  unsigned unused = (32 - cursor.fill) % 32;
  if (cursor.fill > 0)
    cursor.storeFront(uint32_t(cursor.pending << unused));
  const uint8_t *from = cursor.front + unused / 8;
  unsigned shift = unused % 8;

  std::vector<uint8_t> bytes((bitCount + 7) / 8 + 8);
  size_t size = bytes.size() - 8;
  for (size_t i = 0; i < size; i += 8) {
    uint64_t low = loadLittleEndian64(from + i) >> shift;
    uint64_t high = uint64_t(from[i + 8]) << 1 << (63 - shift);
    storeLittleEndian64(&bytes[i], low | high);
  }
  bytes.resize(size);
  return bytes;
}

uint32_t BitReader::readUnary(uint32_t limit) {
  uint32_t ones = 0;
  while (ones <= limit) {
    refill();
    uint64_t zeros = ~bits;
    unsigned run = zeros == 0 ? 64 : __builtin_ctzll(zeros);
    if (run < refilledBits) {
      skip(run + 1);
      return ones + run;
    }
    skip(refilledBits);
    ones += refilledBits;
  }
  return ones;
}

bool BitReader::endsInZeros() const {
  uint64_t consumed = consumedBits();
  if (consumed % 8 == 0)
    return true;
  return data[consumed / 8] >> (consumed % 8) == 0;
}

std::vector<uint8_t> paddedCopy(Span<const uint8_t> bytes) {
  std::vector<uint8_t> copy(bytes.size() + BitReader::padding);
  std::copy(bytes.begin(), bytes.end(), copy.begin());
  return copy;
}

std::vector<uint8_t> paddedReverse(Span<const uint8_t> bytes) {
  std::vector<uint8_t> copy(bytes.size() + BitReader::padding);
  std::reverse_copy(bytes.begin(), bytes.end(), copy.begin());
  return copy;
}

} // namespace crania::encoding
