// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Encoding/BlockDirectory.h"

#include "Coders/BitStream.h"

#include <algorithm>
#include <string>

namespace crania::encoding {

namespace {

constexpr unsigned smallestBits = 32;
constexpr unsigned widthBits = 6;
/// The least bits per block. With at least one, the bytes of a directory bound
/// the number of its blocks.
constexpr unsigned leastWidth = 1;
constexpr unsigned mostWidth = 32;

Error directoryError(const std::string &what) {
  return {"block directory: " + what};
}

} // namespace

std::vector<uint8_t> encodeDirectory(Span<const uint32_t> blockSizes) {
  uint32_t smallest = 0, largest = 0;
  if (!blockSizes.empty()) {
    auto range = std::minmax_element(blockSizes.begin(), blockSizes.end());
    smallest = *range.first;
    largest = *range.second;
  }
  unsigned width = std::max(leastWidth, bitWidth(largest - smallest));
  BitWriter writer;
  writer.write(smallest, smallestBits);
  writer.write(width, widthBits);
  for (uint32_t size : blockSizes)
    writer.write(size - smallest, width);
  return writer.finish();
}

Result<std::vector<uint32_t>> parseDirectory(Span<const uint8_t> bytes,
                                             size_t blocks) {
  // This check comes before anything is allocated for the blocks.
  if (blocks > 8 * uint64_t(bytes.size()))
    return directoryError(std::to_string(bytes.size()) + " bytes for " +
                          std::to_string(blocks) + " blocks");
  std::vector<uint8_t> padded = paddedCopy(bytes);
  BitReader reader(padded.data(), bytes.size());
  uint32_t smallest = reader.read(smallestBits);
  unsigned width = reader.read(widthBits);
  if (width < leastWidth || width > mostWidth)
    return directoryError("sizes of " + std::to_string(width) + " bits");
  uint32_t least = UINT32_MAX, most = 0;
  std::vector<uint32_t> sizes;
  sizes.reserve(blocks);
  for (size_t i = 0; i < blocks; ++i) {
    uint32_t excess = reader.read(width);
    least = std::min(least, excess);
    most = std::max(most, excess);
    if (excess > UINT32_MAX - smallest)
      return directoryError("the size of block " + std::to_string(i) +
                            " is out of range");
    sizes.push_back(smallest + excess);
  }
  if (reader.overran() || reader.consumedBytes() != bytes.size() ||
      !reader.endsInZeros())
    return directoryError(std::to_string(bytes.size()) +
                          " bytes do not hold the sizes of " +
                          std::to_string(blocks) + " blocks");
  bool isShortest =
      blocks == 0 ? smallest == 0 && width == leastWidth
                  : least == 0 && width == std::max(leastWidth, bitWidth(most));
  if (!isShortest)
    return directoryError("the sizes are not in their shortest form");
  return sizes;
}

} // namespace crania::encoding
