// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "Verify.h"

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Encoding/Sharing.h"
#include "crania/Support/Spelling.h"

#include <algorithm>
#include <tuple>

namespace crania::binary {

namespace {

/// The largest number of elements of a weight tensor, so that tile indices fit
/// 32 bits. The largest layer in use has 10^8.
constexpr uint64_t maxElements = uint64_t(1) << 31;
constexpr size_t maxClusters = 256;

/// The bytes from begin to end of a memory, and the segment that they hold.
struct Extent {
  uint64_t begin, end;
  size_t order; ///< in the program
  const Weights *weights;
  const Segment *segment;

  std::string name() const {
    return "cluster " + std::to_string(segment->cluster()) + " of weights \"" +
           weights->name()->str() + "\"";
  }
};

/// Returns true if two segments are the same bytes, cut into the same blocks
/// and decoded alike, so that one copy of them serves both.
bool isSameCopy(const Extent &a, const Extent &b) {
  const auto &offsets = *a.segment->block_offsets();
  const auto &others = *b.segment->block_offsets();
  // The last offset is the number of bytes.
  return a.begin == b.begin && a.weights->element() == b.weights->element() &&
         a.segment->encoding()->string_view() ==
             b.segment->encoding()->string_view() &&
         a.segment->table_bytes() == b.segment->table_bytes() &&
         std::equal(offsets.begin(), offsets.end(), others.begin(),
                    others.end());
}

/// Checks that no two extents overlap. Up to `maxSharers` extents that are the
/// same copy count as one. `memory` names the memory in errors.
Status verifyDisjoint(std::vector<Extent> extents, size_t maxSharers,
                      const char *memory) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent &a, const Extent &b) {
              return std::tuple(a.begin, a.end, a.order) <
                     std::tuple(b.begin, b.end, b.order);
            });
  size_t sharers = 1;
  for (size_t i = 1; i < extents.size(); ++i) {
    const Extent &last = extents[i - 1], &next = extents[i];
    if (next.begin >= last.end) {
      sharers = 1;
      continue;
    }
    if (maxSharers == 1 || !isSameCopy(last, next))
      return Error{last.name() + " and " + next.name() + " overlap in the " +
                   memory};
    if (++sharers > maxSharers)
      return Error{next.name() + " shares its bytes of the " + memory +
                   " with " + std::to_string(maxSharers) +
                   " other segments, but no more than " +
                   std::to_string(maxSharers) +
                   " may be the same bytes; store them once more"};
  }
  return {};
}

Status verifyTiling(const Weights &weights, const ProgramContext &context) {
  if (!isWeightType(weights.element()))
    return Error{"its elements are not f32, i16 or i8"};
  uint64_t dims[] = {weights.groups(), weights.outputs(), weights.depth()};
  if (!boundedProduct(dims, maxElements))
    return Error{"its shape " + std::to_string(dims[0]) + "x" +
                 std::to_string(dims[1]) + "x" + std::to_string(dims[2]) +
                 " is empty or has more than " + std::to_string(maxElements) +
                 " elements"};
  uint32_t outputs = weights.tile_outputs(), depth = weights.tile_depth();
  const target::TargetModel &target = context.target;
  if (outputs == 0 || depth == 0 || outputs > target.tileOutputs() ||
      depth > target.tileDepth())
    return Error{"tiles of " + std::to_string(outputs) + "x" +
                 std::to_string(depth) + ", but target \"" + target.name +
                 "\" takes 1x1 to " + std::to_string(target.tileOutputs()) +
                 "x" + std::to_string(target.tileDepth())};
  return {};
}

Status verifyPlace(const Segment &segment, const ProgramContext &context) {
  if (segment.address() % context.target.dram.burstBytes != 0)
    return Error{"address " + std::to_string(segment.address()) +
                 " is not aligned to a DRAM burst of " +
                 std::to_string(context.target.dram.burstBytes) + " bytes"};
  uint64_t image = context.program.image_bytes();
  if (segment.address() > image || segment.bytes() > image - segment.address())
    return Error{"bytes [" + std::to_string(segment.address()) + ", +" +
                 std::to_string(segment.bytes()) +
                 ") are outside the image of " + std::to_string(image) +
                 " bytes"};
  return {};
}

Status verifyResidency(const Segment &segment, const ProgramContext &context) {
  if (!isKnown(segment.residency()))
    return Error{"its residency is unknown"};
  if (segment.residency() == Residency::streamed)
    return {};
  const auto &store = context.target.weightStore;
  if (store.policy == target::StorePolicy::none)
    return Error{"it is retained, but target \"" + context.target.name +
                 "\" has no weight store"};
  if (store.isCache())
    return Error{"it is retained, but the weight store of target \"" +
                 context.target.name +
                 "\" is a cache, which has no places; stream it"};
  if (segment.store_offset() > store.bytes ||
      segment.bytes() > store.bytes - segment.store_offset())
    return Error{"bytes [" + std::to_string(segment.store_offset()) + ", +" +
                 std::to_string(segment.bytes()) +
                 ") are outside the weight store of " +
                 std::to_string(store.bytes) + " bytes"};
  return {};
}

/// Verifies the directory, which holds the byte offsets and tiles of the
/// blocks.
Status verifyDirectory(const Segment &segment, uint64_t tiles) {
  const auto &offsets = *segment.block_offsets();
  const auto &firstTiles = *segment.block_tiles();
  if (offsets.size() < 2 || offsets.size() != firstTiles.size())
    return Error{"its directory has " + std::to_string(offsets.size()) +
                 " offsets and " + std::to_string(firstTiles.size()) +
                 " tiles; both must have one more than there are blocks"};
  size_t last = offsets.size() - 1;
  if (offsets.Get(0) < segment.table_bytes() ||
      offsets.Get(last) != segment.bytes())
    return Error{"its block offsets do not go from the end of its " +
                 std::to_string(segment.table_bytes()) +
                 " bytes of tables to its " + std::to_string(segment.bytes()) +
                 " bytes"};
  if (firstTiles.Get(0) != 0 || firstTiles.Get(last) != tiles)
    return Error{"its blocks do not cover the tiles [0, " +
                 std::to_string(tiles) + ")"};
  for (size_t i = 0; i < last; ++i)
    if (offsets.Get(i) > offsets.Get(i + 1) ||
        firstTiles.Get(i) >= firstTiles.Get(i + 1))
      return Error{"its directory does not ascend at block " +
                   std::to_string(i)};
  return {};
}

/// Checks that the encoding is known, and that a cluster that holds all
/// positions, or may hold them, has enough bytes for them. This bounds what a
/// reader allocates by the size of the file: no more than
/// `encoding::maxSharers` segments share bytes, and no other cluster has more
/// positions.
Status verifyEncoding(const Segment &segment, const encoding::Tiling &tiling,
                      ElementType element, bool holdsAll) {
  std::string id = segment.encoding()->str();
  const encoding::SegmentEncoding *encoding = encoding::findSegmentEncoding(id);
  if (!encoding)
    return Error{"there is no encoding \"" + id + "\"; the encodings are " +
                 joinNames(encoding::segmentEncodingIds())};
  const uint64_t head = segment.block_offsets()->Get(0);
  if (!encoding->hasTables() && head != 0)
    return Error{"encoding \"" + id +
                 "\" has no tables, but its blocks begin " +
                 std::to_string(head) + " bytes behind its address"};
  if (encoding->hasTables() && head == segment.table_bytes())
    return Error{"encoding \"" + id +
                 "\" has a directory, but its first block "
                 "follows its tables"};
  uint64_t least =
      encoding->minimumBytes(tiling.elements(), 8 * bytesOf(element));
  if (holdsAll && segment.bytes() - head < least)
    return Error{"its " + std::to_string(segment.bytes() - head) +
                 " bytes cannot hold " + std::to_string(tiling.elements()) +
                 " positions in encoding \"" + id +
                 "\", which needs at least " + std::to_string(least)};
  return {};
}

/// Checks the words that the next cluster refines. All clusters but the last
/// have them, or none has.
Status verifyWords(const Segment &segment, const Weights &weights) {
  const auto &words = *segment.refined_words();
  const bool isLast = segment.cluster() == weights.segments()->size();
  if ((words.size() != 0) != (isRefining(weights) && !isLast))
    return Error{isLast
                     ? "it is the last, but has words that the next refines"
                     : "only some clusters have words that the next refines"};
  if (words.size() > encoding::maxConditions)
    return Error{"it has " + std::to_string(words.size()) +
                 " words that the next cluster refines, but must have no more "
                 "than " +
                 std::to_string(encoding::maxConditions)};
  const uint64_t end = uint64_t(1) << (8 * bytesOf(weights.element()));
  for (size_t i = 0; i < words.size(); ++i)
    if (words.Get(i) >= end || (i > 0 && words.Get(i) <= words.Get(i - 1)))
      return Error{"its refined words do not ascend, or do not fit " +
                   std::string(EnumNameElementType(weights.element()))};
  return {};
}

Status verifySegment(const Segment &segment, const Weights &weights,
                     const ProgramContext &context) {
  encoding::Tiling tiling = tilingOf(weights);
  if (Status status = verifyPlace(segment, context); !status)
    return status;
  if (Status status = verifyResidency(segment, context); !status)
    return status;
  if (Status status = verifyDirectory(segment, tiling.tiles()); !status)
    return status;
  if (Status status = verifyWords(segment, weights); !status)
    return status;
  const bool holdsAll = segment.cluster() == 1 || isRefining(weights);
  return verifyEncoding(segment, tiling, weights.element(), holdsAll);
}

Status verifySegments(const Weights &weights, const ProgramContext &context) {
  const auto &segments = *weights.segments();
  if (segments.size() == 0 || segments.size() > maxClusters)
    return Error{"it has " + std::to_string(segments.size()) +
                 " clusters, but must have 1 to " +
                 std::to_string(maxClusters)};
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment &segment = *segments.Get(i);
    if (segment.cluster() != i + 1)
      return Error{"segment " + std::to_string(i) + " is of cluster " +
                   std::to_string(segment.cluster()) + ", but must be of " +
                   std::to_string(i + 1)};
    if (Status status = verifySegment(segment, weights, context); !status)
      return Error{"cluster " + std::to_string(i + 1) + ": " +
                   status.error().message};
  }
  return {};
}

/// Checks that segments of the image share all of their bytes or none, and
/// that retained ones share no byte of the weight store.
Status verifyOverlaps(const ProgramContext &context) {
  std::vector<Extent> inImage, inStore;
  size_t order = 0;
  for (const Weights *weights : *context.program.weights())
    for (const Segment *segment : *weights->segments()) {
      if (segment->bytes() == 0)
        continue;
      auto extentFrom = [&](uint64_t begin) {
        return Extent{begin, begin + segment->bytes(), order, weights, segment};
      };
      inImage.push_back(extentFrom(segment->address()));
      if (segment->residency() == Residency::retained)
        inStore.push_back(extentFrom(segment->store_offset()));
      ++order;
    }
  Status status =
      verifyDisjoint(std::move(inImage), encoding::maxSharers, "image");
  return status ? verifyDisjoint(std::move(inStore), 1, "weight store")
                : status;
}

} // namespace

Status verifyWeights(const ProgramContext &context) {
  for (const Weights *weights : *context.program.weights()) {
    Status status = verifyTiling(*weights, context);
    if (status)
      status = verifySegments(*weights, context);
    if (!status)
      return Error{"weights \"" + weights->name()->str() +
                   "\": " + status.error().message};
  }
  return verifyOverlaps(context);
}

} // namespace crania::binary
