// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Fields.h"

#include <cstdio>

namespace crania::target {

namespace {

constexpr double MB = 1024.0 * 1024;
/// On-chip memories beyond this are no accelerator of this kind, and the
/// simulator allocates them.
constexpr double largestMemory = 256 * MB;

} // namespace

std::string Field::path() const {
  return *section ? std::string(section) + "." + key : key;
}

std::vector<Field> fieldsOf(TargetModel &t) {
  return {
      {"", "clock_mhz", &t.clockMHz, 1, 10000},
      {"array", "rows", &t.array.rows, 1, 1024},
      {"array", "cols", &t.array.cols, 1, 1024},
      {"array", "weights_per_pe", &t.array.weightsPerPE, 1, 4096},
      {"array", "weight_load", &t.array.weightLoad},
      {"decoder", "lanes", &t.decoder.lanes, 1, 4096},
      {"decoder", "blocks", &t.decoder.blocks, 1, 256},
      {"global_buffer", "bytes", &t.globalBuffer.bytes, 1024, largestMemory},
      {"staging_fifo", "bytes", &t.stagingFifo.bytes, 64, 16 * MB},
      {"weight_store", "bytes", &t.weightStore.bytes, 0, largestMemory},
      {"weight_store", "policy", &t.weightStore.policy},
      {"vector_unit", "lanes", &t.vectorUnit.lanes, 1, 4096},
      {"exit_unit", "cycles_per_class", &t.exitUnit.cyclesPerClass, 1, 10000},
      {"dram", "gigabytes_per_second", &t.dram.gigabytesPerSecond, 0.001,
       10000},
      {"dram", "latency_ns", &t.dram.latencyNs, 0, 1e6},
      {"dram", "burst_bytes", &t.dram.burstBytes, 8, 4096},
      {"dram", "picojoules_per_bit", &t.dram.picojoulesPerBit, 0, 1000},
      {"dma", "request_bytes", &t.dma.requestBytes, 8, MB},
      {"limits", "addition_percent", &t.limits.additionPercent, 0, 1000},
  };
}

std::vector<std::string> namesOf(WeightLoad) {
  return {"serial", "double_buffered"};
}

std::vector<std::string> namesOf(StorePolicy) {
  return {"none", "compiler_managed"};
}

std::string formatNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.15g", value);
  return text;
}

} // namespace crania::target
