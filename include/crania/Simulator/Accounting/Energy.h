// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNTING_ENERGY_H
#define CRANIA_SIMULATOR_ACCOUNTING_ENERGY_H

#include "crania/Dram/CommandEnergy.h"
#include "crania/Simulator/Accounting/Counts.h"

#include <string_view>
#include <utility>
#include <vector>

namespace crania::simulator {

/// Returns the counts from which the energy of the DRAM is computed.
dram::Counts dramCountsOf(const Counts &counts,
                          const target::TargetModel &target);

/// Energy by component, in pJ.
struct Energy {
  double dram = 0;
  double array = 0;     ///< multiply-accumulates
  double registers = 0; ///< in PEs and between them
  double globalBuffer = 0;
  double fifo = 0;
  double store = 0;
  double decoder = 0;
  double vector = 0;
  double exit = 0;
  double clock = 0; ///< in all cycles, also while the machine waits
  double leakage = 0;

  double total() const;
  /// Returns the components with their names, in declaration order.
  std::vector<std::pair<std::string_view, double>> components() const;
};

/// Computes the energy of the counted events in pJ, each at its own precision,
/// of a machine whose array is built for a precision and whose decoder has an
/// area of `decoderUm2`. The components are computed from
/// - dram: bits of burstBytes; for the timed DRAM, commands and standby
///   (dramCountsOf);
/// - array: macs; absent weights cost nothing;
/// - registers: bytes in registers and to neighbors, as the dataflow moves
///   them, and decodedValues, as each weight is written once;
/// - global buffer: bytes read and written;
/// - fifo, store: bytes through the FIFO, bytes read from and written to the
///   store, and look-ups and fills of cache lines;
/// - decoder: decodedValues, each through one pipeline register, and
///   scannedPositions, each a bit of such a register;
/// - vector: operations of 32 bits; a special function is charged as a
///   multiplication, i64 as several operations (Accounting/VectorEnergy.h);
/// - exit: operations, charged as multiplications of f32;
/// - clock, leakage: cycles.
Energy energyOf(const Counts &counts, const target::TargetModel &target,
                target::Precision builtFor, double decoderUm2);
/// Computes the energy of a machine with the decoder of plain encodings.
Energy energyOf(const Counts &counts, const target::TargetModel &target,
                target::Precision builtFor);
/// Returns the energy of the multiply-accumulates alone, in pJ.
double macPicojoulesOf(const Counts &counts, const target::TargetModel &target);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNTING_ENERGY_H
