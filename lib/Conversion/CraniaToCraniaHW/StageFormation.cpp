// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StageFormation.h"
#include "StageTiling.h"
#include "TensorPlaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Debug.h"

#include <cassert>

#define DEBUG_TYPE "crania-stages"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

/// Returns the distance, in elements, between iterations of a loop.
static int64_t strideOf(const Access &access, unsigned loop) {
  int64_t stride = 0;
  for (const Access::Dim &dim : access.dims) {
    assert(loop < dim.coefficients.size() && "no such loop");
    stride += dim.coefficients[loop] * dim.stride;
  }
  return stride;
}

static std::vector<Node> dropDeadNodes(std::vector<Node> nodes,
                                       const Network &network) {
  std::vector<bool> isRead(network.storages.size());
  assert(network.logits < isRead.size() && "the logits have a storage");
  isRead[network.logits] = true;
  std::vector<Node> live;
  for (Node &node : llvm::reverse(nodes)) {
    if (!isRead[node.output.storage])
      continue;
    for (const Access &input : node.inputs)
      isRead[input.storage] = true;
    live.push_back(std::move(node));
  }
  std::reverse(live.begin(), live.end());
  return live;
}

/// Finds the loop of a vector node that reads in the same steps in which a loop
/// of a contraction writes. A loop of one iteration needs no counterpart.
static std::optional<unsigned> findLoop(const Node &vector, const Access &input,
                                        int64_t stride, int64_t extent) {
  for (unsigned loop = 0; loop < vector.loops.size(); ++loop)
    if (vector.loops[loop] == extent && strideOf(input, loop) == stride)
      return loop;
  return std::nullopt;
}

/// Returns the access by which a vector node overwrites the output of a
/// contraction, element by element, or null.
static const Access *findOverwritten(const Node &contract, const Node &vector) {
  if (vector.output.storage != contract.output.storage)
    return nullptr;
  const Access *input = llvm::find_if(vector.inputs, [&](const Access &access) {
    return access == vector.output;
  });
  return input == vector.inputs.end() ? nullptr : input;
}

/// Returns the only access by which `vector` reads the output of a contraction,
/// or null.
static const Access *findRead(const Node &contract, const Node &vector) {
  const Access *result = nullptr;
  for (const Access &input : vector.inputs) {
    if (input.storage != contract.output.storage)
      continue;
    if (result && !(*result == input))
      return nullptr;
    result = &input;
  }
  return result;
}

/// Returns true if only `vector` reads a storage, and only `contract` writes
/// it.
static bool isPrivate(StorageId storage, const Node &contract,
                      const Node &vector, ArrayRef<Node> nodes,
                      const Network &network) {
  return storage != network.logits &&
         llvm::all_of(nodes, [&](const Node &node) {
           if (&node == &vector)
             return node.output.storage != storage;
           return (&node == &contract || node.output.storage != storage) &&
                  llvm::none_of(node.inputs, [&](const Access &input) {
                    return input.storage == storage;
                  });
         });
}

/// Returns the rows and columns of the contraction with the corresponding loops
/// of `vector`. Returns nullopt unless the vector node consumes the whole
/// output of the contraction: it overwrites it, or is its only reader.
static std::optional<SmallVector<Stage::TileLoop>>
matchConsumer(const Node &contract, const Node &vector, ArrayRef<Node> nodes,
              const Network &network) {
  assert(contract.isContract() && "a vector node has no consumer");
  if (vector.isContract() || vector.reduces)
    return std::nullopt;
  const Access *result = findOverwritten(contract, vector);
  if (!result) {
    result = findRead(contract, vector);
    if (!result ||
        !isPrivate(result->storage, contract, vector, nodes, network))
      return std::nullopt;
  }
  if (result->offset != contract.output.offset)
    return std::nullopt;
  int64_t points = llvm::product_of(vector.loops);
  if (points != contract.output.boxElements() ||
      points != result->boxElements())
    return std::nullopt;
  SmallVector<Stage::TileLoop> loops;
  for (unsigned loop : {Node::row, Node::column}) {
    int64_t extent = contract.loops[loop];
    if (extent == 1)
      continue;
    std::optional<unsigned> same =
        findLoop(vector, *result, strideOf(contract.output, loop), extent);
    if (!same)
      return std::nullopt;
    loops.push_back({{loop, *same}, extent});
  }
  return loops;
}

/// Returns the loops by which a lone node may be cut. A contraction may be cut
/// by rows and columns, because its channels share the input. Other nodes may
/// be cut by all loops that are not reduced.
static SmallVector<Stage::TileLoop> tileLoopsOf(const Node &node) {
  SmallVector<Stage::TileLoop> loops;
  for (unsigned loop = 0; loop < node.loops.size(); ++loop) {
    bool isCut = node.isContract() ? loop == Node::row || loop == Node::column
                                   : node.output.dependsOn(loop);
    if (isCut && node.loops[loop] > 1)
      loops.push_back({{loop}, node.loops[loop]});
  }
  return loops;
}

static std::string labelOf(const Node &node, const Network &network) {
  assert((!node.isContract() || *node.weights < network.weights.size()) &&
         "no such weights");
  if (node.isContract())
    return nameOf(node.loc, network.weights[*node.weights].name());
  return nameOf(node.loc, network.storages[node.output.storage].name);
}

/// A contraction, and the vector node behind it that processes its results.
struct Pair {
  size_t contract, vector;
  SmallVector<Stage::TileLoop> tileLoops;
};

/// Returns true if the smallest piece of a stage fits on chip.
static bool fits(const Stage &stage, const Network &network,
                 const target::TargetModel &target) {
  SmallVector<int64_t> smallest(stage.tileLoops.size(), 1);
  uint64_t bytes = 0;
  for (const Window &window : windowsOf(stage, network))
    bytes += windowBytes(stage, window, smallest);
  return bytes <= target.globalBuffer.bytes;
}

static std::vector<Pair> findPairs(ArrayRef<Node> nodes, const Network &network,
                                   const target::TargetModel &target) {
  std::vector<Pair> pairs;
  auto isTaken = [&](size_t vector) {
    return llvm::any_of(
        pairs, [&](const Pair &pair) { return pair.vector == vector; });
  };
  // A vector node that adds two contractions joins the later one.
  for (size_t i = nodes.size(); i-- > 0;) {
    if (!nodes[i].isContract())
      continue;
    for (size_t j = i + 1; j < nodes.size(); ++j) {
      if (isTaken(j))
        continue;
      auto loops = matchConsumer(nodes[i], nodes[j], nodes, network);
      if (!loops)
        continue;
      // The operands of a wide layer may leave no room for its bias.
      if (fits({{}, {nodes[i], nodes[j]}, *loops}, network, target))
        pairs.push_back({i, j, *loops});
      break;
    }
  }
  return pairs;
}

std::vector<Stage>
crania::lowering::formStages(std::vector<Node> nodes, Network &network,
                             const target::TargetModel &target) {
  nodes = dropDeadNodes(std::move(nodes), network);
  std::vector<Pair> pairs = findPairs(nodes, network, target);
  for (const Pair &pair : pairs) {
    StorageId result = nodes[pair.contract].output.storage;
    network.storages[result].isScratch =
        nodes[pair.vector].output.storage != result;
  }
  std::vector<Stage> stages;
  for (size_t i = 0; i < nodes.size(); ++i) {
    auto pair = llvm::find_if(
        pairs, [&](const Pair &p) { return p.contract == i || p.vector == i; });
    if (pair == pairs.end()) {
      stages.push_back(
          {labelOf(nodes[i], network), {nodes[i]}, tileLoopsOf(nodes[i])});
      continue;
    }
    // No other node reads the contraction's output, so it may wait for the
    // other operands of the vector node.
    if (pair->vector == i)
      stages.push_back({labelOf(nodes[pair->contract], network),
                        {nodes[pair->contract], nodes[i]},
                        pair->tileLoops});
  }
  assert(stages.size() + pairs.size() == nodes.size() &&
         "each node is in one stage");
  LLVM_DEBUG(llvm::dbgs() << nodes.size() << " nodes form " << stages.size()
                          << " stages; " << pairs.size()
                          << " of them have a contraction and a vector node\n");
  return stages;
}
