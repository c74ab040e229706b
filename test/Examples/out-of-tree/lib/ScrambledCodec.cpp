// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The encoding: the bytes of CRANIA's bitmap codec, with every byte combined
// with a key.

#include "acme/ScrambledCodec.h"
#include "crania/Encoding/SegmentEncoding.h"

using namespace crania::encoding;
using crania::Result;
using crania::Span;

namespace {

std::vector<uint8_t> combineWithKey(Span<const uint8_t> bytes) {
  constexpr uint8_t key = 0x5a;
  std::vector<uint8_t> combined(bytes.begin(), bytes.end());
  for (uint8_t &byte : combined)
    byte ^= key;
  return combined;
}

class ScrambledCodec final : public Codec {
public:
  std::string_view id() const override { return acme::scrambledEncodingId; }
  bool supports(const BlockCodes &codes,
                const BlockContext &context) const override {
    return bitmap.supports(codes, context);
  }
  std::vector<uint8_t> encode(const BlockCodes &codes,
                              const BlockContext &context) const override {
    return combineWithKey(bitmap.encode(codes, context));
  }
  Result<BlockCodes> decode(Span<const uint8_t> bytes,
                            const BlockContext &context) const override {
    return bitmap.decode(combineWithKey(bytes), context);
  }
  size_t encodedBytes(const BlockCodes &codes,
                      const BlockContext &context) const override {
    return bitmap.encodedBytes(codes, context);
  }
  uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const override {
    return bitmap.minimumBytes(positions, valueBits);
  }
  uint64_t decodeCycles(size_t positions, size_t presentValues,
                        unsigned lanes) const override {
    return bitmap.decodeCycles(positions, presentValues, lanes);
  }

private:
  const Codec &bitmap = *findCodec("bitmap");
};

} // namespace

void acme::registerScrambledEncoding() {
  static const ScrambledCodec codec;
  static const std::unique_ptr<SegmentEncoding> encoding =
      makeSegmentEncoding(codec);
  // The encoding may already be registered, which is not an error here.
  (void)registerSegmentEncoding(*encoding);
}
