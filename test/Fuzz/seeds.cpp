// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// usage: fuzz-seeds FOLDER
//
// Writes the inputs that the fuzzers start from, in a folder per fuzzer: small
// blocks of every encoding, with their tables.

#include "FuzzInput.h"

#include "crania/Encoding/BlockDirectory.h"
#include "crania/Support/File.h"

#include <cstdio>
#include <filesystem>

using namespace crania;
using namespace crania::encoding;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t seedPositions = 61; // not a multiple of lanes or of 8

/// Returns the head of FuzzInput, from which the context of the block is
/// parsed.
Bytes headOf(uint8_t flags, uint8_t pattern, size_t tableBytes) {
  return {flags,
          uint8_t(seedPositions),
          uint8_t(seedPositions >> 8),
          uint8_t(tableBytes),
          uint8_t(tableBytes >> 8),
          pattern};
}

/// Returns codes of all free positions, or of some.
BlockCodes codesFor(const FuzzInput &input, bool isDense, unsigned shift) {
  BlockCodes codes;
  for (size_t i = 0; i < input.positions; ++i) {
    bool isFree = input.occupied.empty() || !input.occupied[i];
    bool isPresent = isFree && (isDense || i % 5 == 0 || i % 7 == 3);
    codes.present.push_back(isPresent);
    if (isPresent)
      codes.values.push_back(uint32_t(i * i % 11) << shift);
  }
  return codes;
}

void write(const std::string &folder, const std::string &name,
           const Bytes &bytes) {
  std::filesystem::create_directories(folder);
  if (Status status = writeFileAtomically(folder + "/" + name, bytes);
      !status) {
    std::fprintf(stderr, "fuzz-seeds: error: %s\n",
                 status.error().message.c_str());
    std::exit(1);
  }
}

struct Shape {
  const char *name;
  uint8_t flags, pattern;
  unsigned lanes;
  unsigned tables = maxConditions;
  unsigned tableLog = 6; // table and block have similar sizes
  unsigned mostExtraBits = maxExtraBits;
  unsigned shift = 0; // for all words
};
constexpr Shape shapes[] = {
    {"plain", 0, 0, 0},
    {"occupied", FuzzInput::isOccupied, 0x5a, 1},
    {"conditions", 1 | FuzzInput::hasConditions, 2, 4},
    {"shared", 1 | FuzzInput::hasConditions, 2, 2, 1},
    {"extra-bits", 0, 0, 2, maxConditions, 2},
    {"shared-extra-bits", 1 | FuzzInput::hasConditions, 2, 1, 1, 2},
    {"zero-low-bits", 2, 0, 2, maxConditions, 2, 0, 16},
};

void writeSegment(const std::string &folder, const std::string &id) {
  for (const Shape &shape : shapes) {
    Bytes head = headOf(shape.flags, shape.pattern, 0);
    FuzzInput input = parseFuzzInput(head.data(), head.size());
    BlockCodes codes = codesFor(input, id.rfind("dense+", 0) == 0, shape.shift);
    std::vector<BlockView> blocks = {{&codes, input.context()}};
    TrainingOptions options;
    options.valueLanes = shape.lanes;
    options.tableLog = shape.tableLog;
    options.mostTables = shape.tables;
    options.mostExtraBits = shape.mostExtraBits;
    auto coder = findSegmentEncoding(id)->train(blocks, options);
    if (!coder)
      continue;
    Bytes tables = (*coder)->tables();
    Bytes block = (*coder)->encode(codes, input.context());
    Bytes bytes = headOf(shape.flags, shape.pattern, tables.size());
    bytes.insert(bytes.end(), tables.begin(), tables.end());
    bytes.insert(bytes.end(), block.begin(), block.end());
    write(folder + "/" + id, shape.name, bytes);
  }
}

void writeCodec(const std::string &folder, const std::string &id) {
  for (const Shape &shape : shapes) {
    Bytes bytes = headOf(shape.flags, shape.pattern, 0);
    FuzzInput input = parseFuzzInput(bytes.data(), bytes.size());
    BlockCodes codes = codesFor(input, id == "raw", shape.shift);
    if (!findCodec(id)->supports(codes, input.context()))
      continue;
    Bytes block = findCodec(id)->encode(codes, input.context());
    bytes.insert(bytes.end(), block.begin(), block.end());
    write(folder + "/" + id, shape.name, bytes);
  }
}

void writeDirectory(const std::string &folder) {
  std::vector<uint32_t> sizes = {700, 712, 695, 731, 704};
  Bytes bytes = {uint8_t(sizes.size()), 0};
  Bytes directory = encodeDirectory(sizes);
  bytes.insert(bytes.end(), directory.begin(), directory.end());
  write(folder + "/directory", "plain", bytes);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz-seeds FOLDER\n");
    return 1;
  }
  for (const std::string &id : segmentEncodingIds())
    if (id.rfind("dense+", 0) == 0 || id.find("+raw") != std::string::npos)
      writeSegment(argv[1], id);
  for (const std::string &id : codecIds())
    writeCodec(argv[1], id);
  writeDirectory(argv[1]);
}
