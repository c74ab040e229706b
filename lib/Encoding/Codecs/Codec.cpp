// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/Codec.h"

#include "Codecs/BuiltinCodecs.h"

#include <array>

namespace crania::encoding {

bool areWellFormed(const BlockCodes &codes, const BlockContext &context) {
  if (context.valueBits != 8 && context.valueBits != 16 &&
      context.valueBits != 32)
    return false;
  if (codes.present.size() != context.positions)
    return false;
  if (!context.occupied.empty() && context.occupied.size() != context.positions)
    return false;
  // There are no early exits, so that compilers vectorize the loop: encoders
  // check every block.
  size_t count = 0;
  uint8_t seen = 0, clashes = 0;
  for (uint8_t present : codes.present) {
    seen |= present;
    count += present;
  }
  for (size_t i = 0; i < context.occupied.size(); ++i)
    clashes |= codes.present[i] & (context.occupied[i] != 0);
  if (seen > 1 || clashes)
    return false;
  if (codes.values.size() != count)
    return false;
  uint32_t excess =
      context.valueBits == 32 ? 0 : ~uint32_t(0) << context.valueBits;
  uint32_t used = 0;
  for (uint32_t value : codes.values)
    used |= value;
  return (used & excess) == 0;
}

bool Codec::supports(const BlockCodes &codes,
                     const BlockContext &context) const {
  return areWellFormed(codes, context);
}

static std::array<const Codec *, 3> builtInCodecs() {
  return {&bitmapCodec(), &bitmapFreeCodec(), &rawCodec()};
}

const Codec *findCodec(std::string_view id) {
  for (const Codec *codec : builtInCodecs())
    if (codec->id() == id)
      return codec;
  return nullptr;
}

std::vector<std::string> codecIds() {
  std::vector<std::string> ids;
  for (const Codec *codec : builtInCodecs())
    ids.emplace_back(codec->id());
  return ids;
}

} // namespace crania::encoding
