// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_CODEC_H
#define CRANIA_LAYOUT_CODEC_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crania::layout {

/// The codes of one cluster within one block: which of the block's positions
/// the cluster holds, and the value words there.
struct BlockCodes {
  /// One byte per position, 1 where the cluster holds it.
  std::vector<uint8_t> present;
  /// The value words of the present positions, in ascending position, in the
  /// low `valueBits` bits: the bit pattern of the weight (IEEE 754 or two's
  /// complement).
  std::vector<uint32_t> values;
};

/// What encoder and decoder both know before a block.
struct BlockContext {
  /// Number of positions of the block.
  size_t positions = 0;
  /// Bits per value word: 8, 16 or 32.
  unsigned valueBits = 32;
  /// One byte per position, 1 where an earlier cluster of the same tensor holds
  /// it already. Empty means that none does.
  Span<const uint8_t> occupied;
  /// One small number per position that the decoder knows before the block,
  /// such as the coarser code that this cluster refines. Empty means that
  /// nothing is known. For layouts with tables; codecs ignore it.
  // Initialised, so that compilers do not ask who knows none to say so.
  // NOLINTNEXTLINE(readability-redundant-member-init)
  Span<const uint8_t> conditions = {};
};

/// How the codes of one cluster of one block become bytes. A codec has no
/// state; blocks decode on their own. As a layout it is one without tables
/// (`makeSegmentLayout`).
///
/// Clusters have disjoint supports: codes hold no position that the context
/// calls occupied, and decoding bytes that do is an error.
class Codec {
public:
  virtual ~Codec() = default;

  /// The name under which binaries refer to it, e.g. "bitmap".
  virtual std::string_view id() const = 0;

  /// Whether the layout can express the codes, so that decoding gives them back
  /// bit for bit. False for malformed codes (see `areWellFormed`) and for what
  /// the layout has no word for, such as an absent position in "raw".
  virtual bool supports(const BlockCodes &codes,
                        const BlockContext &context) const;

  /// Encodes codes that it supports to whole bytes.
  virtual std::vector<uint8_t> encode(const BlockCodes &codes,
                                      const BlockContext &context) const = 0;

  /// Decodes exactly `bytes`. Any length, padding or position that `encode`
  /// could not have produced is an error.
  virtual Result<BlockCodes> decode(Span<const uint8_t> bytes,
                                    const BlockContext &context) const = 0;

  /// Bytes that `encode` would return, without encoding.
  virtual size_t encodedBytes(const BlockCodes &codes,
                              const BlockContext &context) const = 0;

  /// The same of any block with so many values, of whose positions so many are
  /// not held by earlier clusters; nothing if it depends on more, or if there
  /// is no encoding.
  virtual std::optional<uint64_t> countedBytes(uint64_t positions,
                                               uint64_t freePositions,
                                               uint64_t values,
                                               unsigned valueBits) const {
    (void)positions, (void)freePositions, (void)values, (void)valueBits;
    return std::nullopt;
  }

  /// Bytes of the shortest encoding of any codes of a block none of whose
  /// positions is occupied. A reader compares it with the bytes that are there
  /// before it allocates anything for the positions, so it must grow with them.
  virtual uint64_t minimumBytes(uint64_t positions,
                                unsigned valueBits) const = 0;

  /// Cycles one decoder lane group needs for a block, for the cost model and
  /// the simulator: `lanes` value words per cycle unless the positions are the
  /// bottleneck.
  virtual uint64_t decodeCycles(size_t positions, size_t presentValues,
                                unsigned lanes) const = 0;
};

/// Whether the codes fit the context at all: one presence byte of 0 or 1 per
/// position, none at an occupied position, as many values as present positions,
/// each within `valueBits` bits, which are 8, 16 or 32.
bool areWellFormed(const BlockCodes &codes, const BlockContext &context);

/// The built-in codec of that id, or null.
const Codec *findCodec(std::string_view id);

/// Ids of the built-in codecs, sorted.
std::vector<std::string> codecIds();

} // namespace crania::layout

#endif // CRANIA_LAYOUT_CODEC_H
