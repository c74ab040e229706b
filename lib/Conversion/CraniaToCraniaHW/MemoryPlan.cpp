// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MemoryPlan.h"
#include "crania/Solvers/BufferPlacement.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/MathExtras.h"

#include <cassert>
#include <map>

#define DEBUG_TYPE "crania-memory"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;
using solvers::BufferPlacement;
using solvers::BufferProblem;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// The share of the global buffer, one in eight, that parameters may take for
/// the whole round.
constexpr uint64_t parameterShare = 8;

static void forEachAccess(Network &network,
                          llvm::function_ref<void(Access &)> visit) {
  for (Stage &stage : network.stages)
    for (Node &node : stage.nodes) {
      for (Access &input : node.inputs)
        visit(input);
      visit(node.output);
    }
}

/// Returns the parameters that stages read, in the order of their first use.
static std::vector<StorageId> usedParameters(Network &network) {
  std::vector<StorageId> used;
  forEachAccess(network, [&](Access &access) {
    bool isParameter =
        network.storages[access.storage].origin == Storage::Origin::parameter;
    if (isParameter && !llvm::is_contained(used, access.storage))
      used.push_back(access.storage);
  });
  return used;
}

/// Concatenates the parameters of one type, for each round in which one of them
/// differs.
static Storage concatenate(ArrayRef<Storage> storages,
                           ArrayRef<StorageId> parameters) {
  assert(!parameters.empty() && "nothing to join");
  Storage joined;
  joined.name = "parameters";
  joined.element = storages[parameters.front()].element;
  joined.origin = Storage::Origin::parameter;
  size_t variants = 1;
  for (StorageId id : parameters)
    variants = std::max(variants, storages[id].contents.size());
  joined.contents.resize(variants);
  for (StorageId id : parameters) {
    const Storage &part = storages[id];
    assert((part.contents.size() == 1 || part.contents.size() == variants) &&
           "contents for one round or for all");
    joined.elements += part.elements;
    for (size_t round = 0; round < variants; ++round) {
      const std::vector<char> &bytes =
          part.contents[part.contents.size() == 1 ? 0 : round];
      joined.contents[round].insert(joined.contents[round].end(), bytes.begin(),
                                    bytes.end());
    }
  }
  return joined;
}

static void joinStorages(Network &network, ArrayRef<StorageId> parameters) {
  std::map<StorageId, int64_t> offsets;
  int64_t elements = 0;
  for (StorageId id : parameters) {
    offsets[id] = elements;
    elements += network.storages[id].elements;
  }
  StorageId joined = network.storages.size();
  network.storages.push_back(concatenate(network.storages, parameters));
  forEachAccess(network, [&](Access &access) {
    auto part = offsets.find(access.storage);
    if (part == offsets.end())
      return;
    access.storage = joined;
    access.offset += part->second;
  });
}

void crania::lowering::joinParameters(Network &network,
                                      const target::TargetModel &target) {
  std::vector<StorageId> parameters = usedParameters(network);
  // A parameter that the exit test reads directly stays alone.
  if (llvm::is_contained(parameters, network.logits))
    return;
  uint64_t bytes = 0;
  llvm::MapVector<Type, std::vector<StorageId>> byType;
  for (StorageId id : parameters) {
    bytes += network.storages[id].bytes();
    byType[network.storages[id].element].push_back(id);
  }
  if (bytes > target.globalBuffer.bytes / parameterShare)
    return;
  for (const auto &[type, members] : byType)
    if (members.size() > 1)
      joinStorages(network, members);
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

namespace {

/// Assigns the global buffer to tensors that live in it as a whole and to
/// windows of the other tensors.
class MemoryPlanner {
public:
  /// Creates a planner that uses the first `capacity` bytes of the global
  /// buffer. Stages ask for windows of up to `windowBudget` bytes. If that is
  /// too few, a stage asks for windows of one iteration.
  MemoryPlanner(const Network &network, const target::TargetModel &target,
                uint64_t capacity, uint64_t windowBudget)
      : network(network), target(target), tiler(network, target),
        windowBudget(windowBudget), bufferOf(network.storages.size()) {
    assert(capacity <= target.globalBuffer.bytes && "more than there is");
    problem.capacity = capacity;
  }

  /// Plans the placement. Returns the failure and the missing bytes, if it
  /// fails.
  std::optional<solvers::PlacementFailure> run() {
    plan.stages.resize(network.stages.size());
    plan.firstStage.resize(network.storages.size());
    collectUses();
    auto answer = solvers::placeBuffers(problem);
    if (auto *failure = std::get_if<solvers::PlacementFailure>(&answer))
      return *failure;
    placement = std::get<BufferPlacement>(answer);
    plan.onChip.resize(network.storages.size());
    for (StorageId id = 0; id < bufferOf.size(); ++id)
      if (bufferOf[id])
        plan.onChip[id] = placement.offsets[*bufferOf[id]];
    for (size_t s = 0; s < network.stages.size(); ++s)
      if (!planStage(s))
        return solvers::PlacementFailure{s, leastBytes(s)};
    placeInDram();
    return std::nullopt;
  }

  /// Returns the sum of the costs of all stages.
  const TileCost &totalCost() const { return plan.estimate; }

  MemoryPlan takePlan() { return std::move(plan); }

  void remark(Location loc) const {
    remarkOnPlacement(loc);
    for (auto [stage, stagePlan] : llvm::zip_equal(network.stages, plan.stages))
      if (stagePlan.setBytes > 0)
        remarkOnBands(stage, stagePlan);
  }

private:
  /// Returns the step behind the last stage, which is the exit test.
  size_t exitStep() const { return network.stages.size(); }

  void collectUses() {
    problem.steps = network.stages.size() + 1;
    problem.alignment = bufferAlignment;
    for (size_t s = 0; s < network.stages.size(); ++s) {
      const Stage &stage = network.stages[s];
      std::vector<Window> &windows = plan.stages[s].windows;
      windows = windowsOf(stage, network);
      TileShape wanted = wantedTile(stage, windows);
      for (const Window &window : windows)
        addUse(window.storage, s,
               wanted.sets * windowBytes(stage, window, wanted.sizes));
    }
    addUse(network.logits, exitStep(), 0);
    problem.buffers[*bufferOf[network.logits]].maySpill = false;
  }

  TileShape wantedTile(const Stage &stage, ArrayRef<Window> windows) const {
    auto all = [](StorageId) { return true; };
    std::optional<TileShape> tile =
        tiler.choose(stage, windows, all, windowBudget);
    return tile ? *tile : tiler.smallest(stage, windows, problem.capacity);
  }

  void addUse(StorageId id, size_t step, uint64_t bytes) {
    if (!bufferOf[id]) {
      bufferOf[id] = problem.buffers.size();
      plan.firstStage[id] = step;
      const Storage &storage = network.storages[id];
      BufferProblem::Buffer buffer;
      buffer.bytes = storage.bytes();
      buffer.startsInDram = storage.origin != Storage::Origin::computed;
      buffer.isScratch = storage.isScratch;
      problem.buffers.push_back(buffer);
    }
    std::vector<BufferProblem::Use> &uses = problem.buffers[*bufferOf[id]].uses;
    assert((uses.empty() || uses.back().step <= step) && "uses ascend");
    if (!uses.empty() && uses.back().step == step)
      uses.back().windowBytes += bytes;
    else
      uses.push_back({step, bytes});
  }

  bool planStage(size_t index) {
    assert(index < placement.freeRanges.size() && "each step has free bytes");
    const Stage &stage = network.stages[index];
    MemoryPlan::StagePlan &stagePlan = plan.stages[index];
    BufferPlacement::Range freeRange = placement.freeRanges[index];
    auto isMoved = [&](StorageId id) { return !plan.onChip[id]; };
    std::optional<TileShape> tile =
        tiler.choose(stage, stagePlan.windows, isMoved, freeRange.bytes);
    if (!tile)
      return false;
    TileCost cost = tiler.costOf(stage, stagePlan.windows, isMoved, *tile);
    plan.estimate.cycles += cost.cycles;
    plan.estimate.dramBytes += cost.dramBytes;
    stagePlan.tile = *tile;
    stagePlan.scratchOffset = freeRange.offset;
    for (const Window &window : stagePlan.windows) {
      if (!isMoved(window.storage)) {
        stagePlan.windowOffsets.push_back(std::nullopt);
        continue;
      }
      stagePlan.windowOffsets.push_back(stagePlan.setBytes);
      stagePlan.setBytes += windowBytes(stage, window, tile->sizes);
    }
    return true;
  }

  /// Places the input, spilled tensors and the logits in the DRAM scratch.
  void placeInDram() {
    plan.inDram.resize(network.storages.size());
    auto allocate = [&](uint64_t bytes) {
      uint64_t offset = plan.dramBytes;
      plan.dramBytes += llvm::alignTo(bytes, target.dram.burstBytes);
      return offset;
    };
    for (StorageId id = 0; id < network.storages.size(); ++id) {
      const Storage &storage = network.storages[id];
      bool isSpilled = storage.origin == Storage::Origin::computed &&
                       !storage.isScratch && bufferOf[id] && !plan.onChip[id];
      if (id == network.input || isSpilled)
        plan.inDram[id] = allocate(storage.bytes());
    }
    plan.logitsInDram =
        allocate(network.logitsType.getNumElements() *
                 network.storages[network.logits].elementBytes());
  }

  uint64_t leastBytes(size_t index) const {
    const Stage &stage = network.stages[index];
    SmallVector<int64_t> ones(stage.tileLoops.size(), 1);
    uint64_t bytes = 0;
    for (const Window &window : plan.stages[index].windows)
      bytes += windowBytes(stage, window, ones);
    return bytes;
  }

  void remarkOnPlacement(Location loc) const {
    for (StorageId id = 0; id < network.storages.size(); ++id)
      if (plan.inDram[id] && !plan.onChip[id])
        remark::missed(loc, remark::RemarkOpts::name("buffer-spilled")
                                .category("crania-memory"))
            << remark::metric("tensor", network.storages[id].name)
            << remark::metric("bytes", network.storages[id].bytes());
    remark::analysis(loc, remark::RemarkOpts::name("global-buffer-peak")
                              .category("crania-memory"))
        << remark::metric("bytes", placement.usedBytes(problem))
        << remark::metric("bytes_without_spills", problem.peakLiveBytes())
        << remark::metric("capacity", target.globalBuffer.bytes);
  }

  static void remarkOnBands(const Stage &stage,
                            const MemoryPlan::StagePlan &stagePlan) {
    remark::analysis(
        stage.loc(),
        remark::RemarkOpts::name("layer-in-bands").category("crania-memory"))
        << remark::metric("layer", stage.label)
        << remark::metric("bands", tileCount(stage, stagePlan.tile))
        << remark::metric("sets", stagePlan.tile.sets)
        << remark::metric("bytes", stagePlan.setBytes);
  }

  const Network &network;
  const target::TargetModel &target;
  StageTiler tiler;
  uint64_t windowBudget;
  MemoryPlan plan;
  BufferProblem problem;
  BufferPlacement placement;
  /// The number of each storage in the placement problem, if a stage uses it.
  std::vector<std::optional<size_t>> bufferOf;
};

} // namespace

static LogicalResult reportFailure(const Network &network,
                                   const target::TargetModel &target,
                                   solvers::PlacementFailure failure,
                                   Location loc) {
  bool isStage = failure.step < network.stages.size();
  Location where = isStage ? network.stages[failure.step].loc() : loc;
  std::string label =
      isStage ? network.stages[failure.step].label : std::string("logits");
  return emitError(where)
         << "layer '" << label << "' needs " << failure.neededBytes
         << " bytes of the global buffer at once, even if it runs piece by "
            "piece, but target '"
         << target.name << "' has " << target.globalBuffer.bytes
         << "; compile for a target with a larger global buffer";
}

/// The largest number of commands of one layer in a round, far above the needs
/// of a reasonable target.
constexpr int64_t maxTiles = 1 << 16;

static LogicalResult checkCommands(const Network &network,
                                   const MemoryPlan &plan,
                                   const target::TargetModel &target) {
  for (auto [stage, stagePlan] : llvm::zip_equal(network.stages, plan.stages))
    if (int64_t tiles = tileCount(stage, stagePlan.tile); tiles > maxTiles)
      return emitError(stage.loc())
             << "layer '" << stage.label << "' runs in " << tiles
             << " pieces through the " << target.globalBuffer.bytes
             << " bytes of the global buffer of target '" << target.name
             << "'; at most " << maxTiles
             << " are possible: compile for a target with a larger global "
                "buffer";
  return success();
}

/// Returns the largest number below `bytes` that is a power of two or three
/// halves of one.
static uint64_t nextSmallerCapacity(uint64_t bytes) {
  assert(bytes > 2 && "no smaller capacity");
  uint64_t power = llvm::bit_floor(bytes - 1);
  uint64_t threeHalves = power + power / 2;
  return threeHalves < bytes ? threeHalves : power;
}

namespace {

/// The cheapest of the plans that were tried.
class PlanSearch {
public:
  PlanSearch(const Network &network, const target::TargetModel &target)
      : network(network), target(target) {}

  /// Tries plans within `capacity` bytes of the global buffer. Returns the
  /// failure with the smallest windows, if that fails. Large windows save
  /// weight traffic, but small ones leave room for whole tensors. The better
  /// choice depends on the network.
  std::optional<solvers::PlacementFailure> tryCapacity(uint64_t capacity) {
    std::optional<solvers::PlacementFailure> failure;
    for (uint64_t budget :
         {uint64_t(0), capacity / 4, capacity / 2, capacity}) {
      MemoryPlanner planner(network, target, capacity, budget);
      if (auto failed = planner.run()) {
        LLVM_DEBUG(llvm::dbgs()
                   << "windows of " << budget << " bytes do not fit in "
                   << capacity << " bytes: step " << failed->step << " needs "
                   << failed->neededBytes << "\n");
        if (budget == 0)
          failure = failed;
        continue;
      }
      if (!best || planner.totalCost() < best->totalCost())
        best.emplace(std::move(planner));
    }
    return failure;
  }

  std::optional<MemoryPlanner> best;

private:
  const Network &network;
  const target::TargetModel &target;
};

} // namespace

FailureOr<MemoryPlan>
crania::lowering::planMemory(const Network &network,
                             const target::TargetModel &target, Location loc) {
  uint64_t capacity = target.globalBuffer.bytes;
  PlanSearch search(network, target);
  std::optional<solvers::PlacementFailure> failure =
      search.tryCapacity(capacity);
  assert((search.best || failure) && "neither a plan nor a reason");
  if (!search.best)
    return reportFailure(network, target, *failure, loc);
  // The placement is a heuristic, which may do better within fewer bytes.
  while (capacity > 2 * bufferAlignment) {
    capacity = nextSmallerCapacity(capacity);
    (void)search.tryCapacity(capacity);
  }
  LLVM_DEBUG(llvm::dbgs() << "the plan of " << network.stages.size()
                          << " stages is expected to take "
                          << search.best->totalCost().cycles
                          << " cycles and to move "
                          << search.best->totalCost().dramBytes
                          << " bytes; capacities down "
                          << "to " << capacity << " bytes were tried\n");
  search.best->remark(loc);
  MemoryPlan plan = search.best->takePlan();
  assert(plan.stages.size() == network.stages.size() && "a plan per stage");
  assert(plan.onChip[network.logits] && "the exit test reads on chip");
  if (failed(checkCommands(network, plan, target)))
    return LogicalResult::failure();
  return plan;
}
