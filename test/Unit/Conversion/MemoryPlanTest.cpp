// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MemoryPlan.h"
#include "StageFormation.h"
#include "TestNetwork.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

target::TargetModel machineOf(uint64_t bytes) {
  target::TargetModel target;
  target.name = "small";
  target.globalBuffer.bytes = bytes;
  return target;
}

Location anywhere(const Network &network) {
  return UnknownLoc::get(network.storages[0].element.getContext());
}

FailureOr<MemoryPlan> planFor(const Network &network, uint64_t bytes) {
  return planMemory(network, machineOf(bytes), anywhere(network));
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// A sum of the input and two parameters of 2 elements each.
class ParametersTest : public testing::Test {
protected:
  void SetUp() override {
    constexpr TestNetwork::Shape shape{1, 1, 2};
    StorageId input = test.add("input", shape);
    first = test.add("first", shape, Storage::Origin::parameter);
    second = test.add("second", shape, Storage::Origin::parameter);
    result = test.add("result", shape);
    test.setInput(input);
    test.setLogits(result);
    test.network.storages[first].contents = {{1, 2, 3, 4, 5, 6, 7, 8}};
    test.network.storages[second].contents = {{10, 20, 30, 40, 50, 60, 70, 80},
                                              {11, 21, 31, 41, 51, 61, 71, 81}};
    test.network.stages = formStages(
        {test.elementWise({input, first, second}, result)}, test.network, {});
  }

  const Node &node() { return test.network.stages[0].nodes[0]; }

  TestNetwork test;
  StorageId first = 0, second = 0, result = 0;
};

TEST_F(ParametersTest, AreJoinedInTheOrderOfTheirUse) {
  joinParameters(test.network, machineOf(1024));
  const StorageId joined = result + 1;
  ASSERT_EQ(test.network.storages.size(), joined + 1);
  const Storage &storage = test.network.storages[joined];
  EXPECT_EQ(storage.elements, 4);
  // What does not depend on the round is repeated in each.
  EXPECT_EQ(storage.contents,
            (std::vector<std::vector<char>>{
                {1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80},
                {1, 2, 3, 4, 5, 6, 7, 8, 11, 21, 31, 41, 51, 61, 71, 81}}));
  EXPECT_EQ(node().inputs[1].storage, joined);
  EXPECT_EQ(node().inputs[1].offset, 0);
  EXPECT_EQ(node().inputs[2].storage, joined);
  EXPECT_EQ(node().inputs[2].offset, 2);
}

TEST_F(ParametersTest, AreJoinedByType) {
  test.network.storages[second].element =
      IntegerType::get(test.network.storages[second].element.getContext(), 32);
  joinParameters(test.network, machineOf(1024));
  EXPECT_EQ(node().inputs[1].storage, first);
  EXPECT_EQ(node().inputs[2].storage, second);
}

/// Both take 16 bytes, an eighth of 128.
TEST_F(ParametersTest, AreJoinedIfTheyTakeAnEighthOfTheBuffer) {
  joinParameters(test.network, machineOf(127));
  EXPECT_EQ(node().inputs[2].storage, second);
  joinParameters(test.network, machineOf(128));
  EXPECT_EQ(node().inputs[2].storage, result + 1);
}

/// The logits are a storage from its first element on.
TEST_F(ParametersTest, AreNotJoinedIfTheyAreLogits) {
  test.setLogits(second);
  joinParameters(test.network, machineOf(1024));
  EXPECT_EQ(node().inputs[1].storage, first);
  EXPECT_EQ(node().inputs[2].storage, second);
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

/// input (256 bytes) -> middle (256 bytes) -> logits (64 bytes): rows of 16
/// elements, of which the last stage makes one sum each.
class PlanTest : public testing::Test {
protected:
  void SetUp() override {
    input = test.add("input", {1, 4, 16});
    middle = test.add("middle", {1, 4, 16});
    logits = test.add("sums", {1, 4, 1});
    test.setInput(input);
    test.setLogits(logits);
    test.network.stages = formStages({test.elementWise({input}, middle),
                                      test.reduceColumns({middle}, logits)},
                                     test.network, {});
  }

  TestNetwork test;
  StorageId input = 0, middle = 0, logits = 0;
};

TEST_F(PlanTest, KeepsEverythingOnChipIfItFits) {
  FailureOr<MemoryPlan> plan = planFor(test.network, 512);
  ASSERT_TRUE(succeeded(plan));
  EXPECT_TRUE(plan->onChip[input] && plan->onChip[middle]);
  // The logits take the place of the input, which is not read any more.
  EXPECT_LT(*plan->onChip[logits], 512u);
  // The host writes the input and reads the logits in DRAM.
  EXPECT_TRUE(plan->inDram[input]);
  EXPECT_FALSE(plan->inDram[middle]);
  EXPECT_EQ(plan->dramBytes, 256u + 64u);
  for (const MemoryPlan::StagePlan &stage : plan->stages)
    EXPECT_EQ(stage.setBytes, 0u);
  EXPECT_EQ(plan->firstStage[input], 0u);
  EXPECT_EQ(plan->firstStage[middle], 0u);
  EXPECT_EQ(plan->firstStage[logits], 1u);
}

TEST_F(PlanTest, SpillsWhatDoesNotFit) {
  FailureOr<MemoryPlan> plan = planFor(test.network, 448);
  ASSERT_TRUE(succeeded(plan));
  EXPECT_FALSE(plan->onChip[input] && plan->onChip[middle]);
  EXPECT_TRUE(plan->onChip[logits]);
  // A spilled tensor has a window in each stage that reads or writes it.
  for (size_t s = 0; s < plan->stages.size(); ++s)
    for (auto [window, offset] : llvm::zip_equal(plan->stages[s].windows,
                                                 plan->stages[s].windowOffsets))
      EXPECT_EQ(offset.has_value(), !plan->onChip[window.storage]);
}

/// One row of the input and one of the result of the first stage take 64 bytes
/// each.
TEST_F(PlanTest, RunsRowByRowIfItMust) {
  FailureOr<MemoryPlan> plan = planFor(test.network, 128);
  ASSERT_TRUE(succeeded(plan));
  EXPECT_FALSE(plan->onChip[input]);
  EXPECT_FALSE(plan->onChip[middle]);
  EXPECT_EQ(plan->dramBytes, 256u + 256u + 64u);
  EXPECT_EQ(tileCount(test.network.stages[0], plan->stages[0].tile), 4);
  EXPECT_EQ(plan->stages[0].setBytes, 128u);
}

TEST_F(PlanTest, ReportsAStageThatDoesNotFit) {
  std::string message;
  ScopedDiagnosticHandler handler(
      test.network.storages[0].element.getContext(),
      [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  EXPECT_TRUE(failed(planFor(test.network, 127)));
  EXPECT_NE(message.find("needs 128 bytes of the global buffer at once"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("target 'small' has 127"), std::string::npos);
}

/// A network of up to 8 stages. Each reduces whole rows of one to three earlier
/// tensors, of different widths, to rows of another width. A stage that nothing
/// reads is dropped.
struct RandomNetwork {
  TestNetwork test;

  RandomNetwork() {
    const int64_t channels = *rc::gen::inRange<int64_t>(1, 4);
    const int64_t rows = *rc::gen::inRange<int64_t>(1, 12);
    auto add = [&](llvm::StringRef name) {
      return test.add(name,
                      {channels, rows, *rc::gen::inRange<int64_t>(1, 40)});
    };
    std::vector<StorageId> tensors = {add("input")};
    test.setInput(tensors[0]);
    std::vector<Node> nodes;
    for (size_t count = *rc::gen::inRange<size_t>(1, 9); count > 0; --count) {
      // The tensor before is read, so that no stage is dropped.
      SmallVector<StorageId> inputs = {tensors.back()};
      for (int more = *rc::gen::inRange(0, 3); more > 0; --more)
        if (StorageId other = *rc::gen::elementOf(tensors);
            !llvm::is_contained(inputs, other))
          inputs.push_back(other);
      StorageId output = add("result");
      nodes.push_back(test.reduceColumns(inputs, output));
      tensors.push_back(output);
    }
    test.setLogits(tensors.back());
    test.network.stages =
        formStages(std::move(nodes), test.network, target::TargetModel());
  }

  const Network &network() const { return test.network; }
  size_t exitStep() const { return network().stages.size(); }

  /// Returns the steps in which a storage is alive, the first and the last.
  std::pair<size_t, size_t> life(StorageId id) const {
    size_t first = exitStep(), last = 0;
    auto use = [&](StorageId used, size_t step) {
      if (used != id)
        return;
      first = std::min(first, step);
      last = std::max(last, step);
    };
    for (auto [s, stage] : llvm::enumerate(network().stages))
      for (const Node &node : stage.nodes) {
        use(node.output.storage, s);
        for (const Access &input : node.inputs)
          use(input.storage, s);
      }
    use(network().logits, exitStep());
    return {first, last};
  }

  bool isAlive(StorageId id, size_t step) const {
    auto [first, last] = life(id);
    return first <= step && step <= last;
  }

  /// Returns the aligned bytes of a storage.
  uint64_t bytes(StorageId id) const {
    return llvm::alignTo(network().storages[id].bytes(), bufferAlignment);
  }

  /// Returns the largest sum of the bytes of the tensors that are alive
  /// together.
  uint64_t largestLiveSet() const {
    uint64_t largest = 0;
    for (size_t step = 0; step <= exitStep(); ++step) {
      uint64_t sum = 0;
      for (StorageId id = 0; id < network().storages.size(); ++id)
        sum += isAlive(id, step) ? bytes(id) : 0;
      largest = std::max(largest, sum);
    }
    return largest;
  }

  /// Returns a capacity that suffices if everything but the logits is spilled:
  /// that of the logits and of the windows of one row of each tensor.
  uint64_t leastCapacity() const {
    uint64_t largest = 0;
    for (const Stage &stage : network().stages) {
      SmallVector<int64_t> ones(stage.tileLoops.size(), 1);
      uint64_t sum = 0;
      for (const Window &window : windowsOf(stage, network()))
        sum += windowBytes(stage, window, ones);
      largest = std::max(largest, sum);
    }
    return largest + bytes(network().logits);
  }
};

/// A range of bytes.
struct Range {
  uint64_t begin, end;
  bool meets(const Range &other) const {
    return begin < other.end && other.begin < end;
  }
};

/// Holds a plan against what placements promise: tensors and windows that are
/// needed at one time do not overlap, on chip and in DRAM.
void checkPlan(const RandomNetwork &random, const MemoryPlan &plan,
               uint64_t capacity) {
  const Network &network = random.network();
  for (size_t step = 0; step <= random.exitStep(); ++step) {
    std::vector<Range> ranges;
    for (StorageId id = 0; id < network.storages.size(); ++id)
      if (plan.onChip[id] && random.isAlive(id, step))
        ranges.push_back({*plan.onChip[id],
                          *plan.onChip[id] + network.storages[id].bytes()});
    if (step < random.exitStep()) {
      const MemoryPlan::StagePlan &stage = plan.stages[step];
      const uint64_t begin = stage.scratchOffset;
      if (stage.setBytes > 0)
        ranges.push_back({begin, begin + stage.tile.sets * stage.setBytes});
    }
    for (size_t i = 0; i < ranges.size(); ++i) {
      RC_ASSERT(ranges[i].begin % bufferAlignment == 0);
      RC_ASSERT(ranges[i].end <= capacity);
      for (size_t j = 0; j < i; ++j)
        RC_ASSERT(!ranges[i].meets(ranges[j]));
    }
  }
  std::vector<Range> inDram = {
      {plan.logitsInDram,
       plan.logitsInDram + network.storages[network.logits].bytes()}};
  for (StorageId id = 0; id < network.storages.size(); ++id) {
    // What is computed is in one place.
    if (id != network.input)
      RC_ASSERT(plan.onChip[id].has_value() != plan.inDram[id].has_value());
    if (plan.inDram[id])
      inDram.push_back(
          {*plan.inDram[id], *plan.inDram[id] + network.storages[id].bytes()});
  }
  for (size_t i = 0; i < inDram.size(); ++i) {
    RC_ASSERT(inDram[i].end <= plan.dramBytes);
    for (size_t j = 0; j < i; ++j)
      RC_ASSERT(!inDram[i].meets(inDram[j]));
  }
  RC_ASSERT(plan.onChip[network.logits].has_value());
}

/// The windows of a stage do not overlap within a set.
void checkWindows(const RandomNetwork &random, const MemoryPlan &plan) {
  for (auto [stage, stagePlan] :
       llvm::zip_equal(random.network().stages, plan.stages)) {
    std::vector<Range> ranges;
    for (auto [window, offset] :
         llvm::zip_equal(stagePlan.windows, stagePlan.windowOffsets)) {
      RC_ASSERT(offset.has_value() == !plan.onChip[window.storage]);
      if (offset)
        ranges.push_back(
            {*offset,
             *offset + windowBytes(stage, window, stagePlan.tile.sizes)});
    }
    for (size_t i = 0; i < ranges.size(); ++i) {
      RC_ASSERT(ranges[i].end <= stagePlan.setBytes);
      for (size_t j = 0; j < i; ++j)
        RC_ASSERT(!ranges[i].meets(ranges[j]));
    }
  }
}

RC_GTEST_PROP(MemoryPlanProperty, WhatIsNeededTogetherDoesNotOverlap, ()) {
  RandomNetwork random;
  const uint64_t capacity =
      random.leastCapacity() + *rc::gen::inRange<uint64_t>(0, 8192);
  FailureOr<MemoryPlan> plan = planFor(random.network(), capacity);
  RC_ASSERT(succeeded(plan));
  checkPlan(random, *plan, capacity);
  checkWindows(random, *plan);
}

/// With room for everything, all is on chip and no stage is cut. The peak is at
/// least the largest live set.
RC_GTEST_PROP(MemoryPlanProperty, NothingIsSpilledWithoutNeed, ()) {
  RandomNetwork random;
  const Network &network = random.network();
  uint64_t all = 0;
  for (StorageId id = 0; id < network.storages.size(); ++id)
    all += random.bytes(id);
  FailureOr<MemoryPlan> plan = planFor(network, all);
  RC_ASSERT(succeeded(plan));
  uint64_t peak = 0;
  for (StorageId id = 0; id < network.storages.size(); ++id) {
    RC_ASSERT(plan->onChip[id].has_value());
    peak = std::max(peak, *plan->onChip[id] + random.bytes(id));
  }
  RC_ASSERT(peak >= random.largestLiveSet());
  for (auto [stage, stagePlan] :
       llvm::zip_equal(network.stages, plan->stages)) {
    RC_ASSERT(tileCount(stage, stagePlan.tile) == 1);
    RC_ASSERT(stagePlan.setBytes == 0u);
  }
}

/// Below the largest live set, something is spilled.
RC_GTEST_PROP(MemoryPlanProperty, SomethingIsSpilledBelowTheLargestLiveSet,
              ()) {
  RandomNetwork random;
  const uint64_t capacity = random.largestLiveSet() - bufferAlignment;
  ScopedDiagnosticHandler quiet(
      random.network().storages[0].element.getContext(), [](Diagnostic &) {});
  FailureOr<MemoryPlan> plan = planFor(random.network(), capacity);
  if (failed(plan))
    return;
  RC_ASSERT(llvm::any_of(plan->onChip, [](auto place) { return !place; }));
}

/// Among the capacities that planMemory() tries, a larger one never has a worse
/// estimate: more cycles, or as many cycles and more bytes. A network that fits
/// into one of them fits into all larger ones.
RC_GTEST_PROP(MemoryPlanProperty, ALargerBufferIsNeverWorseByTheEstimate, ()) {
  RandomNetwork random;
  ScopedDiagnosticHandler quiet(
      random.network().storages[0].element.getContext(), [](Diagnostic &) {});
  std::optional<TileCost> smaller;
  for (uint64_t power = 64; power <= 8192; power *= 2)
    for (uint64_t capacity : {power, power + power / 2}) {
      FailureOr<MemoryPlan> plan = planFor(random.network(), capacity);
      RC_ASSERT(succeeded(plan) || !smaller);
      if (failed(plan))
        continue;
      // RC_ASSERT evaluates both sides of an operator.
      const bool isWorse = smaller && *smaller < plan->estimate;
      RC_ASSERT_FALSE(isWorse);
      smaller = plan->estimate;
    }
  RC_ASSERT(smaller.has_value());
}

} // namespace
