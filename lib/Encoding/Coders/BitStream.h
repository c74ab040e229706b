// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_BITSTREAM_H
#define CRANIA_LIB_ENCODING_CODERS_BITSTREAM_H

#include "crania/Support/Span.h"

#include <cassert>
#include <cstdint>
#include <cstring>
#include <vector>

namespace crania::encoding {

/// Returns the low `bits` bits of a word; `bits` is at most 32.
constexpr uint32_t lowBitsOf(uint64_t word, unsigned bits) {
  assert(bits <= 32 && "more bits than a word has");
  return uint32_t(word & ((uint64_t(1) << bits) - 1));
}

/// Returns the number of bits of `value` without leading zeros; 0 for 0.
constexpr unsigned bitWidth(uint64_t value) {
  return value == 0 ? 0 : 64 - __builtin_clzll(value);
}

inline uint64_t loadLittleEndian64(const uint8_t *at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

inline void storeLittleEndian64(uint8_t *at, uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  std::memcpy(at, &word, sizeof word);
}

/// Packs eight bytes of 0 or 1, the first one lowest, into the bits of a byte.
constexpr uint8_t packBits(uint64_t bytes) {
  // Byte i moves to bit 56 + i; everything else stays below or overflows.
  return uint8_t(bytes * 0x0102040810204080 >> 56);
}

/// Unpacks the bits of a byte to eight bytes of 0 or 1.
constexpr uint64_t unpackBits(uint8_t bits) {
  // Isolate bit i in byte i, then map each nonzero byte to 1.
  uint64_t spread = uint64_t(bits) * 0x0101010101010101 & 0x8040201008040201;
  return (spread + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
}

/// A writer of bits, least significant first.
class BitWriter {
public:
  /// Writes `value`, which has `count` bits; `count` is at most 32.
  void write(uint32_t value, unsigned count) {
    assert(count <= 32 && uint64_t(value) >> count == 0 &&
           "the value has more bits");
    pending |= uint64_t(value) << fill;
    fill += count;
    if (fill < wordBits)
      return;
    const size_t size = bytes.size();
    bytes.resize(size + wordBits / 8);
    for (unsigned i = 0; i < wordBits / 8; ++i)
      bytes[size + i] = uint8_t(pending >> (8 * i));
    pending >>= wordBits;
    fill -= wordBits;
  }

  /// Writes `ones` ones and a zero, then the low `count` bits of `value`.
  void writeUnary(uint32_t ones, uint32_t value, unsigned count) {
    if (ones + 1 + count > 32) {
      writeUnary(ones);
      write(lowBitsOf(value, count), count);
      return;
    }
    write(uint32_t(((uint64_t(1) << ones) - 1) |
                   uint64_t(lowBitsOf(value, count)) << (ones + 1)),
          ones + 1 + count);
  }

  /// Writes `value` ones and a zero.
  void writeUnary(uint32_t value) {
    for (; value >= 16; value -= 16)
      write(0xffff, 16);
    write((uint32_t(1) << value) - 1, value + 1);
  }

  /// Returns the bytes; zeros fill the last one.
  std::vector<uint8_t> finish() {
    for (; fill > 0; fill -= fill < 8 ? fill : 8, pending >>= 8)
      bytes.push_back(uint8_t(pending));
    return std::move(bytes);
  }

private:
  static constexpr unsigned wordBits = 32;

  std::vector<uint8_t> bytes;
  uint64_t pending = 0;
  unsigned fill = 0;
};

/// Returns the bytes of each writer.
std::vector<std::vector<uint8_t>> finishAll(std::vector<BitWriter> &writers);

/// A position in a ReverseBitBuffer at which bits are written. It is a separate
/// class so that loops over several lanes can keep it in registers.
class ReverseBitCursor {
public:
  explicit ReverseBitCursor(uint8_t *end) : front(end) {}

  /// Prepends `value`, which has `count` bits; `count` is at most 32.
  void prepend(uint32_t value, unsigned count) {
    assert(count <= 32 && uint64_t(value) >> count == 0 &&
           "the value has more bits");
    pending = pending << count | value;
    fill += count;
    if (fill < 32)
      return;
    fill -= 32;
    storeFront(uint32_t(pending >> fill));
  }

private:
  friend class ReverseBitBuffer;

  void storeFront(uint32_t word) {
    front -= 4;
    for (unsigned i = 0; i < 4; ++i)
      front[i] = uint8_t(word >> (8 * i));
  }

  uint8_t *front;
  uint64_t pending = 0;
  unsigned fill = 0;
};

/// A buffer that puts new bits in front of earlier ones, for coders that work
/// backwards. A reader of the result sees the last bits written first.
class ReverseBitBuffer {
public:
  /// Creates a buffer with room for `maxBits` bits.
  explicit ReverseBitBuffer(size_t maxBits) : buffer(maxBits / 8 + 2 * slack) {}

  ReverseBitCursor cursor() { return ReverseBitCursor(end()); }

  /// Returns the bytes that the cursor wrote; zeros fill the last one.
  std::vector<uint8_t> finish(ReverseBitCursor cursor);

private:
  /// Bytes that may be read after the end, or written before the front.
  static constexpr size_t slack = 16;

  uint8_t *end() { return buffer.data() + buffer.size() - slack; }

  std::vector<uint8_t> buffer;
};

/// A reader of bits, least significant first. It reads zeros after the end.
/// `overran` returns true if any of those was read.
class BitReader {
public:
  /// Bytes after the end of the data that may be loaded.
  static constexpr size_t padding = 16;
  /// Bits that can be peeked at and skipped after a refill.
  static constexpr unsigned refilledBits = 56;

  BitReader() = default;
  /// Creates a reader of the `size` bytes at `data`. `padding` zero bytes must
  /// follow them.
  BitReader(const uint8_t *data, size_t size) : data(data), size(size) {}

  void refill() {
    bits |= loadLittleEndian64(data + next) << fill;
    size_t loaded = (63 - fill) / 8;
    fill += unsigned(8 * loaded);
    next += loaded;
    // After the end, only the fact that it overran matters, not the position.
    size_t limit = size + padding / 2;
    next = next < limit ? next : limit;
  }

  uint64_t peek() const { return bits; }

  void skip(unsigned count) {
    assert(count <= fill && "bits are skipped without a refill");
    bits >>= count;
    fill -= count;
  }

  /// Reads `count` bits, at most 32, without a refill.
  uint32_t take(unsigned count) {
    uint32_t value = lowBitsOf(bits, count);
    skip(count);
    return value;
  }

  /// Reads `count` bits, at most 32.
  uint32_t read(unsigned count) {
    if (fill < count)
      refill();
    return take(count);
  }

  /// Returns the number of ones before a zero, or a number above `limit` if
  /// there are more than `limit` ones.
  uint32_t readUnary(uint32_t limit);

  bool overran() const { return consumedBits() > 8 * uint64_t(size); }

  /// Returns the number of bytes that the bits read so far touch.
  size_t consumedBytes() const { return size_t((consumedBits() + 7) / 8); }

  /// Returns true if the unread bits of the last byte touched are zero.
  bool endsInZeros() const;

private:
  uint64_t consumedBits() const { return 8 * uint64_t(next) - fill; }

  const uint8_t *data = nullptr;
  size_t size = 0, next = 0;
  uint64_t bits = 0;
  unsigned fill = 0;
};

/// Returns a copy of the bytes with the padding that BitReader needs.
std::vector<uint8_t> paddedCopy(Span<const uint8_t> bytes);

/// Returns such a copy in reverse order.
std::vector<uint8_t> paddedReverse(Span<const uint8_t> bytes);

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_BITSTREAM_H
