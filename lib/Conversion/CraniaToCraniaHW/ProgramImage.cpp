// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramImage.h"
#include "crania/Analysis/WeightImage.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

class ImageBuilder {
public:
  ImageBuilder(ir::IterateOp iterate, const Network &network,
               const target::TargetModel &target)
      : iterate(iterate), network(network), target(target) {}

  FailureOr<ProgramImage> run() {
    for (const NetworkWeights &weights : network.weights)
      largestImage += 2 * plannedBytes(weights);
    for (const NetworkWeights &weights : network.weights)
      if (failed(addWeights(weights)))
        return failure();
    image.parameters.resize(network.storages.size());
    for (const Stage &stage : network.stages)
      for (const Node &node : stage.nodes)
        for (const Access &input : node.inputs)
          addParameter(input.storage);
    addParameter(network.logits);
    image.bytes.resize(
        llvm::alignTo(image.bytes.size(), target.dram.burstBytes));
    return std::move(image);
  }

private:
  LogicalResult addWeights(const NetworkWeights &weights) {
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
    std::string why;
    FailureOr<WeightBlocks> blocks =
        WeightBlocks::create(op, weights.contraction, weights.tiling, why);
    if (failed(blocks))
      return iterate.emitError()
             << "weights @" << op.getSymName() << ": " << why;
    SmallVector<hw::SegmentAttr> segments;
    for (auto [cluster, segment] : llvm::enumerate(plan.getSegments())) {
      FailureOr<hw::SegmentAttr> added =
          addSegment(weights, *blocks, cluster, segment);
      if (failed(added))
        return failure();
      segments.push_back(*added);
    }
    image.segments.push_back(std::move(segments));
    return success();
  }

  FailureOr<hw::SegmentAttr> addSegment(const NetworkWeights &weights,
                                        const WeightBlocks &blocks,
                                        unsigned cluster,
                                        ir::SegmentAttr segment) {
    auto error = [&]() {
      return iterate.emitError()
             << "cluster " << cluster + 1 << " of the weights @"
             << weights.name() << " ";
    };
    if (failed(checkDecided(segment, error)))
      return failure();
    StringRef id = segment.getLayout().getCodecId();
    const layout::Codec *codec =
        layout::findCodec(std::string_view(id.data(), id.size()));
    if (!codec)
      return error() << "has the layout '" << id
                     << "', whose codec is not registered in this process";
    if (!blocks.supports(cluster, *codec))
      return error() << "cannot be expressed in the layout '" << id
                     << "'; remove it from the plan and run "
                        "crania-assign-layouts";
    EncodedCluster encoded = blocks.encodeCluster(cluster, *codec);
    if (encoded.bytes.size() != uint64_t(*segment.getBytes()))
      return error() << "encodes to " << encoded.bytes.size()
                     << " bytes, but the plan says " << *segment.getBytes()
                     << ": the plan is stale, remove it and run "
                        "crania-assign-layouts again";
    return write(encoded, cluster, segment, id, error);
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

  FailureOr<hw::SegmentAttr>
  write(const EncodedCluster &encoded, unsigned cluster,
        ir::SegmentAttr segment, StringRef layout,
        llvm::function_ref<InFlightDiagnostic()> error) {
    uint64_t begin = *segment.getAddress(), size = encoded.bytes.size();
    if (begin > largestImage || size > largestImage - begin)
      return error() << "has the address " << begin
                     << ", far behind everything else in the image; remove it "
                        "from the plan and run crania-place-segments";
    uint64_t end = begin + size;
    if (image.bytes.size() < end)
      image.bytes.resize(end);
    llvm::copy(encoded.bytes, image.bytes.begin() + begin);

    SmallVector<int64_t> offsets(encoded.blockOffsets.begin(),
                                 encoded.blockOffsets.end());
    // A block is a tile.
    SmallVector<int64_t> tiles =
        llvm::to_vector(llvm::seq<int64_t>(0, offsets.size()));
    bool isRetained = *segment.getResidency() == ir::Residency::Retained;
    return hw::SegmentAttr::get(
        iterate.getContext(), cluster + 1, layout, begin, encoded.bytes.size(),
        isRetained ? hw::Residency::Retained : hw::Residency::Streamed,
        isRetained ? *segment.getStoreOffset() : 0, offsets, tiles);
  }

  void addParameter(StorageId id) {
    const Storage &storage = network.storages[id];
    if (storage.origin != Storage::Origin::parameter ||
        !image.parameters[id].empty())
      return;
    for (const std::vector<char> &contents : storage.contents) {
      uint64_t begin =
          llvm::alignTo(image.bytes.size(), target.dram.burstBytes);
      image.bytes.resize(begin);
      image.bytes.insert(image.bytes.end(), contents.begin(), contents.end());
      image.parameters[id].push_back(begin);
    }
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
