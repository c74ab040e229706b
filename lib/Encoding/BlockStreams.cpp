// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BlockStreams.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace crania::encoding {

namespace {

// Sizes are LEB128: seven bits per byte, the lowest first. The top bit is set
// in all bytes but the last.
constexpr unsigned sizeBitsPerByte = 7;
constexpr uint8_t moreFollows = 0x80;
constexpr unsigned maxSizeBytes = 3; // a block has at most about 256 KB

void appendSize(std::vector<uint8_t> &bytes, size_t size) {
  for (; size >= moreFollows; size >>= sizeBitsPerByte)
    bytes.push_back(uint8_t(size) | moreFollows);
  bytes.push_back(uint8_t(size));
}

/// Reads a size in its shortest form and moves `at` past it.
Result<size_t> readSize(Span<const uint8_t> bytes, size_t &at) {
  size_t size = 0;
  for (unsigned i = 0; i < maxSizeBytes && at < bytes.size(); ++i) {
    uint8_t byte = bytes[at++];
    size |= size_t(byte & (moreFollows - 1)) << (i * sizeBitsPerByte);
    if (byte & moreFollows)
      continue;
    if (byte == 0 && i > 0)
      break;
    return size;
  }
  return Error{"the size of a stream is damaged"};
}

} // namespace

std::vector<uint8_t> joinStreams(Span<const std::vector<uint8_t>> streams,
                                 size_t minimumBytes) {
  assert(!streams.empty() && streams.size() <= maxStreams &&
         "a block has from 1 to 32 streams");
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 2 < streams.size(); i += 2)
    appendSize(bytes, streams[i].size() + streams[i + 1].size());
  for (size_t i = 0; i < streams.size(); i += 2) {
    bytes.insert(bytes.end(), streams[i].begin(), streams[i].end());
    bool isLast = i + 2 >= streams.size();
    size_t shared = i + 1 < streams.size() ? streams[i + 1].size() : 0;
    if (isLast && bytes.size() + shared < minimumBytes)
      bytes.resize(minimumBytes - shared);
    if (shared > 0)
      bytes.insert(bytes.end(), streams[i + 1].rbegin(), streams[i + 1].rend());
  }
  return bytes;
}

void BlockStreams::addRange(Span<const uint8_t> bytes, bool isShared) {
  ranges.emplace_back();
  Range &range = ranges.back();
  range.size = bytes.size();
  range.upwards = paddedCopy(bytes);
  size_t stream = 2 * (ranges.size() - 1);
  streams[stream] = BitReader(range.upwards.data(), range.size);
  if (!isShared)
    return;
  range.downwards = paddedReverse(bytes);
  streams[stream + 1] = BitReader(range.downwards.data(), range.size);
}

Result<BlockStreams> BlockStreams::split(Span<const uint8_t> bytes,
                                         unsigned count) {
  assert(count > 0 && count <= maxStreams &&
         "a block has from 1 to 32 streams");
  BlockStreams result;
  result.blockBytes = bytes.size();
  result.count = count;
  size_t rangeCount = (count + 1) / 2;
  result.ranges.reserve(rangeCount);
  std::vector<size_t> sizes;
  size_t at = 0;
  while (sizes.size() + 1 < rangeCount) {
    Result<size_t> size = readSize(bytes, at);
    if (!size)
      return size.error();
    sizes.push_back(*size);
  }
  result.headerBytes = at;
  for (size_t size : sizes) {
    if (size > bytes.size() - at)
      return Error{"a stream of " + std::to_string(size) +
                   " bytes does not fit the block of " +
                   std::to_string(bytes.size())};
    result.addRange(bytes.slice(at, size), true);
    at += size;
  }
  result.addRange(bytes.slice(at, bytes.size() - at), count % 2 == 0);
  return result;
}

/// Returns true if the streams of a range end before they meet and zeros lie
/// between them. Adds the bytes that the streams use to `used`.
bool BlockStreams::isSpent(size_t range, size_t &used) const {
  size_t rangeUsed = 0;
  for (size_t i = 2 * range; i < std::min<size_t>(2 * range + 2, count); ++i) {
    if (streams[i].overran() || !streams[i].endsInZeros())
      return false;
    rangeUsed += streams[i].consumedBytes();
  }
  used += rangeUsed;
  bool isLast = range + 1 == ranges.size();
  size_t size = ranges[range].size;
  if (!isLast)
    return rangeUsed == size;
  size_t begin = streams[2 * range].consumedBytes();
  return rangeUsed <= size &&
         hasZeros(ranges[range], begin, begin + size - rangeUsed);
}

bool BlockStreams::hasZeros(const Range &range, size_t begin,
                            size_t end) const {
  return std::all_of(range.upwards.begin() + ptrdiff_t(begin),
                     range.upwards.begin() + ptrdiff_t(end),
                     [](uint8_t byte) { return byte == 0; });
}

Status BlockStreams::finish(size_t minimumBytes) const {
  size_t used = headerBytes;
  for (size_t range = 0; range < ranges.size(); ++range)
    if (!isSpent(range, used))
      return Error{"the streams do not end where the symbols do"};
  size_t expected = std::max(used, minimumBytes);
  if (blockBytes != expected)
    return Error{"block of " + std::to_string(blockBytes) + " bytes, but its " +
                 "symbols take " + std::to_string(expected)};
  return {};
}

} // namespace crania::encoding
