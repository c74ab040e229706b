// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Accounting/Counts.h"

#include <numeric>

using namespace crania;
using namespace crania::simulator;

std::string_view simulator::nameOf(Unit unit) {
  constexpr std::string_view names[unitCount] = {
      "weight_dma", "activation_dma", "dram", "decoder",
      "array",      "vector",         "exit"};
  return names[size_t(unit)];
}

std::string_view simulator::nameOf(Stall stall) {
  constexpr std::string_view names[stallCount] = {
      "dram",   "dma",   "decoder",      "activations",
      "vector", "drain", "global_buffer"};
  return names[size_t(stall)];
}

template <typename List>
static uint64_t sumOf(const List &counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t(0));
}

uint64_t Counts::weightBytesTotal() const { return sumOf(weightBytes); }
uint64_t Counts::macsTotal() const { return sumOf(macs); }
uint64_t Counts::macsSkippedTotal() const { return sumOf(macsSkipped); }

namespace {

/// Calls f(a.field, b.field) for every scalar field.
template <typename A, typename B, typename F>
void forEachField(A &a, B &b, F f) {
  f(a.cycles, b.cycles);
  for (size_t i = 0; i < unitCount; ++i)
    f(a.busy[i], b.busy[i]);
  for (size_t i = 0; i < stallCount; ++i)
    f(a.stalls[i], b.stalls[i]);
  f(a.parameterBytes, b.parameterBytes);
  f(a.activationBytesRead, b.activationBytesRead);
  f(a.activationBytesWritten, b.activationBytesWritten);
  f(a.burstBytes, b.burstBytes);
  f(a.burstBytesWritten, b.burstBytesWritten);
  f(a.dramPendingCycles, b.dramPendingCycles);
  f(a.rowActivates, b.rowActivates);
  f(a.refreshes, b.refreshes);
  f(a.dramActiveClocks, b.dramActiveClocks);
  f(a.dramPrechargedClocks, b.dramPrechargedClocks);
  f(a.storeHitBytes, b.storeHitBytes);
  f(a.storeReadBytes, b.storeReadBytes);
  f(a.storeWriteBytes, b.storeWriteBytes);
  f(a.lineHits, b.lineHits);
  f(a.lineMisses, b.lineMisses);
  f(a.lineFills, b.lineFills);
  f(a.fifoBytes, b.fifoBytes);
  f(a.globalBufferReadBytes, b.globalBufferReadBytes);
  f(a.globalBufferWriteBytes, b.globalBufferWriteBytes);
  f(a.registerBytes, b.registerBytes);
  f(a.neighbourBytes, b.neighbourBytes);
  for (size_t i = 0; i < target::precisionCount; ++i) {
    f(a.decodedValues[i], b.decodedValues[i]);
    f(a.macs[i], b.macs[i]);
    f(a.macsSkipped[i], b.macsSkipped[i]);
  }
  f(a.scannedPositions, b.scannedPositions);
  f(a.decoderFemtojoules, b.decoderFemtojoules);
  for (size_t i = 0; i < target::operationCount; ++i)
    f(a.vectorOps[i], b.vectorOps[i]);
  f(a.exitOps, b.exitOps);
}

} // namespace

Counts &Counts::operator+=(const Counts &other) {
  forEachField(*this, other,
               [](uint64_t &sum, const uint64_t &x) { sum += x; });
  if (weightBytes.size() < other.weightBytes.size())
    weightBytes.resize(other.weightBytes.size());
  for (size_t i = 0; i < other.weightBytes.size(); ++i)
    weightBytes[i] += other.weightBytes[i];
  return *this;
}

Counts Counts::operator*(uint64_t times) const {
  Counts result = *this;
  forEachField(result, *this, [times](uint64_t &product, const uint64_t &) {
    product *= times;
  });
  for (uint64_t &bytes : result.weightBytes)
    bytes *= times;
  return result;
}

bool Counts::operator==(const Counts &other) const {
  bool equal = weightBytes == other.weightBytes;
  forEachField(*this, other, [&](const uint64_t &a, const uint64_t &b) {
    equal = equal && a == b;
  });
  return equal;
}
