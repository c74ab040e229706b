// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StageTiling.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

const Access &Window::accessOf(const Stage &stage, const Member &member) {
  const Node &node = stage.nodes[member.node];
  return member.input ? node.inputs[*member.input] : node.output;
}

namespace {

class WindowFinder {
public:
  explicit WindowFinder(const Stage &stage) : stage(stage) {}

  std::vector<Window> run() {
    for (unsigned n = 0; n < stage.nodes.size(); ++n) {
      const Node &node = stage.nodes[n];
      for (unsigned i = 0; i < node.inputs.size(); ++i)
        add({n, i}, /*reads=*/true);
      add({n, std::nullopt}, node.reduces && !node.initial);
    }
    return std::move(windows);
  }

private:
  void add(Window::Member member, bool reads) {
    Window *window = find(member);
    if (!window) {
      windows.push_back({Window::accessOf(stage, member).storage, {}});
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

  /// Nodes of a stage have loops of their own, so that their accesses cannot be
  /// compared; but the second overwrites what the first puts out.
  bool isSamePlace(const Window::Member &a, const Window::Member &b) const {
    if (a.node == b.node)
      return Window::accessOf(stage, a) == Window::accessOf(stage, b);
    return !a.input && Window::accessOf(stage, b) == stage.nodes[b.node].output;
  }

  const Stage &stage;
  std::vector<Window> windows;
};

} // namespace

std::vector<Window> crania::lowering::windowsOf(const Stage &stage) {
  return WindowFinder(stage).run();
}

SmallVector<int64_t> crania::lowering::loopSizes(const Stage &stage,
                                                 unsigned node,
                                                 ArrayRef<int64_t> tileSizes) {
  SmallVector<int64_t> sizes = stage.nodes[node].loops;
  for (auto [loop, size] : llvm::zip_equal(stage.tileLoops, tileSizes))
    sizes[loop.loops[node]] = size;
  return sizes;
}

uint64_t crania::lowering::windowBytes(const Stage &stage, const Window &window,
                                       ArrayRef<int64_t> tileSizes) {
  SmallVector<int64_t> sizes =
      loopSizes(stage, window.members.front().node, tileSizes);
  int64_t elements = window.access(stage).mostElements(sizes);
  return llvm::alignTo(elements * Storage::bytesPerElement, bufferAlignment);
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

  /// One iteration of the loops before `level`, `size` of that one, and all of
  /// those behind.
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

  /// The most iterations of a loop that fit, none if not even one does.
  int64_t mostThatFit(size_t level, uint64_t budget) const {
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

  /// Bands of about the same size.
  int64_t balanced(size_t level, int64_t size) const {
    int64_t extent = stage.tileLoops[level].extent;
    int64_t bands = llvm::divideCeil(extent, size);
    return llvm::divideCeil(extent, bands);
  }

private:
  const Stage &stage;
  SmallVector<const Window *> moved;
};

} // namespace

std::optional<TileShape>
crania::lowering::chooseTile(const Stage &stage, ArrayRef<Window> windows,
                             llvm::function_ref<bool(StorageId)> isMoved,
                             uint64_t budget) {
  TileFinder finder(stage, windows, isMoved);
  SmallVector<int64_t> whole = finder.sizesAt(finder.levels(), 0);
  for (auto [size, loop] : llvm::zip_equal(whole, stage.tileLoops))
    size = loop.extent;
  if (finder.bytes(whole) <= budget)
    return TileShape{whole, 1};
  for (size_t level = 0; level < finder.levels(); ++level)
    for (unsigned sets : {2u, 1u})
      if (int64_t size = finder.mostThatFit(level, budget / sets))
        return TileShape{finder.sizesAt(level, finder.balanced(level, size)),
                         sets};
  return std::nullopt;
}

TileShape crania::lowering::smallestTile(const Stage &stage,
                                         ArrayRef<Window> windows,
                                         uint64_t capacity) {
  TileFinder finder(stage, windows, [](StorageId) { return true; });
  for (size_t level = 0; level < finder.levels(); ++level)
    for (unsigned sets : {2u, 1u})
      if (finder.bytes(finder.sizesAt(level, 1)) <= capacity / sets)
        return {finder.sizesAt(level, 1), sets};
  size_t last = finder.levels() ? finder.levels() - 1 : 0;
  return {finder.sizesAt(last, 1), 1};
}
