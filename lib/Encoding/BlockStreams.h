// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_BLOCKSTREAMS_H
#define CRANIA_LIB_ENCODING_BLOCKSTREAMS_H

#include "Coders/BitStream.h"

#include "crania/Support/Result.h"

#include <array>
#include <cassert>

namespace crania::encoding {

/// The most streams of a block: positions and values.
constexpr unsigned maxStreams = 32;

/// Joins the streams of a block. Streams 2i and 2i+1 share a byte range: one
/// grows from its start upwards, the other from its end downwards, so that no
/// size between them is stored. The sizes of all ranges but the last come
/// first. If the block is shorter than `minimumBytes`, zeros in the middle of
/// its last range fill it up.
std::vector<uint8_t> joinStreams(Span<const std::vector<uint8_t>> streams,
                                 size_t minimumBytes);

/// The streams of a block that is being decoded.
class BlockStreams {
public:
  /// Splits a block into `count` streams. Fails if the sizes exceed the bytes.
  static Result<BlockStreams> split(Span<const uint8_t> bytes, unsigned count);

  Span<BitReader> readers(unsigned first, unsigned count) {
    assert(first + count <= this->count && "the block has fewer streams");
    return Span<BitReader>(streams.data() + first, count);
  }

  /// Checks that each stream was read exactly to its end, and that the bytes
  /// between streams are zeros.
  Status finish(size_t minimumBytes) const;

private:
  struct Range {
    std::vector<uint8_t> upwards, downwards;
    size_t size = 0;
  };

  void addRange(Span<const uint8_t> bytes, bool isShared);
  bool isSpent(size_t range, size_t &used) const;
  bool hasZeros(const Range &range, size_t begin, size_t end) const;

  size_t blockBytes = 0, headerBytes = 0;
  unsigned count = 0;
  std::vector<Range> ranges;
  std::array<BitReader, maxStreams> streams;
};

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_BLOCKSTREAMS_H
