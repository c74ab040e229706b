// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// usage: rtl-segments ENCODING TABLE-LOG EXTRA-BITS LANES SPARSE FILE...
//
// Encodes the int8 weights of each file as a segment, and prints the bytes of
// the segment and what they mean, for rtl/simulate.py. SPARSE is 1 if zeros are
// absent, and 0 if they are weights. Each output line is one of
//   segment ENCODING xTABLES
//   block POSITIONS xBYTES xPRESENT xVALUES
// The bytes after each x are hexadecimal. PRESENT has a bit per position, the
// first one lowest.

#include "crania/Encoding/SegmentEncoding.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace crania;
using namespace crania::encoding;

namespace {

constexpr size_t blockPositions = 1024;

void printHex(Span<const uint8_t> bytes) {
  std::printf(" x");
  for (uint8_t byte : bytes)
    std::printf("%02x", byte);
}

std::vector<BlockCodes> cutIntoBlocks(const std::vector<char> &weights,
                                      bool isSparse) {
  std::vector<BlockCodes> blocks;
  for (size_t begin = 0; begin < weights.size(); begin += blockPositions) {
    const size_t end = std::min(begin + blockPositions, weights.size());
    BlockCodes block;
    for (size_t i = begin; i < end; ++i) {
      const bool isPresent = !isSparse || weights[i] != 0;
      block.present.push_back(isPresent);
      if (isPresent)
        block.values.push_back(uint8_t(weights[i]));
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

void printBlock(const BlockCodes &block, Span<const uint8_t> bytes) {
  std::vector<uint8_t> present((block.present.size() + 7) / 8);
  for (size_t i = 0; i < block.present.size(); ++i)
    present[i / 8] |= uint8_t(block.present[i] << i % 8);
  std::printf("block %zu", block.present.size());
  printHex(bytes);
  printHex(present);
  printHex(std::vector<uint8_t>(block.values.begin(), block.values.end()));
  std::printf("\n");
}

/// Prints a segment. Fails if the encoding cannot express the weights, or if
/// the bytes do not decode to them.
Status printSegment(const SegmentEncoding &encoding,
                    const TrainingOptions &options,
                    const std::vector<BlockCodes> &blocks) {
  std::vector<BlockView> views;
  for (const BlockCodes &block : blocks)
    views.push_back({&block, {block.present.size(), 8, {}, {}}});
  Result<EncodedSegment> segment = encodeSegment(encoding, views, options);
  if (!segment)
    return segment.error();
  std::printf("segment %s", std::string(encoding.id()).c_str());
  printHex(segment->tables);
  std::printf("\n");
  size_t at = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Span<const uint8_t> bytes =
        Span<const uint8_t>(segment->blocks).slice(at, segment->blockSizes[i]);
    at += segment->blockSizes[i];
    Result<BlockCodes> decoded =
        segment->coder->decode(bytes, views[i].context);
    if (!decoded)
      return decoded.error();
    printBlock(*decoded, bytes);
  }
  return {};
}

int fail(const std::string &message) {
  std::fprintf(stderr, "rtl-segments: %s\n", message.c_str());
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 7)
    return fail("the arguments are ENCODING TABLE-LOG EXTRA-BITS LANES SPARSE "
                "FILE...");
  const SegmentEncoding *encoding = findSegmentEncoding(argv[1]);
  if (!encoding)
    return fail(std::string("there is no encoding '") + argv[1] + "'");
  TrainingOptions options;
  options.tableLog = unsigned(std::atoi(argv[2]));
  options.mostExtraBits = unsigned(std::atoi(argv[3]));
  options.valueLanes = unsigned(std::atoi(argv[4]));
  const bool isSparse = std::atoi(argv[5]) != 0;
  for (int i = 6; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file)
      return fail(std::string("cannot read ") + argv[i]);
    const std::vector<char> weights{std::istreambuf_iterator<char>(file), {}};
    if (Status status =
            printSegment(*encoding, options, cutIntoBlocks(weights, isSparse));
        !status)
      return fail(std::string(argv[i]) + ": " + status.error().message);
  }
  return 0;
}
