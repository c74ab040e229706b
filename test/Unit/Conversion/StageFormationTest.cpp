// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StageFormation.h"
#include "TestNetwork.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

constexpr TestNetwork::Shape wide{4, 6, 5};

class StageFormationTest : public testing::Test {
protected:
  void SetUp() override {
    input = test.add("input", wide);
    sums = test.add("sums", wide);
    result = test.add("result", wide);
    test.setInput(input);
    test.setLogits(result);
  }

  std::vector<Stage> form(std::vector<Node> nodes) {
    return formStages(std::move(nodes), test.network, target);
  }

  /// Returns true if a stage is a contraction and a vector node.
  static bool isPair(const Stage &stage) {
    return stage.nodes.size() == 2 && stage.nodes[0].isContract() &&
           !stage.nodes[1].isContract();
  }

  TestNetwork test;
  target::TargetModel target;
  StorageId input = 0, sums = 0, result = 0;
};

TEST_F(StageFormationTest, PairsAContractionWithItsOnlyReader) {
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.elementWise({sums}, result)});
  ASSERT_EQ(stages.size(), 1u);
  ASSERT_TRUE(isPair(stages[0]));
  EXPECT_EQ(stages[0].label, "contract");
  // Nothing outside of the stage sees the sums.
  EXPECT_TRUE(test.network.storages[sums].isScratch);
  // Rows and columns are loops 1 and 2 of both.
  ASSERT_EQ(stages[0].tileLoops.size(), 2u);
  EXPECT_EQ(stages[0].tileLoops[0].loops, (SmallVector<unsigned, 2>{1, 1}));
  EXPECT_EQ(stages[0].tileLoops[0].extent, 6);
  EXPECT_EQ(stages[0].tileLoops[1].loops, (SmallVector<unsigned, 2>{2, 2}));
  EXPECT_EQ(stages[0].tileLoops[1].extent, 5);
}

/// A reader that overwrites the sums leaves its result in their storage, which
/// later stages read.
TEST_F(StageFormationTest, PairsAContractionWithAnOpInPlace) {
  test.setLogits(sums);
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.elementWise({sums}, sums)});
  ASSERT_EQ(stages.size(), 1u);
  EXPECT_TRUE(isPair(stages[0]));
  EXPECT_FALSE(test.network.storages[sums].isScratch);
}

TEST_F(StageFormationTest, FindsLoopsInAnyOrder) {
  // (column, channel, row) in place of (channel, row, column).
  Node vector = test.elementWise({sums}, result);
  vector.loops = {5, 4, 6};
  for (Access *access : {&vector.inputs[0], &vector.output}) {
    access->dims[0].coefficients = {0, 1, 0};
    access->dims[1].coefficients = {0, 0, 1};
    access->dims[2].coefficients = {1, 0, 0};
  }
  std::vector<Stage> stages = form({test.contract(input, sums), vector});
  ASSERT_EQ(stages.size(), 1u);
  ASSERT_EQ(stages[0].tileLoops.size(), 2u);
  EXPECT_EQ(stages[0].tileLoops[0].loops, (SmallVector<unsigned, 2>{1, 2}));
  EXPECT_EQ(stages[0].tileLoops[1].loops, (SmallVector<unsigned, 2>{2, 0}));
}

TEST_F(StageFormationTest, SumsWithASecondReaderStayApart) {
  StorageId other = test.add("other", wide);
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.elementWise({sums}, other),
            test.elementWise({sums, other}, result)});
  ASSERT_EQ(stages.size(), 3u);
  EXPECT_FALSE(test.network.storages[sums].isScratch);
}

/// The exit unit is a reader, too.
TEST_F(StageFormationTest, LogitsStayApart) {
  test.setLogits(sums);
  StorageId other = test.add("other", wide);
  // The second contraction keeps the vector node alive.
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.elementWise({sums}, other),
            test.contract(other, sums)});
  for (const Stage &stage : stages)
    EXPECT_EQ(stage.nodes.size(), 1u);
  EXPECT_FALSE(test.network.storages[sums].isScratch);
}

TEST_F(StageFormationTest, ReductionsStayApart) {
  StorageId column = test.add("column", {4, 6, 1});
  test.setLogits(column);
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.reduceColumns({sums}, column)});
  ASSERT_EQ(stages.size(), 2u);
  // What is reduced is not cut; one column is no loop.
  ASSERT_EQ(stages[1].tileLoops.size(), 2u);
  EXPECT_EQ(stages[1].tileLoops[0].extent, 4);
  EXPECT_EQ(stages[1].tileLoops[1].extent, 6);
}

/// A reader of a part leaves the rest of the sums without a place.
TEST_F(StageFormationTest, ReadersOfAPartStayApart) {
  StorageId half = test.add("half", {2, 6, 5});
  test.setLogits(half);
  Node vector = test.elementWise({half}, half);
  vector.inputs = {test.whole(sums)};
  vector.inputs[0].dims[0].extent = 2;
  EXPECT_EQ(form({test.contract(input, sums), vector}).size(), 2u);
}

/// A sum of the results of two contractions joins the later one. The other is
/// done before.
TEST_F(StageFormationTest, ASumJoinsTheLaterContraction) {
  StorageId branch = test.add("branch", wide);
  std::vector<Stage> stages =
      form({test.contract(input, branch), test.contract(input, sums),
            test.elementWise({branch, sums}, result)});
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].nodes.size(), 1u);
  EXPECT_EQ(stages[0].nodes[0].output.storage, branch);
  ASSERT_TRUE(isPair(stages[1]));
  EXPECT_EQ(stages[1].nodes[0].output.storage, sums);
}

/// The contraction waits for the other operand of its reader.
TEST_F(StageFormationTest, APairRunsAtThePlaceOfTheVectorNode) {
  StorageId other = test.add("other", wide);
  std::vector<Stage> stages =
      form({test.contract(input, sums), test.elementWise({input}, other),
            test.elementWise({sums, other}, result)});
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].nodes[0].output.storage, other);
  EXPECT_TRUE(isPair(stages[1]));
}

/// A piece of one row and one column has 4 channels of the input, the sums and
/// the result: three windows of 64 bytes.
TEST_F(StageFormationTest, PairsOnlyWhatFits) {
  for (auto [bytes, stages] : {std::pair(192u, 1u), {191u, 2u}}) {
    target.globalBuffer.bytes = bytes;
    EXPECT_EQ(
        form({test.contract(input, sums), test.elementWise({sums}, result)})
            .size(),
        stages)
        << bytes << " bytes";
  }
}

TEST_F(StageFormationTest, DropsWhatNobodyReads) {
  StorageId unused = test.add("unused", wide), more = test.add("more", wide);
  std::vector<Stage> stages =
      form({test.elementWise({input}, unused),
            test.elementWise({unused}, more), // reads it, but is unused, too
            test.elementWise({input}, result)});
  ASSERT_EQ(stages.size(), 1u);
  EXPECT_EQ(stages[0].nodes[0].output.storage, result);
}

/// A random network of element-wise ops and contractions, each of which reads
/// earlier tensors. The last one gives the logits.
struct RandomNodes {
  TestNetwork test;
  std::vector<Node> nodes;

  RandomNodes() {
    std::vector<StorageId> tensors = {test.add("input", wide)};
    test.setInput(tensors[0]);
    for (size_t count = *rc::gen::inRange<size_t>(1, 12); count > 0; --count) {
      StorageId output = test.add("result", wide);
      auto earlier = [&] { return *rc::gen::elementOf(tensors); };
      if (*rc::gen::arbitrary<bool>())
        nodes.push_back(test.contract(earlier(), output));
      else
        nodes.push_back(test.elementWise({earlier(), earlier()}, output));
      tensors.push_back(output);
    }
    test.setLogits(tensors.back());
  }
};

/// Stages compute each tensor that the logits need exactly once, from tensors
/// that are complete. No stage but its own touches a scratch storage.
RC_GTEST_PROP(StageFormationProperty, StagesComputeWhatIsNeededInOrder, ()) {
  RandomNodes random;
  Network &network = random.test.network;
  std::vector<bool> isNeeded(network.storages.size());
  isNeeded[network.logits] = true;
  size_t needed = 0;
  for (const Node &node : llvm::reverse(random.nodes)) {
    if (!isNeeded[node.output.storage])
      continue;
    ++needed;
    for (const Access &access : node.inputs)
      isNeeded[access.storage] = true;
  }
  std::vector<Stage> stages =
      formStages(random.nodes, network, target::TargetModel());
  std::vector<bool> isComputed(network.storages.size());
  isComputed[network.input] = true;
  size_t found = 0;
  for (const Stage &stage : stages) {
    for (const Node &node : stage.nodes) {
      ++found;
      for (const Access &access : node.inputs) {
        RC_ASSERT(isComputed[access.storage]);
        if (network.storages[access.storage].isScratch)
          RC_ASSERT(access.storage == stage.nodes[0].output.storage);
      }
      RC_ASSERT(isNeeded[node.output.storage]);
      RC_ASSERT(!isComputed[node.output.storage]);
      isComputed[node.output.storage] = true;
    }
  }
  RC_ASSERT(found == needed);
}

} // namespace
