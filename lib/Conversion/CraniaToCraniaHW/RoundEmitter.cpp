// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RoundEmitter.h"
#include "llvm/ADT/STLExtras.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;
using Command = HazardTracker::Command;

void RoundEmitter::run(Location loc) {
  assert(plan.stages.size() == network.stages.size() && "a plan per stage");
  for (size_t i = 0; i < network.stages.size(); ++i)
    emitStage(i);
  emitExit(loc);
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// Emits the commands of a stage. Two sets of windows take turns: the next tile
/// is loaded before this one is computed, and this one is stored afterwards.
/// All copies go through one queue, which requires this order.
void RoundEmitter::emitStage(size_t index) {
  loadResidents(index, network.stages[index].loc());
  std::vector<Tile> tiles = tilesOf(index);
  assert(!tiles.empty() && "a stage has a tile");
  bool isDoubleBuffered = plan.stages[index].tile.sets == 2;
  moveWindows(index, tiles.front(), /*isLoad=*/true);
  for (size_t t = 0; t < tiles.size(); ++t) {
    bool hasNext = t + 1 < tiles.size();
    if (hasNext && isDoubleBuffered)
      moveWindows(index, tiles[t + 1], /*isLoad=*/true);
    fetch(index, /*isFirstTile=*/t == 0);
    compute(index, tiles[t]);
    moveWindows(index, tiles[t], /*isLoad=*/false);
    if (hasNext && !isDoubleBuffered)
      moveWindows(index, tiles[t + 1], /*isLoad=*/true);
  }
}

std::vector<RoundEmitter::Tile> RoundEmitter::tilesOf(size_t stage) const {
  const TileShape &shape = plan.stages[stage].tile;
  std::vector<Tile> tiles(1);
  for (auto [loop, size] :
       llvm::zip_equal(network.stages[stage].tileLoops, shape.sizes)) {
    std::vector<Tile> cut;
    for (const Tile &tile : tiles)
      for (int64_t begin = 0; begin < loop.extent; begin += size) {
        cut.push_back(tile);
        cut.back().ranges.push_back(
            {begin, std::min(size, loop.extent - begin)});
      }
    tiles = std::move(cut);
  }
  for (auto [i, tile] : llvm::enumerate(tiles))
    tile.set = i % shape.sets;
  return tiles;
}

void RoundEmitter::compute(size_t index, const Tile &tile) {
  const Stage &stage = network.stages[index];
  std::optional<Command> contract;
  for (unsigned n = 0; n < stage.nodes.size(); ++n) {
    if (stage.nodes[n].isContract())
      contract = emitContract(index, tile);
    else
      emitVector(index, n, tile, contract);
  }
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

SmallVector<LoopRange> RoundEmitter::loopRanges(const Stage &stage,
                                                unsigned node,
                                                const Tile &tile) const {
  SmallVector<LoopRange> ranges;
  for (int64_t extent : stage.nodes[node].loops)
    ranges.push_back({0, extent});
  for (auto [loop, range] : llvm::zip_equal(stage.tileLoops, tile.ranges))
    ranges[loop.loops[node]] = range;
  return ranges;
}

RoundEmitter::Placed RoundEmitter::locate(size_t index, Window::Member member,
                                          const Tile &tile) const {
  const Stage &stage = network.stages[index];
  auto isMember = [&](const Window &window) {
    return llvm::any_of(window.members, [&](const Window::Member &other) {
      return other.node == member.node && other.input == member.input;
    });
  };
  const std::vector<Window> &windows = plan.stages[index].windows;
  size_t window = llvm::find_if(windows, isMember) - windows.begin();
  assert(window < windows.size() && "each access is in a window");
  Access access = Window::accessOf(stage, member)
                      .restrictedTo(loopRanges(stage, member.node, tile));
  return locateInWindow(index, window, std::move(access), tile);
}

RoundEmitter::Placed RoundEmitter::locateInWindow(size_t index, size_t window,
                                                  Access access,
                                                  const Tile &tile) const {
  const MemoryPlan::StagePlan &stage = plan.stages[index];
  StorageId storage = access.storage;
  assert((stage.windowOffsets[window] || plan.onChip[storage]) &&
         "a storage without windows is on chip");
  if (!stage.windowOffsets[window])
    return {std::move(access), names.onChip[storage]};
  uint64_t byte = tile.set * stage.setBytes + *stage.windowOffsets[window];
  const Storage &moved = network.storages[storage];
  return {access.relocated(storage, byte / moved.elementBytes()),
          names.windows[index].find(moved.element)->second};
}

StringRef RoundEmitter::dramBufferOf(StorageId storage) const {
  ArrayRef<std::string> buffers = names.inDram[storage];
  assert(!buffers.empty() &&
         (buffers.size() == 1 || round <= int64_t(buffers.size())) &&
         "a buffer for the round");
  return buffers[buffers.size() == 1 ? 0 : round - 1];
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

void RoundEmitter::trackAccesses(hw::CommandOpInterface op) {
  for (const hw::OperandAccess &access : op.getAccesses()) {
    auto buffer = symbols.lookup<hw::BufferOp>(access.buffer.getAttr());
    assert(buffer && "the buffers are declared before the rounds");
    // The image is never written, so it needs no hazards.
    if (buffer.getSpace() == hw::Space::Image)
      continue;
    const binary::ElementRange elements = access.range();
    const uint64_t base = buffer.getOffset(), size = buffer.getElementBytes();
    hazards.access(next(),
                   buffer.getSpace() == hw::Space::Dram
                       ? HazardTracker::dram
                       : HazardTracker::globalBuffer,
                   base + elements.begin * size, base + elements.end * size,
                   binary::writes(access.use));
  }
}

template <typename CommandOp>
void RoundEmitter::finish(CommandOp op) {
  trackAccesses(cast<hw::CommandOpInterface>(op.getOperation()));
  op.getAfterMutable().assign(llvm::map_to_vector(
      hazards.dependenciesOf(next()),
      [&](Command other) -> Value { return tokens[other]; }));
  tokens.push_back(op.getToken());
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

namespace {

/// The box of a copy, with as few dimensions as both sides allow.
struct CopyBox {
  SmallVector<int64_t> extents, sourceStrides, destinationStrides;

  CopyBox(const Access &source, const Access &destination) {
    for (auto [from, to] : llvm::zip_equal(source.dims, destination.dims))
      add(from.extent, from.stride, to.stride);
    if (extents.empty())
      add(1, 1, 1, /*always=*/true);
  }

private:
  void add(int64_t extent, int64_t source, int64_t destination,
           bool always = false) {
    if (extent == 1 && !always)
      return;
    bool joins = !extents.empty() && sourceStrides.back() == source * extent &&
                 destinationStrides.back() == destination * extent;
    if (joins) {
      extents.back() *= extent;
      sourceStrides.back() = source;
      destinationStrides.back() = destination;
      return;
    }
    extents.push_back(extent);
    sourceStrides.push_back(source);
    destinationStrides.push_back(destination);
  }
};

/// Returns an access to all elements of a storage as one row.
Access wholeOf(StorageId storage, int64_t elements) {
  return {storage, 0, {{elements, 1, 0, {}}}, 0};
}

} // namespace

void RoundEmitter::emitCopy(Location loc, StorageId storage,
                            const Access &inDram, StringRef dramBuffer,
                            const Placed &onChip, bool isLoad,
                            StringRef label) {
  bool isParameter =
      network.storages[storage].origin == Storage::Origin::parameter;
  const Access &source = isLoad ? inDram : onChip.access;
  const Access &destination = isLoad ? onChip.access : inDram;
  CopyBox box(source, destination);
  MLIRContext *context = builder.getContext();
  auto side = [&](const Access &access, StringRef buffer,
                  ArrayRef<int64_t> strides) {
    return hw::BoxAttr::get(context, symbol(buffer), access.offset,
                            builder.getDenseI64ArrayAttr(strides));
  };
  finish(hw::CopyOp::create(
      builder, loc, hw::TokenType::get(context),
      isParameter ? hw::Purpose::Parameters : hw::Purpose::Activations,
      box.extents,
      side(source, isLoad ? dramBuffer : onChip.buffer, box.sourceStrides),
      side(destination, isLoad ? onChip.buffer : dramBuffer,
           box.destinationStrides),
      label, ValueRange()));
}

void RoundEmitter::loadResidents(size_t step, Location loc) {
  for (StorageId id = 0; id < network.storages.size(); ++id) {
    const Storage &storage = network.storages[id];
    if (storage.origin == Storage::Origin::computed || !plan.onChip[id] ||
        plan.firstStage[id] != step)
      continue;
    Access whole = wholeOf(id, storage.elements);
    Placed onChip{whole, names.onChip[id]};
    emitCopy(loc, id, whole, dramBufferOf(id), onChip, /*isLoad=*/true,
             storage.origin == Storage::Origin::parameter ? "parameters"
                                                          : "input");
  }
}

void RoundEmitter::moveWindows(size_t index, const Tile &tile, bool isLoad) {
  const Stage &stage = network.stages[index];
  const MemoryPlan::StagePlan &stagePlan = plan.stages[index];
  for (auto [i, window] : llvm::enumerate(stagePlan.windows)) {
    bool isMoved = isLoad ? window.isLoaded : window.isStored;
    if (!isMoved || !stagePlan.windowOffsets[i])
      continue;
    unsigned node = window.members.front().node;
    Access inDram =
        window.access(stage).restrictedTo(loopRanges(stage, node, tile));
    Placed onChip = locateInWindow(index, i, inDram, tile);
    emitCopy(stage.loc(), window.storage, inDram, dramBufferOf(window.storage),
             onChip, isLoad, stage.label);
  }
}

//===----------------------------------------------------------------------===//
// Computation
//===----------------------------------------------------------------------===//

/// Emits the fetch of a tile's weights. Fetches need no tokens: the weight DMA
/// serves them in order, as far ahead of the array as the staging FIFO allows.
void RoundEmitter::fetch(size_t index, bool isFirstTile) {
  const Stage &stage = network.stages[index];
  const Node &node = stage.nodes.front();
  if (!node.isContract())
    return;
  if (isFirstTile)
    fetchClusters(stage, *node.weights, hw::Residency::Retained);
  fetchClusters(stage, *node.weights, hw::Residency::Streamed);
}

void RoundEmitter::fetchClusters(const Stage &stage, unsigned index,
                                 hw::Residency residency) {
  const NetworkWeights &weights = network.weights[index];
  assert(int64_t(image.segments[index].size()) >= weights.clustersIn(round) &&
         "a segment per cluster");
  SmallVector<int64_t> clusters;
  for (int64_t c = 1; c <= weights.clustersIn(round); ++c)
    if (image.segments[index][c - 1].getResidency() == residency)
      clusters.push_back(c);
  if (clusters.empty())
    return;
  finish(hw::FetchOp::create(builder, stage.loc(),
                             hw::TokenType::get(builder.getContext()),
                             weights.name(), clusters, residency, 0,
                             weights.tiling.tiles(), stage.label, {}));
}

Command RoundEmitter::emitContract(size_t index, const Tile &tile) {
  const Stage &stage = network.stages[index];
  const Node &node = stage.nodes.front();
  assert(node.isContract() && "a contraction is the first node of its stage");
  const NetworkWeights &weights = network.weights[*node.weights];
  const Contraction &c = weights.contraction;
  Placed input = locate(index, {0, 0}, tile);
  Placed output = locate(index, {0, std::nullopt}, tile);
  // The window starts `pad` before the first row and column.
  SmallVector<int64_t> pad = {-input.access.dims[1].start,
                              -input.access.dims[2].start};
  finish(hw::ContractOp::create(
      builder, node.loc, hw::TokenType::get(builder.getContext()),
      weights.name(), weights.clustersIn(round), 0, weights.tiling.tiles(),
      planeAttr(input), planeAttr(output), {c.kernelH, c.kernelW},
      {c.strideH, c.strideW}, {c.dilationH, c.dilationW}, pad,
      /*accumulate=*/false, stage.label, ValueRange()));
  return tokens.size() - 1;
}

void RoundEmitter::emitVector(size_t index, unsigned n, const Tile &tile,
                              std::optional<Command> follows) {
  const Stage &stage = network.stages[index];
  const Node &node = stage.nodes[n];
  SmallVector<Attribute> inputs;
  for (unsigned i = 0; i < node.inputs.size(); ++i) {
    Placed input = locate(index, {n, i}, tile);
    inputs.push_back(accessAttr(input, node.loops.size()));
  }
  Placed output = locate(index, {n, std::nullopt}, tile);
  if (follows)
    hazards.follow(next(), *follows);
  SmallVector<int64_t> loops;
  for (const LoopRange &range : loopRanges(stage, n, tile))
    loops.push_back(range.size);
  SmallVector<Attribute> code(node.code.begin(), node.code.end());
  finish(hw::VectorOp::create(
      builder, node.loc, hw::TokenType::get(builder.getContext()), loops,
      builder.getArrayAttr(inputs), accessAttr(output, node.loops.size()),
      builder.getArrayAttr(code), node.reduces,
      node.initial ? builder.getF64FloatAttr(*node.initial) : FloatAttr(),
      stage.label, ValueRange(), follows ? tokens[*follows] : Value()));
}

/// Emits the exit test. The host reads the logits in DRAM, and the exit unit
/// reads them on chip.
void RoundEmitter::emitExit(Location loc) {
  loadResidents(network.stages.size(), loc);
  assert(plan.onChip[network.logits] && "the exit test reads on chip");
  int64_t classes = network.logitsType.getNumElements();
  Access logits = wholeOf(network.logits, classes);
  Access inDram = logits;
  logits.offset = network.logitsOffset;
  Placed onChip{logits, names.onChip[network.logits]};
  emitCopy(loc, network.logits, inDram, names.logitsInDram, onChip,
           /*isLoad=*/false, "exit");
  finish(hw::ExitTestOp::create(
      builder, loc, hw::TokenType::get(builder.getContext()), onChip.buffer,
      network.logitsOffset, classes, "exit", ValueRange()));
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

FlatSymbolRefAttr RoundEmitter::symbol(StringRef name) const {
  return FlatSymbolRefAttr::get(builder.getContext(), name);
}

hw::AccessAttr RoundEmitter::accessAttr(const Placed &placed,
                                        unsigned loops) const {
  const Access &access = placed.access;
  MLIRContext *context = builder.getContext();
  SmallVector<AffineExpr> indices;
  for (const Access::Dim &dim : access.dims) {
    assert(dim.coefficients.size() == loops && "one coefficient per loop");
    AffineExpr index = getAffineConstantExpr(dim.start, context);
    for (auto [loop, coefficient] : llvm::enumerate(dim.coefficients))
      index = index + getAffineDimExpr(loop, context) * coefficient;
    indices.push_back(index);
  }
  return hw::AccessAttr::get(symbol(placed.buffer), access.offset,
                             AffineMap::get(loops, 0, indices, context),
                             access.extents(), access.strides(),
                             access.padding);
}

hw::PlaneAttr RoundEmitter::planeAttr(const Placed &placed) const {
  const Access &access = placed.access;
  assert(access.dims.size() == 3 && "a plane has channels, rows and columns");
  return hw::PlaneAttr::get(builder.getContext(), symbol(placed.buffer),
                            access.offset, access.dims[0].extent,
                            access.dims[1].extent, access.dims[2].extent,
                            builder.getDenseI64ArrayAttr(access.strides()));
}
