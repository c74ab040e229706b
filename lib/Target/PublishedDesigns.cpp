// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PublishedDesigns.h"

namespace crania::target {

namespace {
constexpr uint64_t KB = 1024;
} // namespace

/// Returns EIE (Han et al., ISCA 2016, arXiv 1602.01528): 45 nm, 800 MHz, 64
/// PEs. Each PE has one multiplier of 16 bits and 162 KB of SRAM: 128 KB of
/// weights, 32 KB of pointers and 2 KB of activations. An activation is
/// broadcast to all PEs, which take the outputs in turn and keep their sums.
/// This is a row of an output-stationary array. A PE decodes one weight per
/// cycle from its own memory, so the store has 64 banks. A tile is as deep as
/// the queue of activations in front of a PE, which holds 8.
TargetModel makeEie() {
  constexpr uint32_t pes = 64;
  TargetModel t;
  t.name = "eie";
  t.clockMHz = 800;
  t.array.rows = 1;
  t.array.cols = pes;
  t.array.weightsPerPE = 8;
  t.array.dataflow = Dataflow::outputStationary;
  t.decoder.lanes = pes;
  t.globalBuffer.bytes = pes * 2 * KB;
  t.weightStore.bytes = pes * (128 + 32) * KB;
  t.weightStore.banks = pes;
  t.vectorUnit.lanes = pes;
  return t;
}

/// Returns Eyeriss (Chen et al., ISCA 2016 and JSSC 2017): 12 x 14 PEs at 200
/// MHz and 108 KB of global buffer. Each PE has 224 weights of 16 bits, which
/// it does not load while it computes. A DRAM access costs as much as 200
/// multiplications and accumulations of 16 bits: 200 * 0.7 pJ / 16 bits. The
/// off-chip link has 64 bits at 90 MHz.
TargetModel makeEyeriss() {
  TargetModel t;
  t.name = "eyeriss";
  t.array.rows = 12;
  t.array.cols = 14;
  t.array.weightsPerPE = 224;
  t.array.weightLoad = WeightLoad::serial;
  t.globalBuffer.bytes = 108 * KB;
  t.weightStore.bytes = 0;
  t.weightStore.policy = StorePolicy::none;
  t.dram.model = DramModel::flat;
  t.dram.gigabytesPerSecond = 0.72;
  t.dram.picojoulesPerBit = 8.75;
  return t;
}

/// Returns the accelerator of Qiu et al., FPGA 2016, on a ZC706 board: 150 MHz,
/// 780 multipliers of 16 bits, about 2 MB of block RAM, DDR3 at about 4 GB/s.
/// The 70 pJ/bit of DDR3 are those of Accelergy's plug-in of CACTI.
TargetModel makeZc706() {
  TargetModel t;
  t.name = "zc706";
  t.clockMHz = 150;
  t.array.rows = 26;
  t.array.cols = 30;
  t.globalBuffer.bytes = 2048 * KB;
  t.weightStore.bytes = 0;
  t.weightStore.policy = StorePolicy::none;
  t.vectorUnit.lanes = 32;
  t.dram.model = DramModel::flat;
  t.dram.gigabytesPerSecond = 4;
  t.dram.picojoulesPerBit = 70;
  return t;
}

} // namespace crania::target
