// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Codecs/BuiltinCodecs.h"
#include "Coders/ValueWords.h"

#include <cassert>

namespace crania::encoding {

namespace {

class RawCodec final : public Codec {
public:
  std::string_view id() const override { return "raw"; }

  bool supports(const BlockCodes &codes,
                const BlockContext &context) const override {
    return areWellFormed(codes, context) &&
           codes.values.size() == context.positions;
  }

  std::vector<uint8_t> encode(const BlockCodes &codes,
                              const BlockContext &context) const override {
    assert(supports(codes, context) && "the codes do not fit the block");
    std::vector<uint8_t> bytes;
    appendWords(bytes, codes.values, context.valueBits);
    return bytes;
  }

  Result<BlockCodes> decode(Span<const uint8_t> bytes,
                            const BlockContext &context) const override {
    if (Status status = checkContext(id(), context); !status)
      return status.error();
    if (bytes.size() / (context.valueBits / 8) != context.positions ||
        bytes.size() % (context.valueBits / 8) != 0)
      return codecError(
          id(), "block of " + std::to_string(bytes.size()) + " bytes for " +
                    std::to_string(context.positions) + " words of " +
                    std::to_string(context.valueBits) + " bits");
    for (size_t i = 0; i < context.occupied.size(); ++i)
      if (context.occupied[i])
        return codecError(id(), "position " + std::to_string(i) +
                                    " is already held by an earlier cluster");
    BlockCodes codes;
    codes.present.assign(context.positions, 1);
    codes.values = readWords(bytes, context.valueBits);
    return codes;
  }

  size_t encodedBytes(const BlockCodes &codes,
                      const BlockContext &context) const override {
    return codes.values.size() * (context.valueBits / 8);
  }

  std::optional<uint64_t> countedBytes(uint64_t positions, uint64_t,
                                       uint64_t values,
                                       unsigned valueBits) const override {
    if (values != positions)
      return std::nullopt;
    return values * (valueBits / 8);
  }

  uint64_t minimumBytes(uint64_t positions, unsigned valueBits) const override {
    return positions * (valueBits / 8);
  }

  /// Each lane emits one word per cycle; there are no positions to find.
  uint64_t decodeCycles(size_t, size_t presentValues,
                        unsigned lanes) const override {
    return wordCycles(presentValues, lanes);
  }
};

} // namespace

const Codec &rawCodec() {
  static const RawCodec codec;
  return codec;
}

} // namespace crania::encoding
