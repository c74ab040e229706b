// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayoutCandidates.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace crania;
using namespace crania::ir;
using crania::layout::TrainingOptions;

namespace {

/// Positions of a segment that all layouts are tried on; of larger ones, every
/// n-th block. Wide words, most of which occur once, are slow to count.
constexpr uint64_t sampledPositions = 1 << 19, sampledWidePositions = 1 << 17;
constexpr unsigned wideWord = 32;
/// By how much decoding may be slower than DRAM.
constexpr double allowedSlowdown = 1.02;
/// Layouts that take more than this of the smallest one are not worth lanes.
constexpr double worthLanes = 1.1;
/// Nor are those worth small decoders that take more than this.
constexpr double worthTrying = 1.3;
/// Part of DRAM's time in which tables may be loaded, and the smallest ones.
constexpr double loadShare = 0.125;
constexpr unsigned smallestTableLog = 6;
/// Tables that are tried beside the largest ones.
constexpr unsigned middleTableLog = 10, smallTableLog = 8;
/// Tables for decoders whose area is bounded.
constexpr unsigned tinyTableLogs[] = {6, 5, 4};

const layout::SegmentLayout &layoutOf(LayoutAttrInterface attribute) {
  StringRef id = attribute.getLayoutId();
  return *layout::findSegmentLayout(std::string_view(id.data(), id.size()));
}

std::vector<std::string> builtInIds() {
  std::vector<std::string> ids;
  // The simplest first, as equals go to the first.
  for (const char *id : {"raw", "bitmap", "bitmap-free"})
    ids.emplace_back(id);
  for (const char *positions :
       {"dense", "bitmap", "conditional", "runs", "golomb"})
    for (const char *values :
         {"raw", "delta", "codebook", "packed", "huffman", "tans"})
      ids.push_back(std::string(positions) + "+" + values);
  return ids;
}

} // namespace

LayoutMeter::LayoutMeter(MLIRContext *context,
                         const target::TargetModel &target,
                         ArrayRef<std::string> allowed)
    : context(context), target(target),
      shape{target.decoder.lanes, target.decoder.blocks},
      ids(allowed.empty() ? builtInIds() : allowed.vec()),
      budgetUm2(std::numeric_limits<double>::infinity()) {}

LayoutAttrInterface LayoutMeter::attributeOf(StringRef id,
                                             TrainingOptions options) const {
  if (id == "raw")
    return RawLayoutAttr::get(context);
  if (id == "bitmap" || id == "bitmap-free")
    return BitmapLayoutAttr::get(context, id == "bitmap-free");
  // Only these have tables whose size is a choice.
  if (!id.starts_with("conditional") && !id.ends_with("tans") &&
      !id.ends_with("huffman"))
    options.tableLog = layout::defaultTableLog;
  return CodedLayoutAttr::get(context, id, options);
}

double LayoutMeter::dramCycles(double bytes) const {
  return bytes / target.dramBytesPerCycle();
}

/// Tables are loaded when a layer begins, those of its clusters side by side;
/// what that takes is lost for decoding.
LayoutMeter::Pace LayoutMeter::paceFor(double bytes) const {
  const double cycles = dramCycles(bytes);
  Pace pace;
  const double longest =
      std::max(cycles * loadShare / Pace::loadCyclesPerState, 1.0);
  pace.tableLog = std::clamp(unsigned(std::log2(longest)), smallestTableLog,
                             layout::defaultTableLog);
  // Of tiny layers, the tables take longer than the bytes whatever is done.
  constexpr double leastShare = 0.5;
  pace.share = std::max(
      allowedSlowdown - pace.loadCycles() / std::max(cycles, 1.0), leastShare);
  return pace;
}

void LayoutMeter::addCandidate(SegmentCandidates &into, const Sample &sample,
                               LayoutAttrInterface attribute,
                               const Pace &pace) const {
  Result<layout::SegmentMeasure> measured =
      layout::measureSegment(layoutOf(attribute), sample.blocks.views,
                             attribute.getTrainingOptions(), shape);
  if (!measured) {
    into.refusal = measured.error().message;
    return;
  }
  LayoutCandidate candidate{attribute, *measured};
  candidate.measure.bytes = uint64_t(measured->bytes * sample.scale);
  candidate.measure.decodeCycles =
      uint64_t(measured->decodeCycles * sample.scale);
  candidate.measure.decodePicojoules *= sample.scale;
  const double perByte =
      target.dramPicojoulesPerByte() + target.fifoPicojoulesPerByte();
  candidate.picojoules =
      candidate.measure.bytes * perByte + candidate.measure.decodePicojoules;
  candidate.cycles =
      std::max(dramCycles(candidate.measure.bytes),
               double(candidate.measure.decodeCycles) / pace.share);
  const double load = double(candidate.measure.cost.loadCycles());
  candidate.cycles += std::max(load - pace.loadCycles(), 0.0);
  into.candidates.push_back(std::move(candidate));
}

/// A layout with tables, with as many lanes as it takes to keep up with DRAM.
void LayoutMeter::addCoded(SegmentCandidates &into, const Sample &sample,
                           const LayoutCandidate &plain,
                           const Pace &pace) const {
  const double cycles =
      pace.share * dramCycles(double(plain.measure.bytes)) / sample.scale;
  SmallVector<unsigned> tableLogs = {pace.tableLog};
  for (unsigned smaller : {middleTableLog, smallTableLog})
    if (smaller < pace.tableLog)
      tableLogs.push_back(smaller);
  for (unsigned tableLog : tableLogs) {
    TrainingOptions options;
    options.tableLog = tableLog;
    Result<TrainingOptions> fitted =
        layout::fitLanes(layoutOf(plain.layout), sample.blocks.views, options,
                         shape, uint64_t(cycles));
    if (fitted)
      addCandidate(into, sample,
                   attributeOf(plain.layout.getLayoutId(), *fitted), pace);
  }
}

/// A layout in the smallest decoders that do it.
void LayoutMeter::addSmall(SegmentCandidates &into, const Sample &sample,
                           StringRef id, const Pace &pace) const {
  TrainingOptions options;
  options.valueLanes = 1;
  for (unsigned tableLog : tinyTableLogs) {
    options.tableLog = tableLog;
    addCandidate(into, sample, attributeOf(id, options), pace);
  }
}

std::vector<SegmentCandidates>
LayoutMeter::measure(const WeightBlocks &blocks,
                     ArrayRef<LayoutAttrInterface> given) const {
  const size_t step = std::max<uint64_t>(
      blocks.weights() / (blocks.wordBits() < wideWord ? sampledPositions
                                                       : sampledWidePositions),
      1);
  std::vector<Sample> samples(blocks.clusters());
  std::vector<SegmentCandidates> first(blocks.clusters());
  const Pace any;
  double bytes = 0;
  for (auto [k, sample] : llvm::enumerate(samples)) {
    sample.blocks = blocks.read(k, given[k] ? 1 : step);
    sample.scale = double(blocks.blocks()) / sample.blocks.views.size();
    if (given[k])
      addCandidate(first[k], sample, given[k], any);
    else
      for (const std::string &id : ids)
        addCandidate(first[k], sample, attributeOf(id, {}), any);
    uint64_t least = std::numeric_limits<uint64_t>::max();
    for (const LayoutCandidate &candidate : first[k].candidates)
      least = std::min(least, candidate.measure.bytes);
    bytes += first[k].candidates.empty() ? 0 : double(least);
  }

  const Pace pace = paceFor(bytes);
  std::vector<SegmentCandidates> result(blocks.clusters());
  for (auto [k, sample] : llvm::enumerate(samples)) {
    SegmentCandidates &into = result[k];
    into.refusal = first[k].refusal;
    into.values = sample.blocks.values;
    into.isSampled = sample.scale > 1;
    if (given[k]) {
      into.candidates = first[k].candidates;
      continue;
    }
    double least = std::numeric_limits<double>::infinity();
    for (const LayoutCandidate &candidate : first[k].candidates)
      least = std::min(least, double(candidate.measure.bytes));
    for (const LayoutCandidate &candidate : first[k].candidates) {
      const bool isCoded = layoutOf(candidate.layout).hasTables();
      if (!isCoded)
        addCandidate(into, sample, candidate.layout, pace);
      else if (candidate.measure.bytes <= worthLanes * least)
        addCoded(into, sample, candidate, pace);
      if (isCoded && std::isfinite(budgetUm2) &&
          double(candidate.measure.bytes) <= worthTrying * least)
        addSmall(into, sample, candidate.layout.getLayoutId(), pace);
    }
    into.tried = std::move(first[k].candidates);
  }
  return result;
}
