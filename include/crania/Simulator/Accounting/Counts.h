// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNTING_COUNTS_H
#define CRANIA_SIMULATOR_ACCOUNTING_COUNTS_H

#include "crania/Target/TargetModel.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace crania::simulator {

/// Units of the machine that can be busy.
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

/// Causes for which the PE array has work but does not compute. In order of
/// declaration, it waits for weights that are still in DRAM; for weights that
/// the DMA could not request earlier although the DRAM was idle; for weights
/// that are being decoded and loaded; for activations that are being copied;
/// for results of the vector unit; for its own pipeline to drain before results
/// can be used; or for bandwidth of the global buffer.
enum class Stall {
  dram,
  dma,
  decoder,
  activations,
  vector,
  drain,
  globalBuffer
};
constexpr size_t stallCount = 7;
std::string_view nameOf(Stall stall);

/// Numbers of events, one per precision of the weights that they involve.
using PrecisionCounts = std::array<uint64_t, target::precisionCount>;
/// Work of the vector unit, in operations of 32 bits on one lane.
using OperationCounts = std::array<uint64_t, target::operationCount>;

/// All events that the simulator counts. They are whole numbers, so that the
/// parts of an account add up exactly.
struct Counts {
  uint64_t cycles = 0;
  std::array<uint64_t, unitCount> busy = {};
  std::array<uint64_t, stallCount> stalls = {};

  /// Bytes of weights that were read from the image, one element per cluster.
  /// The fields below count parameters read from the image, and activations
  /// read from and written to scratch DRAM.
  std::vector<uint64_t> weightBytes;
  uint64_t parameterBytes = 0;
  uint64_t activationBytesRead = 0, activationBytesWritten = 0;
  /// Bytes on the DRAM bus, where each request is rounded up to whole bursts:
  /// of reads and writes, and of writes alone.
  uint64_t burstBytes = 0, burstBytesWritten = 0;
  /// Cycles in which at least one request was pending. Those of them in which
  /// the bus was idle went to opening rows, refreshes, changes of direction and
  /// latency.
  uint64_t dramPendingCycles = 0;
  /// Events of the timed DRAM: rows opened, refreshes, and clocks of the
  /// memory, summed over its ranks, with a row open and with no row open.
  uint64_t rowActivates = 0, refreshes = 0;
  uint64_t dramActiveClocks = 0, dramPrechargedClocks = 0;

  uint64_t storeHitBytes = 0; ///< bytes of fetches that the store held already
  /// Bytes read from and written to a compiler-managed weight store.
  uint64_t storeReadBytes = 0, storeWriteBytes = 0;
  /// Events of a weight store that is a cache, in lines.
  uint64_t lineHits = 0, lineMisses = 0, lineFills = 0;
  uint64_t fifoBytes = 0; ///< through the staging FIFO
  uint64_t globalBufferReadBytes = 0, globalBufferWriteBytes = 0;
  /// Bytes moved in the registers of PEs, and from a PE to its neighbor.
  uint64_t registerBytes = 0, neighbourBytes = 0;
  PrecisionCounts decodedValues = {};
  uint64_t scannedPositions =
      0; ///< positions that the plain decoder scanned for values
  uint64_t decoderFemtojoules = 0; ///< energy of decoders with lanes, 10^-3 pJ
  PrecisionCounts macs = {}; ///< multiply-accumulates with present weights
  PrecisionCounts macsSkipped =
      {}; ///< multiply-accumulates with absent weights
  OperationCounts vectorOps = {};
  uint64_t exitOps = 0;

  uint64_t weightBytesTotal() const;
  uint64_t macsTotal() const;
  uint64_t macsSkippedTotal() const;
  uint64_t activationBytes() const {
    return activationBytesRead + activationBytesWritten;
  }
  /// Returns all bytes that were requested from DRAM.
  uint64_t dramBytes() const {
    return weightBytesTotal() + parameterBytes + activationBytes();
  }

  Counts &operator+=(const Counts &other);
  /// Returns the counts of `times` equal runs.
  Counts operator*(uint64_t times) const;
  bool operator==(const Counts &other) const;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNTING_COUNTS_H
