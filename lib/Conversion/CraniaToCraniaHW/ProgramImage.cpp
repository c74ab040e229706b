// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramImage.h"
#include "crania/Analysis/WeightImage.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

/// Bytes that the blob of an image is aligned to in memory: a cache line.
constexpr size_t blobAlignment = 64;

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
    for (auto [weights, codecs] : llvm::zip_equal(network.weights, codecsOf))
      if (failed(encode(weights, codecs)))
        return failure();
    writeParameters();
    return std::move(image);
  }

private:
  /// The image starts as zeros, which take memory only once they are written.
  void allocate() {
    void *memory = llvm::safe_calloc(imageBytes + blobAlignment, 1);
    auto *aligned = reinterpret_cast<char *>(
        llvm::alignAddr(memory, llvm::Align(blobAlignment)));
    contents = {aligned, size_t(imageBytes)};
    image.blob = AsmResourceBlob(
        contents, blobAlignment,
        [memory](void *, size_t, size_t) { std::free(memory); },
        /*dataIsMutable=*/false);
  }

  /// Checks the decisions about a tensor, and makes room for its segments.
  LogicalResult readPlan(const NetworkWeights &weights) {
    ir::WeightsOp op = weights.op;
    ir::FetchPlanAttr plan = iterate.getPlanOf(op.getSymNameAttr());
    if (!plan)
      return iterate.emitError()
             << "has no plan for the weights @" << op.getSymName()
             << "; run crania-assign-layouts, crania-schedule-fetches and "
                "crania-place-segments first";
    if (int64_t(plan.getSegments().size()) != op.getClusters())
      return iterate.emitError()
             << "plans " << plan.getSegments().size()
             << " segments for the weights @" << op.getSymName()
             << ", which have " << op.getClusters() << " clusters";
    std::vector<const layout::Codec *> codecs;
    for (auto [cluster, segment] : llvm::enumerate(plan.getSegments())) {
      FailureOr<const layout::Codec *> codec =
          readSegment(weights, cluster, segment);
      if (failed(codec))
        return failure();
      codecs.push_back(*codec);
    }
    codecsOf.push_back(std::move(codecs));
    return success();
  }

  InFlightDiagnostic emitClusterError(const NetworkWeights &weights,
                                      unsigned cluster) {
    return iterate.emitError() << "cluster " << cluster + 1
                               << " of the weights @" << weights.name() << " ";
  }

  FailureOr<const layout::Codec *> readSegment(const NetworkWeights &weights,
                                               unsigned cluster,
                                               ir::SegmentAttr segment) {
    auto error = [&] { return emitClusterError(weights, cluster); };
    if (failed(checkDecided(segment, error)))
      return failure();
    StringRef id = segment.getLayout().getCodecId();
    const layout::Codec *codec =
        layout::findCodec(std::string_view(id.data(), id.size()));
    if (!codec)
      return error() << "has the layout '" << id
                     << "', whose codec is not registered in this process";
    uint64_t begin = *segment.getAddress(), size = *segment.getBytes();
    if (size > largestImage)
      return error() << "has " << size
                     << " bytes by the plan, more than any layout makes of it: "
                        "the plan is stale, remove it and run "
                        "crania-assign-layouts again";
    if (begin > largestImage || size > largestImage - begin)
      return error() << "has the address " << begin
                     << ", far behind everything else in the image; remove it "
                        "from the plan and run crania-place-segments";
    imageBytes = std::max(imageBytes, begin + size);
    return codec;
  }

  static LogicalResult
  checkDecided(ir::SegmentAttr segment,
               llvm::function_ref<InFlightDiagnostic()> error) {
    if (!segment.getLayout() || !segment.getBytes())
      return error() << "has no layout yet; run crania-assign-layouts";
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

  /// A segment while it is written.
  struct Written {
    uint64_t bytes = 0;
    SmallVector<int64_t> offsets = {0};
  };

  LogicalResult encode(const NetworkWeights &weights,
                       ArrayRef<const layout::Codec *> codecs) {
    std::string why;
    ir::WeightsOp op = weights.op;
    FailureOr<WeightBlocks> blocks =
        WeightBlocks::create(op, weights.contraction, weights.tiling, why);
    if (failed(blocks))
      return iterate.emitError()
             << "weights @" << op.getSymName() << ": " << why;
    ArrayRef<ir::SegmentAttr> plan =
        iterate.getPlanOf(op.getSymNameAttr()).getSegments();
    std::vector<Written> written(plan.size());
    std::optional<unsigned> refused =
        blocks->encode(codecs, [&](unsigned cluster, ArrayRef<uint8_t> bytes) {
          writeBlock(plan[cluster], bytes, written[cluster]);
        });
    if (refused)
      return emitClusterError(weights, *refused)
             << "cannot be expressed in the layout '"
             << plan[*refused].getLayout().getCodecId()
             << "'; remove it from the plan and run crania-assign-layouts";
    SmallVector<hw::SegmentAttr> segments;
    for (auto [cluster, segment] : llvm::enumerate(plan)) {
      if (written[cluster].bytes != uint64_t(*segment.getBytes()))
        return emitClusterError(weights, cluster)
               << "encodes to " << written[cluster].bytes
               << " bytes, but the plan says " << *segment.getBytes()
               << ": the plan is stale, remove it and run "
                  "crania-assign-layouts again";
      segments.push_back(segmentOf(cluster, segment, written[cluster]));
    }
    image.segments.push_back(std::move(segments));
    return success();
  }

  /// Bytes beyond what the plan says are counted, to be reported.
  void writeBlock(ir::SegmentAttr segment, ArrayRef<uint8_t> bytes,
                  Written &written) {
    uint64_t begin = *segment.getAddress() + written.bytes;
    written.bytes += bytes.size();
    written.offsets.push_back(written.bytes);
    if (written.bytes <= uint64_t(*segment.getBytes()))
      llvm::copy(bytes, contents.begin() + begin);
  }

  hw::SegmentAttr segmentOf(unsigned cluster, ir::SegmentAttr segment,
                            const Written &written) {
    // A block is a tile.
    SmallVector<int64_t> tiles =
        llvm::to_vector(llvm::seq<int64_t>(0, written.offsets.size()));
    bool isRetained = *segment.getResidency() == ir::Residency::Retained;
    return hw::SegmentAttr::get(
        iterate.getContext(), cluster + 1, segment.getLayout().getCodecId(),
        *segment.getAddress(), written.bytes,
        isRetained ? hw::Residency::Retained : hw::Residency::Streamed,
        isRetained ? *segment.getStoreOffset() : 0, written.offsets, tiles);
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
    // No layout makes more of a weight than its value and a word of position.
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
  /// Per weight tensor, the codec of each cluster.
  std::vector<std::vector<const layout::Codec *>> codecsOf;
  /// Addresses are given by hand, too: a bound on what they make us allocate,
  /// twice what there is and some room for small networks.
  uint64_t largestImage = 1 << 20;
};

} // namespace

FailureOr<ProgramImage>
crania::lowering::buildImage(ir::IterateOp iterate, const Network &network,
                             const target::TargetModel &target) {
  return ImageBuilder(iterate, network, target).run();
}
