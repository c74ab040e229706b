// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramImage.h"
#include "crania/Analysis/WeightImage.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

/// The alignment of an image's blob in memory, in bytes. The reader of MLIR's
/// bytecode needs the whole file aligned like its blobs, and LLVM aligns
/// buffers to 16 bytes (MemoryBuffer::getFile).
constexpr size_t blobAlignment = 16;

class ImageBuilder {
public:
  ImageBuilder(ir::IterateOp iterate, const Network &network,
               const target::TargetModel &target)
      : iterate(iterate), network(network), target(target) {}

  FailureOr<ProgramImage> run() {
    for (const NetworkWeights &weights : network.weights)
      largestImage += 2 * plannedBytes(weights);
    for (const NetworkWeights &weights : network.weights)
      if (failed(readPlan(weights)))
        return failure();
    placeParameters();
    imageBytes = llvm::alignTo(imageBytes, target.dram.burstBytes);
    allocate();
    for (const NetworkWeights &weights : network.weights)
      if (failed(encode(weights)))
        return failure();
    writeParameters();
    return std::move(image);
  }

private:
  /// Allocates the image as zeros, which take memory only once they are
  /// written.
  void allocate() {
    void *memory = llvm::safe_calloc(imageBytes + blobAlignment, 1);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): LLVM aligns numbers
    auto *aligned = reinterpret_cast<char *>(
        llvm::alignAddr(memory, llvm::Align(blobAlignment)));
    contents = {aligned, size_t(imageBytes)};
    image.blob = AsmResourceBlob(
        contents, blobAlignment,
        [memory](void *, size_t, size_t) { std::free(memory); },
        /*dataIsMutable=*/false);
  }

  /// Checks the plan's decisions about a tensor, and reserves room for its
  /// segments.
  LogicalResult readPlan(const NetworkWeights &weights) {
    ir::WeightsOp op = weights.op;
    ir::FetchPlanAttr plan = iterate.getPlanOf(op.getSymNameAttr());
    if (!plan)
      return iterate.emitOpError()
             << "has no plan for the weights @" << op.getSymName()
             << "; run crania-assign-encodings, crania-schedule-fetches and "
                "crania-place-segments first";
    if (int64_t(plan.getSegments().size()) != op.getClusters())
      return iterate.emitOpError()
             << "plans " << plan.getSegments().size()
             << " segments for the weights @" << op.getSymName()
             << ", which have " << op.getClusters() << " clusters";
    for (auto [cluster, segment] : llvm::enumerate(plan.getSegments()))
      if (failed(readSegment(weights, cluster, segment)))
        return failure();
    return success();
  }

  InFlightDiagnostic emitClusterError(const NetworkWeights &weights,
                                      unsigned cluster) {
    return iterate.emitError() << "cluster " << cluster + 1
                               << " of the weights @" << weights.name() << " ";
  }

  LogicalResult readSegment(const NetworkWeights &weights, unsigned cluster,
                            ir::SegmentAttr segment) {
    auto error = [&] { return emitClusterError(weights, cluster); };
    if (failed(checkDecided(segment, error)))
      return failure();
    if (!encodingOf(segment))
      return error() << "has the encoding '"
                     << segment.getEncoding().getEncodingId()
                     << "', which is not registered in this process";
    uint64_t begin = *segment.getAddress(), size = *segment.getBytes();
    if (size > largestImage)
      return error()
             << "has " << size
             << " bytes by the plan, more than any encoding makes of it: "
                "the plan is stale, remove it and run "
                "crania-assign-encodings again";
    if (begin > largestImage || size > largestImage - begin)
      return error() << "has the address " << begin
                     << ", far behind everything else in the image; remove it "
                        "from the plan and run crania-place-segments";
    imageBytes = std::max(imageBytes, begin + size);
    return success();
  }

  static const encoding::SegmentEncoding *encodingOf(ir::SegmentAttr segment) {
    StringRef id = segment.getEncoding().getEncodingId();
    return encoding::findSegmentEncoding(
        std::string_view(id.data(), id.size()));
  }

  static LogicalResult
  checkDecided(ir::SegmentAttr segment,
               llvm::function_ref<InFlightDiagnostic()> error) {
    if (!segment.getEncoding() || !segment.getBytes())
      return error() << "has no encoding yet; run crania-assign-encodings";
    if (!segment.getResidency())
      return error() << "has no residency yet; run crania-schedule-fetches";
    if (*segment.getResidency() == ir::Residency::Retained &&
        !segment.getStoreOffset())
      return error()
             << "is retained, but has no place in the weight store; run "
                "crania-schedule-fetches";
    if (!segment.getAddress())
      return error() << "has no address yet; run crania-place-segments";
    return success();
  }

  LogicalResult encode(const NetworkWeights &weights) {
    ir::WeightsOp op = weights.op;
    Result<WeightBlocks> blocks =
        WeightBlocks::create(op, weights.contraction, weights.tiling, target);
    if (!blocks)
      return iterate.emitError() << "weights @" << op.getSymName() << ": "
                                 << blocks.error().message;
    ArrayRef<ir::SegmentAttr> plan =
        iterate.getPlanOf(op.getSymNameAttr()).getSegments();
    SmallVector<ClusterCoding> codings;
    std::vector<std::vector<char>> copies(plan.size());
    for (auto [segment, copy] : llvm::zip_equal(plan, copies))
      codings.push_back({encodingOf(segment),
                         segment.getEncoding().getTrainingOptions(), nullptr,
                         spaceFor(segment, copy)});
    FailureOr<std::vector<ClusterSegment>> encoded = encodeClusters(
        *blocks, codings, [&](unsigned cluster, const std::string &reason) {
          emitClusterError(weights, cluster)
              << "cannot be expressed in the encoding '"
              << plan[cluster].getEncoding().getEncodingId() << "': " << reason
              << "; remove it from the plan and run crania-assign-encodings";
        });
    if (failed(encoded))
      return failure();
    SmallVector<hw::SegmentAttr> segments;
    for (auto [cluster, segment] : llvm::enumerate(*encoded)) {
      if (segment.bytes != uint64_t(*plan[cluster].getBytes()))
        return emitClusterError(weights, cluster)
               << "encodes to " << segment.bytes << " bytes, but the plan says "
               << *plan[cluster].getBytes()
               << ": the plan is stale, remove it and run "
                  "crania-assign-encodings again";
      if (!copies[cluster].empty() &&
          !llvm::equal(copies[cluster], placeOf(plan[cluster])))
        return emitClusterError(weights, cluster)
               << "has the address " << *plan[cluster].getAddress()
               << " of another segment, but encodes to other bytes: the plan "
                  "is stale, remove the address from it and run "
                  "crania-place-segments again";
      segments.push_back(segmentOf(cluster, plan[cluster], segment, *blocks));
    }
    image.segments.push_back(std::move(segments));
    return success();
  }

  /// Returns the bytes of a segment in the image.
  MutableArrayRef<char> placeOf(ir::SegmentAttr segment) {
    assert(uint64_t(*segment.getAddress()) + uint64_t(*segment.getBytes()) <=
               contents.size() &&
           "the image holds all segments");
    return contents.slice(*segment.getAddress(), *segment.getBytes());
  }

  /// Returns the bytes that a segment is encoded into: its bytes in the image
  /// or, if another segment has been written there, those of `copy`, which are
  /// compared with the image afterwards.
  MutableArrayRef<char> spaceFor(ir::SegmentAttr segment,
                                 std::vector<char> &copy) {
    if (written.insert({*segment.getAddress(), *segment.getBytes()}).second)
      return placeOf(segment);
    copy.resize(*segment.getBytes());
    return copy;
  }

  hw::SegmentAttr segmentOf(unsigned cluster, ir::SegmentAttr segment,
                            const ClusterSegment &encoded,
                            const WeightBlocks &blocks) {
    ArrayRef<uint32_t> words = blocks.refinedWords(cluster);
    SmallVector<int64_t> refined(words.begin(), words.end());
    SmallVector<int64_t> offsets = {int64_t(encoded.headBytes)};
    for (uint32_t size : encoded.blockSizes)
      offsets.push_back(offsets.back() + size);
    assert(uint64_t(offsets.back()) == encoded.bytes &&
           "blocks fill a segment");
    bool isRetained = *segment.getResidency() == ir::Residency::Retained;
    return hw::SegmentAttr::get(
        iterate.getContext(), cluster + 1,
        segment.getEncoding().getEncodingId(), *segment.getAddress(),
        encoded.bytes,
        isRetained ? hw::Residency::Retained : hw::Residency::Streamed,
        isRetained ? *segment.getStoreOffset() : 0, offsets,
        blocks.blockTiles(), encoded.tableBytes, refined);
  }

  void placeParameters() {
    image.parameters.resize(network.storages.size());
    for (const Stage &stage : network.stages)
      for (const Node &node : stage.nodes)
        for (const Access &input : node.inputs)
          placeParameter(input.storage);
    placeParameter(network.logits);
  }

  void placeParameter(StorageId id) {
    assert(id < network.storages.size() && "no such storage");
    const Storage &storage = network.storages[id];
    if (storage.origin != Storage::Origin::parameter ||
        !image.parameters[id].empty())
      return;
    for (const std::vector<char> &parameter : storage.contents) {
      uint64_t begin = llvm::alignTo(imageBytes, target.dram.burstBytes);
      image.parameters[id].push_back(begin);
      imageBytes = begin + parameter.size();
    }
  }

  void writeParameters() {
    for (auto [storage, places] :
         llvm::zip_equal(network.storages, image.parameters))
      for (auto [parameter, begin] : llvm::zip(storage.contents, places))
        llvm::copy(parameter, contents.begin() + begin);
  }

  uint64_t plannedBytes(const NetworkWeights &weights) {
    uint64_t bytes = 0;
    ir::WeightsOp op = weights.op;
    if (ir::FetchPlanAttr plan = iterate.getPlanOf(op.getSymNameAttr()))
      for (ir::SegmentAttr segment : plan.getSegments())
        if (segment.getBytes())
          bytes += *segment.getBytes();
    constexpr uint64_t bytesPerWeight = 4;
    // No encoding takes more per weight than its value and a word of position.
    return std::min<uint64_t>(bytes, 2 * bytesPerWeight *
                                         weights.tiling.elements() *
                                         weights.clusters);
  }

  ir::IterateOp iterate;
  const Network &network;
  const target::TargetModel &target;
  ProgramImage image;
  uint64_t imageBytes = 0;
  /// The bytes of the image's blob.
  MutableArrayRef<char> contents;
  /// Address and bytes of the segments that have been written.
  llvm::DenseSet<std::pair<int64_t, int64_t>> written;
  /// The largest size of an image. Addresses may be given by hand, so this
  /// bounds what they make the compiler allocate: twice the content, plus 1 MiB
  /// for small networks.
  uint64_t largestImage = 1 << 20;
};

} // namespace

FailureOr<ProgramImage>
crania::lowering::buildImage(ir::IterateOp iterate, const Network &network,
                             const target::TargetModel &target) {
  return ImageBuilder(iterate, network, target).run();
}
