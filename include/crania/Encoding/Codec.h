// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_CODEC_H
#define CRANIA_ENCODING_CODEC_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crania::encoding {

/// The codes of one cluster within one block: the positions of the block that
/// the cluster holds, and the value words at these positions.
struct BlockCodes {
  /// One byte per position: 1 if the cluster holds the position, else 0.
  std::vector<uint8_t> present;
  /// The value words of the present positions, in ascending order of position.
  /// The low `valueBits` bits of each word are the bit pattern of the weight
  /// (IEEE 754 or two's complement).
  std::vector<uint32_t> values;
};

/// The facts about a block that both encoder and decoder know beforehand.
struct BlockContext {
  /// Number of positions of the block.
  size_t positions = 0;
  /// Bits per value word: 8, 16 or 32.
  unsigned valueBits = 32;
  /// One byte per position: 1 if an earlier cluster of the same tensor holds
  /// the position. Empty if no earlier cluster holds any.
  Span<const uint8_t> occupied;
  /// One small number per position that the decoder knows before the block,
  /// such as the coarser code that this cluster refines. Empty if nothing is
  /// known. Encodings with tables use it; codecs ignore it.
  // Initialized, so that compilers do not warn about callers that omit it.
  // NOLINTNEXTLINE(readability-redundant-member-init)
  Span<const uint8_t> conditions = {};
};

/// A codec turns the codes of one cluster of one block into bytes. It has no
/// state, so each block decodes on its own. `makeSegmentEncoding` makes an
/// encoding without tables from it.
///
/// Clusters have disjoint supports: codes hold no position that the context
/// marks as occupied. Decoding fails on bytes that hold such a position.
class Codec {
public:
  virtual ~Codec() = default;

  /// Returns the name of the codec in device binaries, such as "bitmap".
  virtual std::string_view id() const = 0;

  /// Returns true if the encoding can express the codes, so that decoding
  /// restores them bit for bit. Returns false for malformed codes (see
  /// `areWellFormed`) and for codes that the encoding has no word for, such as
  /// an absent position in "raw".
  virtual bool supports(const BlockCodes &codes,
                        const BlockContext &context) const;

  /// Encodes codes to whole bytes. `supports` must be true for the codes.
  virtual std::vector<uint8_t> encode(const BlockCodes &codes,
                                      const BlockContext &context) const = 0;

  /// Decodes all of `bytes`. Fails on any length, padding or position that
  /// `encode` cannot produce.
  virtual Result<BlockCodes> decode(Span<const uint8_t> bytes,
                                    const BlockContext &context) const = 0;

  /// Returns the number of bytes that `encode` returns, without encoding.
  virtual size_t encodedBytes(const BlockCodes &codes,
                              const BlockContext &context) const = 0;

  /// Returns the number of encoded bytes of any block with `values` values and
  /// `freePositions` positions that no earlier cluster holds. Returns nothing
  /// if the number depends on more than these counts, or if there is no
  /// encoding.
  virtual std::optional<uint64_t> countedBytes(uint64_t positions,
                                               uint64_t freePositions,
                                               uint64_t values,
                                               unsigned valueBits) const {
    (void)positions, (void)freePositions, (void)values, (void)valueBits;
    return std::nullopt;
  }

  /// Returns a lower bound in bytes on the encoding of a block without occupied
  /// positions. A reader compares it with the number of bytes that it has
  /// before it allocates memory for the positions, so the bound must grow with
  /// `positions`.
  virtual uint64_t minimumBytes(uint64_t positions,
                                unsigned valueBits) const = 0;

  /// Returns the cycles that one group of `lanes` decoder lanes needs for a
  /// block. The lanes decode `lanes` value words per cycle unless the positions
  /// are the bottleneck. The cost model and the simulator use this figure.
  virtual uint64_t decodeCycles(size_t positions, size_t presentValues,
                                unsigned lanes) const = 0;
};

/// Returns true if the codes fit the context: there is one presence byte of 0
/// or 1 per position, 0 at each occupied position, and one value per present
/// position. Each value fits into `valueBits` bits, which are 8, 16 or 32.
bool areWellFormed(const BlockCodes &codes, const BlockContext &context);

/// Returns the built-in codec with that id, or null if there is none.
const Codec *findCodec(std::string_view id);

/// Returns the ids of the built-in codecs, sorted.
std::vector<std::string> codecIds();

} // namespace crania::encoding

#endif // CRANIA_ENCODING_CODEC_H
