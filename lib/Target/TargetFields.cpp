// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TargetFields.h"

namespace crania::target {

namespace {

constexpr double MB = 1024.0 * 1024;
/// The largest on-chip memory in bytes. An accelerator of this kind has no
/// larger one, and the simulator allocates it.
constexpr double largestMemory = 256 * MB;

Result<dram::Spec> readMemory(const FieldValue &value,
                              const std::string &folder) {
  if (const ObjectText *object = std::get_if<ObjectText>(&value))
    return dram::parseSpec(object->json);
  const std::string *word = std::get_if<std::string>(&value);
  if (!word)
    return Error{"it must be a word or an object"};
  if (Result<dram::Spec> preset = dram::findPreset(*word);
      preset || folder.empty())
    return preset;
  const bool isAbsolute = !word->empty() && word->front() == '/';
  return dram::loadSpec(isAbsolute ? *word : folder + "/" + *word);
}

/// Returns the name of a preset, or all numbers of a memory that is not a
/// preset.
std::string writeMemory(const dram::Spec &memory) {
  std::string json = memory.toJson();
  for (const std::string &name : dram::presetNames())
    if (dram::findPreset(name)->toJson() == json)
      return '"' + name + '"';
  return json;
}

ForeignValue memoryField(std::shared_ptr<const dram::Spec> &memory,
                         const std::string &folder) {
  auto read = [&memory, folder](const FieldValue &value) -> Status {
    Result<dram::Spec> spec = readMemory(value, folder);
    if (!spec)
      return spec.error();
    memory = std::make_shared<const dram::Spec>(std::move(*spec));
    return {};
  };
  return {read, [&memory] { return writeMemory(*memory); }};
}

} // namespace

std::vector<Field> fieldsOf(TargetModel &t, const std::string &folder) {
  return {
      {"", "clock_mhz", &t.clockMHz, 1, 10000},
      {"array", "rows", &t.array.rows, 1, 1024},
      {"array", "cols", &t.array.cols, 1, 1024},
      {"array", "weights_per_pe", &t.array.weightsPerPE, 1, 4096},
      {"array", "weight_load", &t.array.weightLoad},
      {"array", "dataflow", &t.array.dataflow},
      {"decoder", "lanes", &t.decoder.lanes, 1, 4096},
      {"decoder", "blocks", &t.decoder.blocks, 1, 256},
      {"global_buffer", "bytes", &t.globalBuffer.bytes, 1024, largestMemory},
      {"global_buffer", "bytes_per_cycle", &t.globalBuffer.bytesPerCycle, 1,
       65536},
      {"staging_fifo", "bytes", &t.stagingFifo.bytes, 64, 16 * MB},
      {"weight_store", "bytes", &t.weightStore.bytes, 0, largestMemory},
      {"weight_store", "policy", &t.weightStore.policy},
      {"weight_store", "banks", &t.weightStore.banks, 1, 4096},
      {"weight_store", "line_bytes", &t.weightStore.lineBytes, 8, 4096},
      {"weight_store", "ways", &t.weightStore.ways, 1, 1024},
      {"weight_store", "allocate_clusters", &t.weightStore.allocateClusters, 0,
       65535},
      {"vector_unit", "lanes", &t.vectorUnit.lanes, 1, 4096},
      {"vector_unit", "f32_lanes", &t.vectorUnit.f32Lanes, 1, 4096},
      {"exit_unit", "cycles_per_class", &t.exitUnit.cyclesPerClass, 1, 10000},
      {"dram", "model", &t.dram.model},
      {"dram", "memory", memoryField(t.dram.memory, folder)},
      {"dram", "gigabytes_per_second", &t.dram.gigabytesPerSecond, 0.001,
       10000},
      {"dram", "latency_ns", &t.dram.latencyNs, 0, 1e6},
      {"dram", "burst_bytes", &t.dram.burstBytes, 8, 4096},
      {"dram", "energy", &t.dram.energy},
      {"dram", "picojoules_per_bit", &t.dram.picojoulesPerBit, 0, 1000},
      {"dma", "request_bytes", &t.dma.requestBytes, 8, MB},
      {"dma", "outstanding_requests", &t.dma.outstandingRequests, 1, 1024},
      {"limits", "addition_percent", &t.limits.additionPercent, 0, 1000},
  };
}

static std::optional<std::string> whyUnusedOfStore(const std::string &path,
                                                   const TargetModel &target) {
  const TargetModel::WeightStore &store = target.weightStore;
  const std::string policy = namesOf(store.policy)[size_t(store.policy)];
  const bool isOfCaches = path == "weight_store.line_bytes" ||
                          path == "weight_store.allocate_clusters" ||
                          path == "weight_store.ways";
  if (path == "weight_store.banks" &&
      store.policy != StorePolicy::compilerManaged)
    return "weight_store.policy is " + policy;
  if (isOfCaches && !store.isCache())
    return "weight_store.policy is " + policy + ", which is not a cache";
  if (path == "weight_store.ways" && store.policy == StorePolicy::directMapped)
    return "weight_store.policy is " + policy;
  return std::nullopt;
}

std::optional<std::string> whyUnused(const Field &field,
                                     const TargetModel &target) {
  const std::string path = field.path();
  if (auto reason = whyUnusedOfStore(path, target))
    return reason;
  const bool isTimed = target.dram.model == DramModel::timed;
  const bool isFlatOnly =
      path == "dram.gigabytes_per_second" || path == "dram.latency_ns";
  if (isTimed && isFlatOnly)
    return "dram.model is timed, and its bandwidth and latency are those of "
           "dram.memory";
  if (!isTimed && path == "dram.memory")
    return "dram.model is flat";
  if (target.dram.energy == DramEnergy::commands &&
      path == "dram.picojoules_per_bit")
    return "dram.energy is commands, of dram.memory's currents";
  return std::nullopt;
}

std::vector<std::string> namesOf(WeightLoad) {
  return {"serial", "double_buffered"};
}

std::vector<std::string> namesOf(Dataflow) {
  return {"weight_stationary", "output_stationary"};
}

std::vector<std::string> namesOf(StorePolicy) {
  return {"none", "compiler_managed", "direct_mapped", "lru", "fifo"};
}

std::vector<std::string> namesOf(DramModel) { return {"flat", "timed"}; }

std::vector<std::string> namesOf(DramEnergy) { return {"flat", "commands"}; }

} // namespace crania::target
