// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "EncodingCandidates.h"

#include "crania/Target/DmaRate.h"

#include <cassert>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace crania;
using namespace crania::ir;
using crania::encoding::TrainingOptions;

namespace {

/// The factor by which decoding may be slower than DRAM.
constexpr double allowedSlowdown = 1.02;
/// An encoding that takes more than this multiple of the smallest one is not
/// worth more lanes.
constexpr double worthLanes = 1.1;
/// An encoding that takes more than this multiple of the smallest one is not
/// worth small decoders.
constexpr double worthTrying = 1.3;
/// The share of DRAM's time in which tables may be loaded, and log2 of the
/// smallest table size.
constexpr double loadShare = 0.25;
constexpr unsigned smallestTableLog = 6;
/// The table sizes that are tried beside the largest one.
constexpr unsigned smallerTableLogs[] = {9, 8, 7, 6};
/// The number of encodings of a segment that are tried with several tables and
/// lanes.
constexpr size_t mostVaried = 6;
/// The numbers of table sets that are tried beside one per condition.
constexpr unsigned fewerTables[] = {16, 8, 4, 2, 1};
/// The table sizes of small decoders.
constexpr unsigned tinyTableLogs[] = {6, 5, 4};
/// The extra bits of their symbols.
constexpr unsigned fewExtraBits[] = {encoding::maxExtraBits, 4, 3, 2, 0};

const encoding::SegmentEncoding &encodingOf(EncodingAttrInterface attribute) {
  StringRef id = attribute.getEncodingId();
  const encoding::SegmentEncoding *found =
      encoding::findSegmentEncoding(std::string_view(id.data(), id.size()));
  assert(found && "an encoding that is tried is registered");
  return *found;
}

std::vector<std::string> builtInIds() {
  std::vector<std::string> ids;
  // The simplest encodings come first, because the first of equals is taken.
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

EncodingMeter::EncodingMeter(MLIRContext *context,
                             const target::TargetModel &target,
                             ArrayRef<std::string> allowed)
    : context(context), target(target),
      shape{target.decoder.lanes, target.decoder.blocks},
      ids(allowed.empty() ? builtInIds() : allowed.vec()),
      budgetUm2(std::numeric_limits<double>::infinity()) {}

/// Returns true if the encoding has tables whose size can be chosen.
static bool hasTableSize(StringRef id) {
  return id.starts_with("conditional") || id.ends_with("tans") ||
         id.ends_with("huffman");
}

/// Returns true if the encoding has tables of values for each condition.
static bool hasConditions(StringRef id) {
  return id.ends_with("tans") || id.ends_with("huffman");
}

/// Returns true if the encoding's words are symbols, for which conditions may
/// have offsets.
static bool hasAlphabet(StringRef id) {
  return hasConditions(id) || id.ends_with("codebook") ||
         id.ends_with("packed");
}

EncodingAttrInterface
EncodingMeter::attributeOf(StringRef id, TrainingOptions options) const {
  if (id == "raw")
    return RawEncodingAttr::get(context);
  if (id == "bitmap" || id == "bitmap-free")
    return BitmapEncodingAttr::get(context, id == "bitmap-free");
  if (!hasTableSize(id))
    options.tableLog = encoding::defaultTableLog;
  if (!hasAlphabet(id))
    options.mostTables = encoding::maxConditions;
  if (!hasConditions(id))
    options.mostExtraBits = encoding::maxExtraBits;
  return CodedEncodingAttr::get(context, id, options);
}

double EncodingMeter::dramCycles(double bytes) const {
  return bytes / target::streamBytesPerCycle(target);
}

/// Returns the pace of a segment of `bytes`. A layer begins with the load of
/// its tables, those of its clusters side by side, and that time is lost for
/// decoding.
EncodingMeter::Pace EncodingMeter::paceFor(double bytes) const {
  const double cycles = dramCycles(bytes);
  Pace pace;
  const double longest =
      std::max(cycles * loadShare / Pace::loadCyclesPerState, 1.0);
  pace.tableLog = std::clamp(unsigned(std::log2(longest)), smallestTableLog,
                             encoding::defaultTableLog);
  // The tables of tiny layers always take longer than their bytes.
  constexpr double leastShare = 0.5;
  pace.share = std::max(
      allowedSlowdown - pace.loadCycles() / std::max(cycles, 1.0), leastShare);
  return pace;
}

void EncodingMeter::addMeasured(std::vector<EncodingCandidate> &into,
                                EncodingAttrInterface attribute,
                                const encoding::SegmentMeasure &measure,
                                const Pace &pace) const {
  EncodingCandidate candidate{attribute, measure};
  const double perByte =
      target.dramPicojoulesPerByte() + target.fifoPicojoulesPerByte();
  candidate.picojoules =
      double(measure.bytes) * perByte + measure.decodePicojoules;
  candidate.dramCycles = dramCycles(double(measure.bytes));
  candidate.cycles =
      std::max(candidate.dramCycles, double(measure.decodeCycles) / pace.share);
  const double load = double(measure.cost.loadCycles());
  candidate.cycles += std::max(load - pace.loadCycles(), 0.0);
  into.push_back(candidate);
}

void EncodingMeter::addCandidate(std::vector<EncodingCandidate> &into,
                                 SegmentCandidates &segment,
                                 EncodingAttrInterface attribute,
                                 const Pace &pace) const {
  Result<encoding::SegmentMeasure> measured = encoding::measureSegment(
      encodingOf(attribute), segment.statisticsFor(encodingOf(attribute)),
      attribute.getTrainingOptions(), shape);
  if (measured)
    addMeasured(into, attribute, *measured, pace);
  else
    segment.refusal = measured.error().message;
}

void EncodingMeter::addEncoded(std::vector<EncodingCandidate> &into,
                               SegmentCandidates &segment,
                               EncodingAttrInterface attribute,
                               const WeightBlocks &blocks,
                               unsigned cluster) const {
  const ClusterBlocks codes =
      blocks.withLast(encodingOf(attribute)).read(cluster);
  Result<encoding::SegmentMeasure> measured =
      encoding::measureSegment(encodingOf(attribute), codes.views,
                               attribute.getTrainingOptions(), shape);
  if (measured)
    addMeasured(into, attribute, *measured, Pace());
  else
    segment.refusal = measured.error().message;
}

/// Adds an encoding with tables, with as many lanes as it needs to keep up with
/// DRAM.
void EncodingMeter::addCoded(SegmentCandidates &into,
                             const EncodingCandidate &plain,
                             const Pace &pace) const {
  const double cycles = pace.share * dramCycles(double(plain.measure.bytes));
  const StringRef id = plain.encoding.getEncodingId();
  SmallVector<unsigned> tableLogs = {pace.tableLog};
  if (hasTableSize(id))
    for (unsigned smaller : smallerTableLogs)
      if (smaller < pace.tableLog)
        tableLogs.push_back(smaller);
  for (unsigned tableLog : tableLogs) {
    TrainingOptions options;
    options.tableLog = tableLog;
    options.mostTables = plain.encoding.getTrainingOptions().mostTables;
    Result<TrainingOptions> fitted =
        encoding::fitLanes(encodingOf(plain.encoding),
                           into.statisticsFor(encodingOf(plain.encoding)),
                           options, shape, uint64_t(cycles));
    if (fitted)
      addCandidate(into.candidates, into, attributeOf(id, *fitted), pace);
  }
}

/// Adds an encoding in the smallest decoders that can decode it.
void EncodingMeter::addSmall(SegmentCandidates &into,
                             const EncodingCandidate &plain,
                             const Pace &pace) const {
  const StringRef id = plain.encoding.getEncodingId();
  TrainingOptions options;
  options.valueLanes = 1;
  options.mostTables = plain.encoding.getTrainingOptions().mostTables;
  for (unsigned tableLog : tinyTableLogs) {
    options.tableLog = tableLog;
    for (unsigned extraBits : fewExtraBits) {
      options.mostExtraBits = extraBits;
      addCandidate(into.candidates, into, attributeOf(id, options), pace);
      if (!hasConditions(id))
        break;
    }
    if (!hasTableSize(id))
      break;
  }
}

/// Tries all encodings that a segment may have, with their defaults.
void EncodingMeter::tryAll(const WeightBlocks &blocks,
                           ArrayRef<EncodingAttrInterface> given,
                           std::vector<SegmentCandidates> &segments) const {
  const Pace any;
  for (auto [k, segment] : llvm::enumerate(segments)) {
    SmallVector<EncodingAttrInterface> all;
    if (given[k])
      all.push_back(given[k]);
    else
      for (const std::string &id : ids) {
        all.push_back(attributeOf(id, {}));
        for (unsigned tables : fewerTables)
          if ((tables == 1 ? hasAlphabet(id) : hasConditions(id)) &&
              tables < segment.statistics->wordCounts().conditions()) {
            TrainingOptions options;
            options.mostTables = tables;
            all.push_back(attributeOf(id, options));
          }
      }
    for (EncodingAttrInterface attribute : all)
      if (encodingOf(attribute).trainsOnCounts())
        addCandidate(segment.tried, segment, attribute, any);
      else
        addEncoded(segment.tried, segment, attribute, blocks, unsigned(k));
  }
}

static uint64_t leastBytes(const std::vector<EncodingCandidate> &candidates) {
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (const EncodingCandidate &candidate : candidates)
    least = std::min(least, candidate.measure.bytes);
  return candidates.empty() ? 0 : least;
}

/// Returns the encodings without tables and the smallest others, in the same
/// order.
static SmallVector<EncodingCandidate>
smallest(const std::vector<EncodingCandidate> &tried) {
  auto hasTables = [](const EncodingCandidate &candidate) {
    return encodingOf(candidate.encoding).hasTables();
  };
  SmallVector<uint64_t> bytes;
  for (const EncodingCandidate &candidate : tried)
    if (hasTables(candidate))
      bytes.push_back(candidate.measure.bytes);
  llvm::sort(bytes);
  const uint64_t most = bytes.size() > mostVaried
                            ? bytes[mostVaried - 1]
                            : std::numeric_limits<uint64_t>::max();
  SmallVector<EncodingCandidate> kept;
  for (const EncodingCandidate &candidate : tried)
    if (!hasTables(candidate) || candidate.measure.bytes <= most)
      kept.push_back(candidate);
  return kept;
}

/// Counts all clusters; the last one also as it is without zeros.
static Status count(const WeightBlocks &blocks,
                    std::vector<SegmentCandidates> &segments) {
  assert(!segments.empty() && "there is a last cluster");
  Status status = blocks.forEachBlock([&](ArrayRef<encoding::BlockView> views) {
    for (auto [segment, view] : llvm::zip_equal(segments, views))
      if (Status added = segment.statistics->add(view); !added)
        return added;
    return Status();
  });
  if (!status || !blocks.mayOmitZeros(unsigned(segments.size() - 1)))
    return status;
  segments.back().withoutZeros =
      std::make_shared<encoding::SegmentStatistics>();
  return blocks.withLast(*encoding::findSegmentEncoding("bitmap"))
      .forEachBlock([&](ArrayRef<encoding::BlockView> views) {
        return segments.back().withoutZeros->add(views.back());
      });
}

Result<std::vector<SegmentCandidates>>
EncodingMeter::measure(const WeightBlocks &blocks,
                       ArrayRef<EncodingAttrInterface> given) const {
  std::vector<SegmentCandidates> segments(blocks.clusters());
  assert(given.size() == segments.size() && "an encoding or null per cluster");
  if (Status status = count(blocks, segments); !status)
    return status.error();
  tryAll(blocks, given, segments);
  double bytes = 0;
  for (const SegmentCandidates &segment : segments)
    bytes += double(leastBytes(segment.tried));
  const Pace pace = paceFor(bytes);
  for (auto [k, segment] : llvm::enumerate(segments)) {
    if (given[k]) {
      segment.candidates = segment.tried;
    } else {
      const double least = double(leastBytes(segment.tried));
      for (const EncodingCandidate &candidate : smallest(segment.tried))
        addVariants(segment, candidate, least, pace);
    }
    segment.statistics->compact();
    if (segment.withoutZeros)
      segment.withoutZeros->compact();
  }
  return segments;
}

/// Adds the variants of an encoding that may have tables.
void EncodingMeter::addVariants(SegmentCandidates &segment,
                                const EncodingCandidate &candidate,
                                double least, const Pace &pace) const {
  const encoding::SegmentEncoding &encoding = encodingOf(candidate.encoding);
  if (!encoding.hasTables() || !encoding.trainsOnCounts()) {
    addMeasured(segment.candidates, candidate.encoding, candidate.measure,
                pace);
    return;
  }
  const double bytes = double(candidate.measure.bytes);
  if (bytes <= worthLanes * least)
    addCoded(segment, candidate, pace);
  if (std::isfinite(budgetUm2) && bytes <= worthTrying * least)
    addSmall(segment, candidate, pace);
}
