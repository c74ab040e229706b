// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNT_H
#define CRANIA_SIMULATOR_ACCOUNT_H

#include "crania/Target/TargetModel.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::simulator {

/// What can be busy.
enum class Unit {
  weightDma,
  activationDma,
  dram,
  decoder,
  array,
  vector,
  exit
};
constexpr size_t unitCount = 7;
std::string_view nameOf(Unit unit);

/// What the PE array waits for when it has work but does not compute: weights
/// that are still in DRAM, weights that are being decoded and loaded,
/// activations that are being copied, results of the vector unit, or its own
/// pipeline to drain before results can be used.
enum class Stall { dram, decoder, activations, vector, drain };
constexpr size_t stallCount = 5;
std::string_view nameOf(Stall stall);

/// Everything that is counted, in whole events, so that parts add up exactly.
struct Counts {
  uint64_t cycles = 0;
  std::array<uint64_t, unitCount> busy = {};
  std::array<uint64_t, stallCount> stalls = {};

  /// Bytes of the image that were read, by cluster, and of activations that
  /// were read from and written to scratch DRAM.
  std::vector<uint64_t> weightBytes;
  uint64_t parameterBytes = 0;
  uint64_t activationBytesRead = 0, activationBytesWritten = 0;
  /// Bytes on the bus: requests rounded out to whole bursts.
  uint64_t burstBytes = 0;

  uint64_t storeHitBytes = 0; ///< bytes of fetches that the store held already
  uint64_t storeReadBytes = 0, storeWriteBytes = 0;
  uint64_t fifoBytes = 0; ///< through the staging FIFO
  uint64_t globalBufferReadBytes = 0, globalBufferWriteBytes = 0;
  uint64_t decodedValues = 0;
  uint64_t scannedPositions = 0; ///< by the decoder, in search of values
  uint64_t macs = 0;             ///< with weights that are present
  uint64_t macsSkipped = 0;      ///< with absent ones
  uint64_t vectorOps = 0;
  uint64_t exitOps = 0;

  uint64_t weightBytesTotal() const;
  uint64_t activationBytes() const {
    return activationBytesRead + activationBytesWritten;
  }
  /// All bytes that were asked of DRAM.
  uint64_t dramBytes() const {
    return weightBytesTotal() + parameterBytes + activationBytes();
  }

  Counts &operator+=(const Counts &other);
  /// The counts of `times` equal runs.
  Counts operator*(uint64_t times) const;
  bool operator==(const Counts &other) const;
};

/// pJ by component.
struct Energy {
  double dram = 0;
  double array = 0;     ///< multiply-accumulates
  double registers = 0; ///< of the PEs
  double globalBuffer = 0;
  double fifo = 0;
  double store = 0;
  double decoder = 0;
  double vector = 0;
  double exit = 0;

  double total() const;
  /// The components with their names, in declaration order.
  std::vector<std::pair<std::string_view, double>> components() const;
};

/// Energy of the counted events:
///   dram           burstBytes: DRAM moves whole bursts
///   array          macs; absent weights cost nothing
///   registers      macs * 3 (weight read, activation passed on, partial sum
///                  passed on) + decodedValues (weight written)
///   global buffer  bytes read and written
///   fifo, store    bytes through, read and written
///   decoder        decodedValues, each through one pipeline register, and
///                  scannedPositions, each a bit of such a register
///   vector, exit   operations
Energy energyOf(const Counts &counts, const target::TargetModel &target,
                target::Precision precision);

/// What no machine with this bandwidth and this many PEs can beat, in cycles:
/// the larger of DRAM bytes / bandwidth and MACs with present weights / PEs.
struct Bound {
  double dram = 0, array = 0;
  double cycles() const { return dram > array ? dram : array; }
};
Bound boundOf(const Counts &counts, const target::TargetModel &target);

/// MACs done over what the PEs could have done in that time.
double utilisationOf(const Counts &counts, const target::TargetModel &target);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNT_H
