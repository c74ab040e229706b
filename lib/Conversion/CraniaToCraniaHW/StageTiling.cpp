// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StageTiling.h"
#include "crania/Target/DmaRate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

const Access &Window::accessOf(const Stage &stage, const Member &member) {
  assert(member.node < stage.nodes.size() && "no such node");
  const Node &node = stage.nodes[member.node];
  assert((!member.input || *member.input < node.inputs.size()) &&
         "no such input");
  return member.input ? node.inputs[*member.input] : node.output;
}

namespace {

class WindowFinder {
public:
  WindowFinder(const Stage &stage, const Network &network)
      : stage(stage), network(network) {}

  std::vector<Window> run() {
    for (unsigned n = 0; n < stage.nodes.size(); ++n) {
      const Node &node = stage.nodes[n];
      for (unsigned i = 0; i < node.inputs.size(); ++i)
        add({n, i}, /*reads=*/true);
      add({n, std::nullopt}, node.reduces && !node.initial);
    }
    for (Window &window : windows)
      if (network.storages[window.storage].isScratch)
        window.isLoaded = window.isStored = false;
    return std::move(windows);
  }

private:
  void add(Window::Member member, bool reads) {
    Window *window = find(member);
    if (!window) {
      StorageId storage = Window::accessOf(stage, member).storage;
      windows.push_back(
          {storage, network.storages[storage].elementBytes(), {}});
      window = &windows.back();
      window->isLoaded = reads;
    }
    window->members.push_back(member);
    window->isStored |= !member.input;
  }

  Window *find(Window::Member member) {
    for (Window &window : windows)
      if (llvm::any_of(window.members, [&](const Window::Member &other) {
            return isSamePlace(other, member);
          }))
        return &window;
    return nullptr;
  }

  /// Returns true if two members touch the same place. The nodes of a stage
  /// have their own loops, so their accesses cannot be compared. However, the
  /// second node processes the output of the first.
  bool isSamePlace(const Window::Member &a, const Window::Member &b) const {
    if (a.node == b.node)
      return Window::accessOf(stage, a) == Window::accessOf(stage, b);
    return !a.input && Window::accessOf(stage, b).storage ==
                           Window::accessOf(stage, a).storage;
  }

  const Stage &stage;
  const Network &network;
  std::vector<Window> windows;
};

} // namespace

std::vector<Window> crania::lowering::windowsOf(const Stage &stage,
                                                const Network &network) {
  return WindowFinder(stage, network).run();
}

SmallVector<int64_t> crania::lowering::loopSizes(const Stage &stage,
                                                 unsigned node,
                                                 ArrayRef<int64_t> tileSizes) {
  SmallVector<int64_t> sizes = stage.nodes[node].loops;
  for (auto [loop, size] : llvm::zip_equal(stage.tileLoops, tileSizes)) {
    assert(node < loop.loops.size() && "a loop of each node");
    sizes[loop.loops[node]] = size;
  }
  return sizes;
}

uint64_t crania::lowering::windowBytes(const Stage &stage, const Window &window,
                                       ArrayRef<int64_t> tileSizes) {
  assert(!window.members.empty() && "a window is of an access");
  SmallVector<int64_t> sizes =
      loopSizes(stage, window.members.front().node, tileSizes);
  int64_t elements = window.access(stage).mostElements(sizes);
  return llvm::alignTo(elements * window.elementBytes, bufferAlignment);
}

namespace {

/// Finds tiles for the windows that have to be moved.
class TileFinder {
public:
  TileFinder(const Stage &stage, ArrayRef<Window> windows,
             llvm::function_ref<bool(StorageId)> isMoved)
      : stage(stage) {
    for (const Window &window : windows)
      if (isMoved(window.storage))
        moved.push_back(&window);
  }

  /// Returns the sizes for one iteration of the loops before `level`, `size`
  /// iterations of that loop, and all iterations of the loops behind it.
  SmallVector<int64_t> sizesAt(size_t level, int64_t size) const {
    SmallVector<int64_t> sizes;
    for (auto [i, loop] : llvm::enumerate(stage.tileLoops))
      sizes.push_back(i < level ? 1 : i == level ? size : loop.extent);
    return sizes;
  }

  uint64_t bytes(ArrayRef<int64_t> sizes) const {
    uint64_t sum = 0;
    for (const Window *window : moved)
      sum += windowBytes(stage, *window, sizes);
    return sum;
  }

  /// Returns the largest number of iterations of a loop that fit, or 0 if not
  /// even one does.
  int64_t mostThatFit(size_t level, uint64_t budget) const {
    assert(level < levels() && "no such loop");
    int64_t low = 0, high = stage.tileLoops[level].extent;
    while (low < high) {
      int64_t middle = low + (high - low + 1) / 2;
      if (bytes(sizesAt(level, middle)) <= budget)
        low = middle;
      else
        high = middle - 1;
    }
    return low;
  }

  size_t levels() const { return stage.tileLoops.size(); }

  /// Returns a size of at most `size` that splits the loop into bands of about
  /// equal size.
  int64_t balanced(size_t level, int64_t size) const {
    assert(level < levels() && size > 0 && "bands have iterations");
    int64_t extent = stage.tileLoops[level].extent;
    int64_t bands = llvm::divideCeil(extent, size);
    return llvm::divideCeil(extent, std::max<int64_t>(bands, 1));
  }

private:
  const Stage &stage;
  SmallVector<const Window *> moved;
};

} // namespace

std::optional<TileShape> StageTiler::choose(const Stage &stage,
                                            ArrayRef<Window> windows,
                                            IsMoved isMoved,
                                            uint64_t budget) const {
  TileFinder finder(stage, windows, isMoved);
  TileShape whole;
  for (const Stage::TileLoop &loop : stage.tileLoops)
    whole.sizes.push_back(loop.extent);
  if (finder.bytes(whole.sizes) <= budget)
    return whole;
  std::optional<TileShape> best;
  for (size_t level = 0; level < finder.levels(); ++level) {
    for (unsigned sets : {2u, 1u}) {
      int64_t size = finder.mostThatFit(level, budget / sets);
      if (size == 0)
        continue;
      TileShape tile{finder.sizesAt(level, finder.balanced(level, size)), sets};
      if (!best || costOf(stage, windows, isMoved, tile) <
                       costOf(stage, windows, isMoved, *best))
        best = tile;
    }
  }
  return best;
}

TileShape StageTiler::smallest(const Stage &stage, ArrayRef<Window> windows,
                               uint64_t budget) const {
  TileFinder finder(stage, windows, [](StorageId) { return true; });
  for (size_t level = 0; level < finder.levels(); ++level)
    for (unsigned sets : {2u, 1u})
      if (finder.bytes(finder.sizesAt(level, 1)) <= budget / sets)
        return {finder.sizesAt(level, 1), sets};
  size_t last = finder.levels() ? finder.levels() - 1 : 0;
  return {finder.sizesAt(last, 1), 1};
}

int64_t crania::lowering::tileCount(const Stage &stage, const TileShape &tile) {
  int64_t count = 1;
  for (auto [loop, size] : llvm::zip_equal(stage.tileLoops, tile.sizes)) {
    assert(size > 0 && size <= loop.extent && "a tile is within its loop");
    count *= llvm::divideCeil(loop.extent, size);
  }
  return count;
}

TileCost StageTiler::costOf(const Stage &stage, ArrayRef<Window> windows,
                            IsMoved isMoved, const TileShape &tile) const {
  assert((tile.sets == 1 || tile.sets == 2) && "windows take turns or not");
  // The last tile of a loop may be smaller.
  double fullTiles = 1;
  for (auto [loop, size] : llvm::zip_equal(stage.tileLoops, tile.sizes))
    fullTiles *= double(loop.extent) / size;
  int64_t tiles = tileCount(stage, tile), copies = 0;
  double movedBytes = 0;
  for (const Window &window : windows) {
    if (!isMoved(window.storage))
      continue;
    unsigned directions = window.isLoaded + window.isStored;
    copies += tiles * directions;
    movedBytes +=
        fullTiles * directions * windowBytes(stage, window, tile.sizes);
  }
  double weightBytes = 0;
  if (stage.nodes.front().isContract())
    weightBytes = double(tiles) *
                  network.weights[*stage.nodes.front().weights].streamedBytes;

  double moveCycles = movedBytes / target::streamBytesPerCycle(target) +
                      double(copies) * target.dramLatencyCycles();
  double weightCycles = weightBytes / target::streamBytesPerCycle(target);
  double compute = computeCycles(stage);
  bool overlaps = tile.sets == 2;
  return {overlaps ? std::max(moveCycles + weightCycles, compute)
                   : moveCycles + std::max(weightCycles, compute),
          movedBytes + weightBytes};
}

double StageTiler::computeCycles(const Stage &stage) const {
  double cycles = 0;
  for (const Node &node : stage.nodes) {
    double points = 1;
    for (int64_t extent : node.loops)
      points *= extent;
    if (node.isContract())
      cycles += points / network.weights[*node.weights].contraction.groups /
                target.processingElements();
    else
      cycles += points * std::max<size_t>(node.code.size(), 1) /
                target.vectorUnit.lanes;
  }
  return cycles;
}
