// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Target/TargetModel.h"

#include "TargetFields.h"

#include <cassert>
#include <cmath>

namespace crania::target {

namespace {

struct PrecisionRow {
  Precision precision;
  std::string_view name;
  unsigned bytes, accumulatorBytes;
};

/// By the numbers of the enumeration.
constexpr PrecisionRow precisions[precisionCount] = {
    {Precision::f32, "f32", 4, 4},
    {Precision::i16, "i16", 2, 6},
    {Precision::i8, "i8", 1, 4},
};

const PrecisionRow &rowOf(Precision precision) {
  assert(size_t(precision) < precisionCount &&
         precisions[size_t(precision)].precision == precision &&
         "the rows are in the order of the precisions");
  return precisions[size_t(precision)];
}

} // namespace

unsigned bytesOf(Precision precision) { return rowOf(precision).bytes; }

unsigned accumulatorBytesOf(Precision precision) {
  return rowOf(precision).accumulatorBytes;
}

std::string_view nameOf(Precision precision) { return rowOf(precision).name; }

double TargetModel::dramBytesPerCycle() const {
  assert(clockMHz > 0 && "a machine without a clock");
  assert((dram.model == DramModel::flat || dram.memory) &&
         "the timed model needs a memory");
  const double gigabytesPerSecond = dram.model == DramModel::flat
                                        ? dram.gigabytesPerSecond
                                        : dram.memory->peakGigabytesPerSecond();
  return gigabytesPerSecond * 1e9 / (clockMHz * 1e6);
}

/// Returns the latency of a burst that finds another row open, through both
/// queues of the controller.
static double latencyNsOf(const dram::Spec &memory) {
  constexpr dram::Cycle throughQueues = 2;
  const dram::Spec::Timing &t = memory.timing;
  return memory.picoseconds(throughQueues + t.tRP + t.tRCD + t.tCL +
                            memory.burstCycles()) /
         1000;
}

uint64_t TargetModel::dramLatencyCycles() const {
  assert((dram.model == DramModel::flat || dram.memory) &&
         "the timed model needs a memory");
  const double ns = dram.model == DramModel::flat ? dram.latencyNs
                                                  : latencyNsOf(*dram.memory);
  return uint64_t(std::ceil(ns * clockMHz / 1000));
}

namespace {

bool isPowerOfTwo(uint64_t value) { return (value & (value - 1)) == 0; }

Status checkCache(const TargetModel &t) {
  const TargetModel::WeightStore &store = t.weightStore;
  if (!store.isCache())
    return {};
  if (t.dram.burstBytes % store.lineBytes != 0)
    return Error{"dram.burst_bytes (" + std::to_string(t.dram.burstBytes) +
                 ") must be a multiple of weight_store.line_bytes (" +
                 std::to_string(store.lineBytes) + ")"};
  const uint64_t setBytes = store.policy == StorePolicy::directMapped
                                ? store.lineBytes
                                : uint64_t(store.lineBytes) * store.ways;
  if (store.bytes == 0 || store.bytes % setBytes != 0)
    return Error{"weight_store.bytes (" + std::to_string(store.bytes) +
                 ") must be a multiple of the " + std::to_string(setBytes) +
                 " bytes of a set of lines"};
  return {};
}

Status checkDram(const TargetModel &t) {
  if (t.dram.model == DramModel::flat) {
    if (t.dram.energy == DramEnergy::flat)
      return {};
    return Error{
        "dram.energy is commands, but dram.model is flat and has none; "
        "set dram.model to timed"};
  }
  if (Status status = t.dram.memory->check(); !status)
    return Error{"dram.memory: " + status.error().message};
  const uint32_t burst = t.dram.memory->burstBytes();
  if (t.dram.burstBytes % burst != 0)
    return Error{"dram.burst_bytes (" + std::to_string(t.dram.burstBytes) +
                 ") must be a multiple of the " + std::to_string(burst) +
                 " bytes of a burst of dram.memory"};
  return {};
}

/// Checks the conditions that involve more than one parameter.
Status checkTogether(const TargetModel &t) {
  if (!isPowerOfTwo(t.dram.burstBytes))
    return Error{"dram.burst_bytes is " + std::to_string(t.dram.burstBytes) +
                 ", but must be a power of two"};
  if (t.dma.requestBytes % t.dram.burstBytes != 0)
    return Error{"dma.request_bytes (" + std::to_string(t.dma.requestBytes) +
                 ") must be a multiple of dram.burst_bytes (" +
                 std::to_string(t.dram.burstBytes) + ")"};
  if (Status status = checkDram(t); !status)
    return status;
  if (t.stagingFifo.bytes < t.dma.requestBytes)
    return Error{"staging_fifo.bytes (" + std::to_string(t.stagingFifo.bytes) +
                 ") must hold at least one dma request of " +
                 std::to_string(t.dma.requestBytes) + " bytes"};
  // Integers of 8 bits need the smallest machine around the store.
  if (t.decoderBudgetUm2(Precision::i8) < 0)
    return Error{"weight_store.bytes (" + std::to_string(t.weightStore.bytes) +
                 ") take more than limits.addition_percent (" +
                 formatNumber(t.limits.additionPercent) +
                 ") of the area; make the store smaller or raise the limit"};
  if (Status status = checkCache(t); !status)
    return status;
  if (t.weightStore.policy == StorePolicy::none && t.weightStore.bytes != 0)
    return Error{"weight_store.policy is none, but weight_store.bytes is " +
                 std::to_string(t.weightStore.bytes) +
                 "; set it to 0 or choose another policy"};
  return {};
}

} // namespace

Status TargetModel::check() const {
  auto fail = [&](const Status &status) {
    return Error{"target \"" + name + "\": " + status.error().message};
  };
  if (Status status = checkFieldFileName(name); !status)
    return Error{"target: " + status.error().message};
  TargetModel copy = *this;
  for (const Field &field : fieldsOf(copy))
    if (Status status = checkRange(field); !status)
      return fail(status);
  if (Status status = checkTogether(*this); !status)
    return fail(status);
  return {};
}

} // namespace crania::target
