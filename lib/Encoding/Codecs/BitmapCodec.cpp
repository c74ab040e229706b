// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Codecs/BuiltinCodecs.h"
#include "Coders/ValueWords.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

namespace {

/// The number of position bits that one decoder lane examines per cycle. It has
/// a priority encoder over one byte of the bitmap.
constexpr uint64_t positionBitsPerLaneAndCycle = 8;

/// The codec of a bitmap, least significant bit first and filled up with zeros
/// to a whole byte, and the value words of the set bits. `FreeOnly` leaves out
/// the bits of positions that earlier clusters hold.
template <bool FreeOnly>
class BitmapCodec final : public Codec {
public:
  std::string_view id() const override {
    return FreeOnly ? "bitmap-free" : "bitmap";
  }

  std::vector<uint8_t> encode(const BlockCodes &codes,
                              const BlockContext &context) const override {
    assert(supports(codes, context) && "the codes do not fit the block");
    std::vector<uint8_t> bits = codedBits(codes, context), bytes;
    bytes.reserve(bitmapBytes(bits.size()) +
                  codes.values.size() * (context.valueBits / 8));
    bytes.resize(bitmapBytes(bits.size()));
    for (size_t bit = 0; bit < bits.size(); ++bit)
      bytes[bit / 8] |= bits[bit] << (bit % 8);
    appendWords(bytes, codes.values, context.valueBits);
    return bytes;
  }

  Result<BlockCodes> decode(Span<const uint8_t> bytes,
                            const BlockContext &context) const override {
    if (Status status = checkContext(id(), context); !status)
      return status.error();
    size_t bits = codedPositions(context);
    size_t mapBytes = bitmapBytes(bits);
    if (bytes.size() < mapBytes)
      return codecError(id(), "block of " + std::to_string(bytes.size()) +
                                  " bytes is shorter than its bitmap of " +
                                  std::to_string(bits) + " bits");
    if (bits % 8 != 0 && bytes[mapBytes - 1] >> (bits % 8) != 0)
      return codecError(id(), "padding bits of the bitmap are not zero");

    BlockCodes codes;
    codes.present.assign(context.positions, 0);
    size_t bit = 0, count = 0;
    for (size_t i = 0; i < context.positions; ++i) {
      if (!isCoded(i, context))
        continue;
      bool present = bytes[bit / 8] >> (bit % 8) & 1;
      ++bit;
      if (present && isOccupied(i, context))
        return codecError(id(), "position " + std::to_string(i) +
                                    " is already held by an earlier cluster");
      codes.present[i] = present;
      count += present;
    }
    Span<const uint8_t> words = bytes.slice(mapBytes, bytes.size() - mapBytes);
    if (words.size() != count * (context.valueBits / 8))
      return codecError(id(), std::to_string(words.size()) +
                                  " bytes of values for " +
                                  std::to_string(count) + " words of " +
                                  std::to_string(context.valueBits) + " bits");
    codes.values = readWords(words, context.valueBits);
    return codes;
  }

  size_t encodedBytes(const BlockCodes &codes,
                      const BlockContext &context) const override {
    return bitmapBytes(codedPositions(context)) +
           codes.values.size() * (context.valueBits / 8);
  }

  std::optional<uint64_t> countedBytes(uint64_t positions, uint64_t free,
                                       uint64_t values,
                                       unsigned valueBits) const override {
    return bitmapBytes(FreeOnly ? free : positions) + values * (valueBits / 8);
  }

  uint64_t minimumBytes(uint64_t positions, unsigned) const override {
    return bitmapBytes(positions);
  }

  /// Finding positions and emitting words overlap, so the slower one counts.
  /// All positions are charged, because the lane also passes over occupied
  /// ones.
  uint64_t decodeCycles(size_t positions, size_t presentValues,
                        unsigned lanes) const override {
    uint64_t bitsPerCycle =
        positionBitsPerLaneAndCycle * std::max<uint64_t>(lanes, 1);
    uint64_t scan = (positions + bitsPerCycle - 1) / bitsPerCycle;
    return std::max(scan, wordCycles(presentValues, lanes));
  }

private:
  /// Returns one byte per bit of the bitmap.
  static std::vector<uint8_t> codedBits(const BlockCodes &codes,
                                        const BlockContext &context) {
    if (!FreeOnly || context.occupied.empty())
      return codes.present;
    // The loop has no branches, because the pattern of free positions is as
    // unpredictable as a random one.
    std::vector<uint8_t> bits(context.positions + 1);
    size_t count = 0;
    for (size_t i = 0; i < context.positions; ++i) {
      bits[count] = codes.present[i];
      count += context.occupied[i] == 0;
    }
    bits.resize(count);
    return bits;
  }

  static uint64_t bitmapBytes(uint64_t bits) {
    return bits / 8 + (bits % 8 != 0);
  }

  static bool isOccupied(size_t position, const BlockContext &context) {
    return !context.occupied.empty() && context.occupied[position];
  }

  static bool isCoded(size_t position, const BlockContext &context) {
    return !FreeOnly || !isOccupied(position, context);
  }

  static size_t codedPositions(const BlockContext &context) {
    if (!FreeOnly || context.occupied.empty())
      return context.positions;
    return std::count(context.occupied.begin(), context.occupied.end(), 0);
  }
};

} // namespace

const Codec &bitmapCodec() {
  static const BitmapCodec<false> codec;
  return codec;
}

const Codec &bitmapFreeCodec() {
  static const BitmapCodec<true> codec;
  return codec;
}

} // namespace crania::encoding
