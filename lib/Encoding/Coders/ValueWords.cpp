// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coders/ValueWords.h"

#include "Coders/BitStream.h"
#include "crania/Encoding/SegmentEncoding.h"

#include <algorithm>
#include <cassert>

namespace crania::encoding {

Error codecError(std::string_view codec, const std::string &what) {
  return {"encoding \"" + std::string(codec) + "\": " + what};
}

static Status checkWordsAndOccupancy(const BlockContext &context) {
  const unsigned bits = context.valueBits;
  if (bits != 8 && bits != 16 && bits != 32)
    return Error{"value words of " + std::to_string(bits) +
                 " bits; only 8, 16 and 32 can be stored"};
  const size_t occupied = context.occupied.size();
  if (occupied != 0 && occupied != context.positions)
    return Error{"occupancy of " + std::to_string(occupied) +
                 " positions for a block of " +
                 std::to_string(context.positions)};
  return {};
}

Status checkContext(std::string_view codec, const BlockContext &context) {
  Status status = checkWordsAndOccupancy(context);
  return status ? Status() : codecError(codec, status.error().message);
}

Status checkSegmentContext(const BlockContext &context) {
  if (Status status = checkWordsAndOccupancy(context); !status)
    return status;
  const size_t positions = context.positions;
  const size_t conditions = context.conditions.size();
  if (positions > maxBlockPositions)
    return Error{"block of " + std::to_string(positions) +
                 " positions; there are at most " +
                 std::to_string(maxBlockPositions) +
                 ": a tile of the target's array.rows x array.cols is too "
                 "large, make either smaller"};
  if (conditions != 0 && conditions != positions)
    return Error{"conditions of " + std::to_string(conditions) +
                 " positions for a block of " + std::to_string(positions)};
  return {};
}

namespace {

/// A function that appends the bytes of `bits` where `occupied` is 0 to `next`,
/// and returns the new end. `occupied` has bytes of 0 or 1. `next` needs room
/// for 8 more bytes.
using KeepFree = uint8_t *(*)(Span<const uint8_t> bits,
                              Span<const uint8_t> occupied, uint8_t *next);

/// The loop has no branches, because the pattern of free positions is as
/// unpredictable as a random one.
uint8_t *keepFreeFrom(size_t begin, Span<const uint8_t> bits,
                      Span<const uint8_t> occupied, uint8_t *next) {
  for (size_t i = begin; i < bits.size(); ++i) {
    *next = bits[i];
    next += occupied[i] == 0;
  }
  return next;
}

#if defined(__x86_64__)
/// Handles eight positions at a time.
__attribute__((target("bmi2"))) uint8_t *
keepFreeBmi2(Span<const uint8_t> bits, Span<const uint8_t> occupied,
             uint8_t *next) {
  constexpr uint64_t low = 0x7f7f7f7f7f7f7f7f;
  size_t i = 0;
  for (; i + 8 <= bits.size(); i += 8) {
    const uint64_t taken = loadLittleEndian64(occupied.data() + i);
    // First 0x80 in each byte that is 0, then 0xff.
    const uint64_t isFree = ~(((taken & low) + low) | taken | low);
    const uint64_t mask = (isFree >> 7) * 0xff;
    storeLittleEndian64(next, __builtin_ia32_pext_di(
                                  loadLittleEndian64(bits.data() + i), mask));
    next += __builtin_popcountll(isFree);
  }
  return keepFreeFrom(i, bits, occupied, next);
}
#endif

uint8_t *keepFreePortable(Span<const uint8_t> bits,
                          Span<const uint8_t> occupied, uint8_t *next) {
  return keepFreeFrom(0, bits, occupied, next);
}

KeepFree chooseKeepFree() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2"))
    return keepFreeBmi2;
#endif
  return keepFreePortable;
}

} // namespace

std::vector<uint8_t> freeBits(Span<const uint8_t> bits,
                              Span<const uint8_t> occupied) {
  assert(bits.size() == occupied.size() && "a bit per position");
  static const KeepFree keepFree = chooseKeepFree();
  constexpr size_t slack = 8;
  std::vector<uint8_t> free(bits.size() + slack);
  free.resize(size_t(keepFree(bits, occupied, free.data()) - free.data()));
  return free;
}

template <unsigned WordBytes>
static void storeWords(uint8_t *bytes, Span<const uint32_t> words) {
  for (size_t i = 0; i < words.size(); ++i)
    for (unsigned b = 0; b < WordBytes; ++b)
      bytes[i * WordBytes + b] = uint8_t(words[i] >> (8 * b));
}

void appendWords(std::vector<uint8_t> &bytes, Span<const uint32_t> words,
                 unsigned valueBits) {
  assert((valueBits == 8 || valueBits == 16 || valueBits == 32) &&
         "words have 8, 16 or 32 bits");
  size_t begin = bytes.size();
  bytes.resize(begin + words.size() * (valueBits / 8));
  if (valueBits == 8)
    storeWords<1>(bytes.data() + begin, words);
  else if (valueBits == 16)
    storeWords<2>(bytes.data() + begin, words);
  else
    storeWords<4>(bytes.data() + begin, words);
}

std::vector<uint32_t> readWords(Span<const uint8_t> bytes, unsigned valueBits) {
  unsigned wordBytes = valueBits / 8;
  assert(wordBytes > 0 && bytes.size() % wordBytes == 0 &&
         "the bytes end within a word");
  std::vector<uint32_t> words(bytes.size() / wordBytes);
  for (size_t i = 0; i < words.size(); ++i)
    for (unsigned b = 0; b < wordBytes; ++b)
      words[i] |= uint32_t(bytes[i * wordBytes + b]) << (8 * b);
  return words;
}

uint64_t wordCycles(uint64_t values, unsigned lanes) {
  uint64_t perCycle = std::max(lanes, 1u);
  return (values + perCycle - 1) / perCycle;
}

} // namespace crania::encoding
