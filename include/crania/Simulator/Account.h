// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNT_H
#define CRANIA_SIMULATOR_ACCOUNT_H

#include "crania/Dram/Energy.h"
#include "crania/Target/TargetModel.h"

#include <algorithm>
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
/// that are still in DRAM, weights that the DMA could not ask an idle DRAM for
/// any earlier, weights that are being decoded and loaded,
/// activations that are being copied, results of the vector unit, its own
/// pipeline to drain before results can be used, or bandwidth of the global
/// buffer.
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

/// Events by the precision of the weights that they are about.
using PrecisionCounts = std::array<uint64_t, target::precisionCount>;
/// Work of the vector unit, in operations of 32 bits on one lane.
using OperationCounts = std::array<uint64_t, target::operationCount>;

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
  /// Bytes on the bus: requests rounded out to whole bursts; those of writes.
  uint64_t burstBytes = 0, burstBytesWritten = 0;
  /// Cycles in which a request was on its way. What the bus was not busy of
  /// them went to rows, refreshes, changes of direction and latency.
  uint64_t dramPendingCycles = 0;
  /// Of the timed DRAM: rows opened, refreshes, and the memory's clocks of all
  /// ranks with a row open and with none.
  uint64_t rowActivates = 0, refreshes = 0;
  uint64_t dramActiveClocks = 0, dramPrechargedClocks = 0;

  uint64_t storeHitBytes = 0; ///< bytes of fetches that the store held already
  /// Of a compiler-managed store.
  uint64_t storeReadBytes = 0, storeWriteBytes = 0;
  /// Of a cache, in lines.
  uint64_t lineHits = 0, lineMisses = 0, lineFills = 0;
  uint64_t fifoBytes = 0; ///< through the staging FIFO
  uint64_t globalBufferReadBytes = 0, globalBufferWriteBytes = 0;
  /// Of PEs: their registers, and what goes from one to the next.
  uint64_t registerBytes = 0, neighbourBytes = 0;
  PrecisionCounts decodedValues = {};
  uint64_t scannedPositions = 0;    ///< by the plain decoder, for values
  uint64_t decoderFemtojoules = 0;  ///< 10^-3 pJ, of layouts that have lanes
  PrecisionCounts macs = {};        ///< with weights that are present
  PrecisionCounts macsSkipped = {}; ///< with absent ones
  OperationCounts vectorOps = {};
  uint64_t exitOps = 0;

  uint64_t weightBytesTotal() const;
  uint64_t macsTotal() const;
  uint64_t macsSkippedTotal() const;
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

/// The DRAM's part of the counts, as its energy is calculated from.
dram::Counts dramCountsOf(const Counts &counts,
                          const target::TargetModel &target);

/// pJ by component.
struct Energy {
  double dram = 0;
  double array = 0;     ///< multiply-accumulates
  double registers = 0; ///< of the PEs, and between them
  double globalBuffer = 0;
  double fifo = 0;
  double store = 0;
  double decoder = 0;
  double vector = 0;
  double exit = 0;
  double clock = 0; ///< whether the machine works or waits
  double leakage = 0;

  double total() const;
  /// The components with their names, in declaration order.
  std::vector<std::pair<std::string_view, double>> components() const;
};

/// Energy of the counted events, each at its own precision:
///   dram           burstBytes, by bits; or by commands and standby of the
///   timed
///                  DRAM (dramCountsOf)
///   array          macs; absent weights cost nothing
///   registers      bytes of registers and to neighbours, as the dataflow moves
///                  them, and decodedValues (weight written)
///   global buffer  bytes read and written
///   fifo, store    bytes through, read and written; look-ups and fills of
///   lines decoder        decodedValues, each through one pipeline register,
///   and
///                  scannedPositions, each a bit of such a register
///   vector         operations of 32 bits; special functions are charged as a
///                  multiplication, i64 as several (VectorCharge.h)
///   exit           operations, multiplications of f32
///   clock, leakage of a machine that is built for a precision, with a decoder
///   of that area, over the cycles
Energy energyOf(const Counts &counts, const target::TargetModel &target,
                target::Precision builtFor, double decoderUm2);
/// The same with the decoder of plain layouts.
Energy energyOf(const Counts &counts, const target::TargetModel &target,
                target::Precision builtFor);
/// That of the multiply-accumulates alone.
double macPicojoulesOf(const Counts &counts, const target::TargetModel &target);

/// What no machine with this bandwidth and this many PEs can beat, in cycles:
/// the larger of DRAM bytes / bandwidth and MACs with present weights / PEs.
struct Bound {
  double dram = 0, dma = 0, array = 0;
  double cycles() const { return std::max({dram, dma, array}); }
};
Bound boundOf(const Counts &counts, const target::TargetModel &target);

/// MACs done over what the PEs could have done in that time.
double utilisationOf(const Counts &counts, const target::TargetModel &target);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNT_H
