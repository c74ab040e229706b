// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Commands that access the same memory need an order.

#include "ExpectInvalid.h"

namespace crania::binary {
namespace {

using P = ProgramWithImage;

// The commands of round 1.
enum : uint32_t { copyInput, copyBias, fetch, contract, addBias, exitTest };

CommandT &at(P &p, uint32_t index) {
  return *p.program.rounds[0]->commands[index];
}

void insert(P &p, uint32_t index, CommandT command) {
  test::insertCommand(p.program, 0, index, std::move(command));
}

CopyT copyOf(uint32_t from, uint32_t to) {
  CopyT copy;
  copy.source = from;
  copy.destination = to;
  copy.extents = {3};
  copy.source_strides = copy.destination_strides = {1};
  return copy;
}

/// Returns a vector command that copies `from` to `to`.
VectorT moveOf(P &p, uint32_t from, uint32_t to) {
  VectorT vector = *at(p, addBias).body.AsVector();
  vector.inputs.pop_back();
  vector.inputs[0]->buffer = from;
  vector.output->buffer = to;
  vector.code.clear();
  return vector;
}

TEST(Hazards, ReadAfterWriteOfAnotherUnit) {
  expectInvalid("round 1, command 3 (contract of \"fc\"): it reads bytes "
                "[0, 16) of global_buffer, which command 0 may still write; "
                "let it wait for that command",
                [](P &p) { at(p, contract).after.clear(); });
  expectInvalid("command 4 (vector of \"fc\"): it reads bytes [64, 76) of "
                "global_buffer, which command 1 may still write",
                [](P &p) { at(p, addBias).after.clear(); });
  expectInvalid("command 5 (exit test of \"fc\"): it reads bytes [192, 204)",
                [](P &p) { at(p, exitTest).after = {contract}; });
}

TEST(Hazards, FollowingIsAnOrder) {
  expectInvalid("it reads bytes [128, 140) of global_buffer, which command 3 "
                "may still write",
                [](P &p) { at(p, addBias).follows = -1; });
  EXPECT_EQ(errorAfter([](P &p) {
              at(p, addBias).follows = -1;
              at(p, addBias).after.push_back(contract);
            }),
            "");
}

/// The contract reads all inputs until its last output is done.
TEST(Hazards, AFollowerMayNotOverwriteTheContractsInput) {
  auto overwrite = [](P &p) {
    at(p, addBias).body.AsVector()->output->buffer = test::tinyInput;
    at(p, exitTest).body.AsExitTest()->logits = test::tinyInput;
  };
  expectInvalid("it writes bytes [0, 12) of global_buffer, which command 3 may "
                "still read",
                overwrite);
  EXPECT_EQ(errorAfter([&](P &p) {
              overwrite(p);
              at(p, addBias).follows = -1;
              at(p, addBias).after.push_back(contract);
            }),
            "");
}

/// A follower may work in place: it reads and replaces each output once the
/// output is finished.
TEST(Hazards, AFollowerMayReplaceTheContractsOutput) {
  EXPECT_EQ(errorAfter([](P &p) {
              at(p, addBias).body.AsVector()->output->buffer = test::tinySum;
              at(p, exitTest).body.AsExitTest()->logits = test::tinySum;
            }),
            "");
}

TEST(Hazards, WriteAfterReadOfAnotherUnit) {
  auto overwrite = [](P &p, std::vector<uint32_t> after) {
    insert(p, exitTest,
           test::makeCommand(copyOf(test::tinyInputDram, test::tinyInput),
                             std::move(after)));
  };
  expectInvalid("command 5 (copy of \"fc\"): it writes bytes [0, 12) of "
                "global_buffer, which command 3 may still read",
                [&](P &p) { overwrite(p, {}); });
  EXPECT_EQ(errorAfter([&](P &p) { overwrite(p, {contract}); }), "");
  // The dependence goes through the vector command, which finishes after the
  // contract.
  EXPECT_EQ(errorAfter([&](P &p) { overwrite(p, {addBias}); }), "");
}

TEST(Hazards, TokensOfAFetchCarryWhatItWaitedFor) {
  EXPECT_EQ(errorAfter([](P &p) {
              at(p, fetch).after = {copyInput};
              at(p, contract).after = {fetch};
            }),
            "");
}

TEST(Hazards, OneUnitKeepsWritesInOrder) {
  EXPECT_EQ(
      errorAfter([](P &p) {
        insert(p, copyInput,
               test::makeCommand(copyOf(test::tinyInputDram, test::tinyInput)));
      }),
      "");
}

TEST(Hazards, APipelinedUnitMayReadTooEarly) {
  auto readBack = [](P &p, std::vector<uint32_t> after) {
    insert(p, copyBias,
           test::makeCommand(copyOf(test::tinyInput, test::tinyInputDram),
                             std::move(after)));
  };
  expectInvalid("command 1 (copy of \"fc\"): it reads bytes [0, 12) of "
                "global_buffer, which command 0 may still write",
                [&](P &p) { readBack(p, {}); });
  EXPECT_EQ(errorAfter([&](P &p) { readBack(p, {copyInput}); }), "");
}

TEST(Hazards, TheVectorUnitIsNotPipelined) {
  EXPECT_EQ(errorAfter([](P &p) {
              VectorT back = moveOf(p, test::tinyLogits, test::tinySum);
              insert(p, exitTest, test::makeCommand(std::move(back)));
            }),
            "");
}

/// Hazards are between ranges of memory, not between buffers.
TEST(Hazards, BuffersMayShareBytes) {
  expectInvalid("it writes bytes [8, 16) of global_buffer, which command 3 may "
                "still read",
                [](P &p) { p.program.buffers[test::tinyLogits]->offset = 8; });
}

/// Splits the contraction into its blocks of outputs: channels 0 and 1, and
/// channel 2. The bias follows the second block. Between the two, command
/// `addBias` + 1 moves channel `channel` of the sum away after the first block.
void splitContract(P &p, uint32_t channel) {
  at(p, contract).body.AsContract()->tile_end = 2;
  ContractT second = *at(p, contract).body.AsContract();
  second.tile_begin = 2;
  second.tile_end = 4;
  VectorT move = moveOf(p, test::tinySum, test::tinyInputDram);
  move.extents = {1};
  move.inputs[0]->offset = channel;
  p.program.buffers.push_back(
      std::make_unique<BufferT>(*p.program.buffers[test::tinyLogits]));
  p.program.buffers.back()->offset = 256;
  move.output->buffer = p.program.buffers.size() - 1;
  insert(p, addBias, test::makeCommand(std::move(move), {contract}));
  insert(p, addBias, test::makeCommand(std::move(second), {copyInput}));
  at(p, addBias + 2).follows = contract + 1;
}

TEST(Hazards, TileRangesWriteTheirOutputsOnly) {
  EXPECT_EQ(errorAfter([](P &p) { splitContract(p, 1); }), "");
  expectInvalid("command 5 (vector of \"fc\"): it reads bytes [136, 140) of "
                "global_buffer, which command 4 may still write",
                [](P &p) { splitContract(p, 2); });
}

TEST(Hazards, FollowingTheLastPartIsEnough) {
  EXPECT_EQ(errorAfter([](P &p) {
              splitContract(p, 1);
              auto &commands = p.program.rounds[0]->commands;
              commands.erase(commands.begin() + addBias + 1);
              commands.back()->after = {addBias + 1};
            }),
            "");
  expectInvalid("which command 4 may still write", [](P &p) {
    splitContract(p, 1);
    at(p, addBias + 2).follows = contract; // the first part
  });
}

TEST(Hazards, ReleaseWaitsForUses) {
  auto release = [](P &p, std::vector<uint32_t> after) {
    ReleaseT body;
    body.cluster = 2;
    test::insertCommand(p.program, 1, 5,
                        test::makeCommand(body, std::move(after)));
  };
  expectInvalid("round 2, command 5 (release of \"fc\"): it releases a cluster "
                "that command 4 may still use",
                [&](P &p) { release(p, {}); });
  EXPECT_EQ(errorAfter([&](P &p) { release(p, {4}); }), "");
  // A contract of cluster 1 does not use cluster 2.
  EXPECT_EQ(errorAfter([&](P &p) {
              test::firstOf(p.program, 1, CommandBody::Contract)
                  .body.AsContract()
                  ->clusters = 1;
              release(p, {});
            }),
            "");
}

} // namespace
} // namespace crania::binary
