// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_FUZZ_FUZZINPUT_H
#define CRANIA_TEST_FUZZ_FUZZINPUT_H

#include "crania/Encoding/SegmentEncoding.h"

#include <cstdlib>

namespace crania::encoding {

/// A fuzzer's bytes for a block: a head, then the tables, then the block
/// itself. `seeds.cpp` writes this form.
struct FuzzInput {
  static constexpr size_t headBytes = 6;
  /// The most positions, small enough that a fuzzer reaches the end of blocks.
  static constexpr unsigned maxPositions = 600;
  enum Flag : uint8_t { isOccupied = 4, hasConditions = 8 };

  BlockContext context() const {
    return {positions, valueBits, occupied, conditions};
  }

  size_t positions = 0;
  unsigned valueBits = 8;
  std::vector<uint8_t> occupied, conditions;
  Span<const uint8_t> tables, block;
};

/// Parses an input. Any bytes of at least the size of the head are valid.
inline FuzzInput parseFuzzInput(const uint8_t *data, size_t size) {
  FuzzInput input;
  static constexpr unsigned sizes[] = {8, 16, 32, 12}; // 12 is not a word
  input.valueBits = sizes[data[0] % 4];
  input.positions = (data[1] | data[2] << 8) % FuzzInput::maxPositions;
  size_t tableBytes = size_t(data[3] | data[4] << 8);
  uint8_t pattern = data[5];
  for (size_t i = 0; i < input.positions; ++i) {
    if (data[0] & FuzzInput::isOccupied)
      input.occupied.push_back(pattern >> (i % 8) & 1);
    if (data[0] & FuzzInput::hasConditions)
      input.conditions.push_back(uint8_t(i % (pattern % 5 + 1)));
  }
  Span<const uint8_t> rest(data + FuzzInput::headBytes,
                           size - FuzzInput::headBytes);
  tableBytes = tableBytes < rest.size() ? tableBytes : rest.size();
  input.tables = rest.slice(0, tableBytes);
  input.block = rest.slice(tableBytes, rest.size() - tableBytes);
  return input;
}

/// Checks that an accepted input encodes to the same bytes. It does not use
/// assert, because most builds have NDEBUG.
inline void requireSame(const std::vector<uint8_t> &bytes,
                        Span<const uint8_t> expected) {
  if (bytes != std::vector<uint8_t>(expected.begin(), expected.end()))
    std::abort();
}

} // namespace crania::encoding

#endif // CRANIA_TEST_FUZZ_FUZZINPUT_H
