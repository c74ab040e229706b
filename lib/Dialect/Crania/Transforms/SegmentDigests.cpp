// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SegmentDigests.h"
#include "ConsumedBlocks.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/BLAKE3.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::ir;

namespace {

/// The properties of a segment that are known before it is encoded: element
/// type, encoding and size. Equal segments have equal ones.
using Likeness = std::tuple<Type, StringRef, int64_t>;

Likeness likenessOf(const PlanEditor::Entry &entry,
                    const PlanEditor::Segment &segment) {
  WeightsOp weights = entry.weights;
  EncodingAttrInterface encoding = segment.encoding;
  return {weights.getClusteredType().getTensor().getElementType(),
          encoding.getEncodingId(), *segment.bytes};
}

ArrayRef<uint8_t> bytesOf(ArrayRef<char> data) {
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

SegmentDigest digestOf(ArrayRef<char> contents, const ClusterSegment &encoded,
                       const encoding::SegmentEncoding &encoding,
                       unsigned wordBits) {
  assert(contents.size() == encoded.bytes && "the bytes of the segment");
  // A line of text, then the bytes. Sizes have separators, so that different
  // directories are different texts.
  std::string text = std::string(encoding.id()) + " " +
                     std::to_string(wordBits) + " " +
                     std::to_string(encoded.tableBytes) + " " +
                     std::to_string(encoded.headBytes);
  for (uint32_t size : encoded.blockSizes)
    text += " " + std::to_string(size);
  llvm::BLAKE3 hasher;
  hasher.update(text + '\n');
  hasher.update(bytesOf(contents));
  const auto digest = hasher.final();
  return {digest.begin(), digest.end()};
}

class Digester {
public:
  Digester(PlanEditor &plan, const target::TargetModel &target)
      : plan(plan), target(target) {
    for (PlanEditor::Entry &entry : plan.getEntries())
      for (PlanEditor::Segment &segment : entry.segments)
        if (segment.encoding && *segment.bytes != 0)
          ++alike[likenessOf(entry, segment)];
  }

  FailureOr<std::vector<std::vector<SegmentDigest>>> run() {
    std::vector<std::vector<SegmentDigest>> digests;
    for (PlanEditor::Entry &entry : plan.getEntries()) {
      digests.emplace_back(entry.segments.size());
      if (mayShare(entry) && failed(digest(entry, digests.back())))
        return failure();
    }
    return digests;
  }

private:
  bool mayShare(PlanEditor::Entry &entry) const {
    return llvm::any_of(entry.segments, [&](PlanEditor::Segment &segment) {
      return segment.encoding && alike.lookup(likenessOf(entry, segment)) > 1;
    });
  }

  LogicalResult digest(PlanEditor::Entry &entry,
                       std::vector<SegmentDigest> &digests) const {
    FailureOr<WeightBlocks> blocks = readConsumedBlocks(entry, target);
    if (failed(blocks))
      return failure();
    // No encoding takes more than twice the words and their positions.
    const int64_t mostBytes = int64_t(16 * blocks->weights()) + (1 << 20);
    std::vector<std::vector<char>> contents;
    SmallVector<ClusterCoding> codings;
    for (PlanEditor::Segment &segment : entry.segments) {
      const encoding::SegmentEncoding *encoding = encodingOf(segment);
      if (!encoding || *segment.bytes > mostBytes)
        return success(); // The lowering reports it.
      contents.emplace_back(*segment.bytes);
      codings.push_back({encoding, segment.encoding.getTrainingOptions(),
                         nullptr, contents.back()});
    }
    FailureOr<std::vector<ClusterSegment>> encoded =
        encodeClusters(*blocks, codings, [](unsigned, const std::string &) {});
    if (failed(encoded))
      return success(); // The lowering reports why.
    for (auto [k, segment] : llvm::enumerate(*encoded))
      if (segment.bytes != 0 && segment.bytes == contents[k].size())
        digests[k] = digestOf(contents[k], segment, *codings[k].encoding,
                              blocks->wordBits());
    return success();
  }

  static const encoding::SegmentEncoding *
  encodingOf(PlanEditor::Segment &segment) {
    if (!segment.encoding)
      return nullptr;
    StringRef id = segment.encoding.getEncodingId();
    return encoding::findSegmentEncoding(
        std::string_view(id.data(), id.size()));
  }

  PlanEditor &plan;
  const target::TargetModel &target;
  /// The number of segments with each likeness.
  llvm::DenseMap<Likeness, unsigned> alike;
};

} // namespace

FailureOr<std::vector<std::vector<SegmentDigest>>>
crania::ir::digestSegments(PlanEditor &plan,
                           const target::TargetModel &target) {
  return Digester(plan, target).run();
}
