// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PublishedDesigns.h"

#include "crania/Support/File.h"
#include "crania/Support/Spelling.h"
#include "crania/Target/TargetModel.h"

#include <cassert>
#include <cerrno>
#include <sys/stat.h>

namespace crania::target {

namespace {

struct Preset {
  const char *name;
  TargetModel (*make)();
};

/// Returns `edge`: 45 nm, 16x16 MACs at 200 MHz, LPDDR3-1600 x32 (6.4 GB/s), 20
/// pJ/bit (EIE's 640 pJ per 32 bits). Bandwidth and latency of its flat model
/// are those of this memory.
TargetModel makeEdge() { return {}; }

/// The area that the published design adds, store and decoder together, in
/// percent.
constexpr double publishedOverheadPercent = 0.3;

bool isWithinPublishedOverhead(const TargetModel &target) {
  for (size_t i = 0; i < precisionCount; ++i)
    if (target.areaOverheadPercent(Precision(i), target.plainDecoderUm2()) >
        publishedOverheadPercent)
      return false;
  return true;
}

/// Gives a machine the largest weight store, in whole bursts, that fits
/// together with its plain decoder at every precision.
void fitWeightStore(TargetModel &target) {
  const uint64_t burst = target.dram.burstBytes;
  uint64_t fits = 0, exceeds = target.globalBuffer.bytes / burst;
  while (fits + 1 < exceeds) {
    const uint64_t bursts = (fits + exceeds) / 2;
    target.weightStore.bytes = bursts * burst;
    (isWithinPublishedOverhead(target) ? fits : exceeds) = bursts;
  }
  target.weightStore.bytes = fits * burst;
}

/// Returns `edge-lite`: like `edge`, but the added area is limited to the
/// published share. All of the addition is decoder: half a KB of store would
/// hold one weight in a thousand, whereas the same area for the decoder pays
/// for codes that save a tenth of all bytes (docs/Targets.md).
TargetModel makeEdgeLite() {
  TargetModel t;
  t.name = "edge-lite";
  t.weightStore.bytes = 0;
  t.weightStore.policy = StorePolicy::none;
  t.decoder.lanes = 1;
  t.decoder.blocks = 1;
  t.limits.additionPercent = publishedOverheadPercent;
  return t;
}

/// Returns `eie-lite`: the same share of a design of the size of EIE (45 nm, 64
/// PEs, 800 MHz, 40.8 mm2). Its memories are one global buffer here, sized so
/// that the area without the addition equals that of EIE.
TargetModel makeEieLite() {
  TargetModel t;
  t.name = "eie-lite";
  t.clockMHz = 800;
  t.array.rows = 8;
  t.array.cols = 8;
  t.globalBuffer.bytes = 12 * 1024 * 1024;
  t.decoder.lanes = 8;
  t.decoder.blocks = 1;
  t.limits.additionPercent = publishedOverheadPercent;
  fitWeightStore(t);
  return t;
}

constexpr Preset presets[] = {
    {"edge", makeEdge}, {"edge-lite", makeEdgeLite}, {"eie-lite", makeEieLite},
    {"eie", makeEie},   {"eyeriss", makeEyeriss},    {"zc706", makeZc706}};

bool exists(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 || errno != ENOENT;
}

std::string folderOf(const std::string &path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

} // namespace

std::shared_ptr<const dram::Spec> defaultMemory() {
  static const auto memory = [] {
    Result<dram::Spec> preset = dram::findPreset("lpddr3-1600");
    assert(preset && "there is no such preset");
    return std::make_shared<const dram::Spec>(std::move(*preset));
  }();
  return memory;
}

std::vector<std::string> presetNames() {
  std::vector<std::string> names;
  for (const Preset &preset : presets)
    names.push_back(preset.name);
  return names;
}

Result<TargetModel> findPreset(std::string_view name) {
  for (const Preset &preset : presets)
    if (name == preset.name)
      return preset.make();
  return Error{"there is no target preset '" + std::string(name) +
               "'; the presets are " + joinNames(presetNames())};
}

Result<TargetModel> loadTarget(const std::string &nameOrPath) {
  if (Result<TargetModel> preset = findPreset(nameOrPath); preset)
    return preset;
  if (!exists(nameOrPath))
    return Error{"'" + nameOrPath +
                 "' is neither a target file nor a preset; the presets are " +
                 joinNames(presetNames())};
  Result<std::vector<uint8_t>> bytes = readFile(nameOrPath);
  if (!bytes)
    return bytes.error();
  Result<TargetModel> target = parseTarget(
      {reinterpret_cast<const char *>(bytes->data()), bytes->size()},
      folderOf(nameOrPath));
  if (!target)
    return Error{"target file '" + nameOrPath + "': " + target.error().message};
  return target;
}

} // namespace crania::target
