// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Training/Entropy.h"

#include "crania/Encoding/SegmentEncoding.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace crania::encoding {

namespace {

uint64_t computeScaledLog2(uint64_t value) {
  unsigned whole = 63 - __builtin_clzll(value);
  // Squaring the mantissa, in [1, 2) with 31 places, gives one bit of the
  // logarithm at a time.
  constexpr unsigned places = 31;
  uint64_t mantissa =
      whole > places ? value >> (whole - places) : value << (places - whole);
  uint64_t log = whole;
  for (unsigned i = 0; i < costPlaces; ++i) {
    mantissa = mantissa * mantissa >> places;
    unsigned bit = mantissa >> (places + 1) & 1;
    mantissa >>= bit;
    log = log << 1 | bit;
  }
  return log;
}

/// Returns the logarithms of all frequencies that a table can have, and of the
/// next larger number.
const std::vector<uint64_t> &frequencyLogs() {
  static const std::vector<uint64_t> table = [] {
    std::vector<uint64_t> logs(2 + (size_t(1) << maxTableLog));
    for (size_t i = 1; i < logs.size(); ++i)
      logs[i] = computeScaledLog2(i);
    return logs;
  }();
  return table;
}

} // namespace

uint64_t scaledLog2(uint64_t value) {
  assert(value > 0 && "0 has no logarithm");
  const std::vector<uint64_t> &logs = frequencyLogs();
  return value < logs.size() ? logs[value] : computeScaledLog2(value);
}

namespace {

/// Adjusts frequencies until they have the required sum.
class Normalizer {
public:
  Normalizer(Span<const uint64_t> counts, unsigned tableLog)
      : counts(counts), slots(uint64_t(1) << tableLog) {}

  std::vector<uint16_t> run() {
    startProportionally();
    for (; used < slots; ++used)
      ++frequencies[bestToRaise()];
    for (; used > slots; --used)
      --frequencies[bestToLower()];
    exchange();
    return std::move(frequencies);
  }

private:
  void startProportionally() {
    uint64_t total = std::accumulate(counts.begin(), counts.end(), uint64_t(0));
    for (uint64_t count : counts) {
      uint64_t share = uint64_t(double(count) / double(total) * slots);
      uint64_t frequency =
          count == 0 ? 0 : std::clamp<uint64_t>(share, 1, slots);
      frequencies.push_back(uint16_t(frequency));
      used += frequency;
    }
  }

  /// Moves slots between frequencies. The cost is convex in each frequency: if
  /// moving any single slot does not help, moving several does not either.
  void exchange() {
    for (;;) {
      size_t lower = bestToLower(), raise = bestToRaise();
      if (lower == none || raise == none || lower == raise ||
          gain(raise) <= loss(lower))
        return;
      --frequencies[lower];
      ++frequencies[raise];
    }
  }

  uint64_t gain(size_t i) const {
    return counts[i] * (logs[frequencies[i] + 1] - logs[frequencies[i]]);
  }
  uint64_t loss(size_t i) const {
    return counts[i] * (logs[frequencies[i]] - logs[frequencies[i] - 1]);
  }

  size_t bestToRaise() const {
    size_t best = none;
    for (size_t i = 0; i < counts.size(); ++i)
      if (counts[i] > 0 && frequencies[i] < slots &&
          (best == none || gain(i) > gain(best)))
        best = i;
    return best;
  }
  size_t bestToLower() const {
    size_t best = none;
    for (size_t i = 0; i < counts.size(); ++i)
      if (frequencies[i] > 1 && (best == none || loss(i) < loss(best)))
        best = i;
    return best;
  }

  static constexpr size_t none = ~size_t(0);

  Span<const uint64_t> counts;
  const std::vector<uint64_t> &logs = frequencyLogs();
  uint64_t slots, used = 0;
  std::vector<uint16_t> frequencies;
};

} // namespace

uint64_t entropyCost(Span<const uint64_t> counts) {
  const uint64_t total =
      std::accumulate(counts.begin(), counts.end(), uint64_t(0));
  if (total == 0)
    return 0;
  const uint64_t logOfTotal = scaledLog2(total);
  uint64_t cost = 0;
  for (uint64_t count : counts)
    if (count > 0)
      cost += count * (logOfTotal - scaledLog2(count));
  return cost;
}

std::vector<uint16_t> normalizeCounts(Span<const uint64_t> counts,
                                      unsigned tableLog) {
  assert(tableLog <= maxTableLog && "the table is too large");
  [[maybe_unused]] const size_t present =
      counts.size() -
      size_t(std::count(counts.begin(), counts.end(), uint64_t(0)));
  assert(present > 0 && present <= size_t(1) << tableLog &&
         "a state for each symbol");
  return Normalizer(counts, tableLog).run();
}

uint64_t codedCost(Span<const uint64_t> counts,
                   Span<const uint16_t> frequencies, unsigned tableLog) {
  assert(counts.size() == frequencies.size() && "a frequency per symbol");
  uint64_t cost = 0, slots = uint64_t(tableLog) << costPlaces;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) {
      assert(frequencies[i] > 0 && "a symbol that occurs has no state");
      cost += counts[i] * (slots - frequencyLogs()[frequencies[i]]);
    }
  return cost;
}

} // namespace crania::encoding
