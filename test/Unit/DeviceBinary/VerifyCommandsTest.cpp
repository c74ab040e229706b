// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of commands: each on its own, tokens, and use after fetch.

#include "ExpectInvalid.h"

namespace crania::binary {
namespace {

using P = ProgramWithImage;

CommandT &command(P &p, CommandBody type, size_t round = 0) {
  return test::firstOf(p.program, round, type);
}
FetchT &fetch(P &p, size_t round = 0) {
  return *command(p, CommandBody::Fetch, round).body.AsFetch();
}
ContractT &contract(P &p, size_t round = 0) {
  return *command(p, CommandBody::Contract, round).body.AsContract();
}
VectorT &vector(P &p) {
  return *command(p, CommandBody::Vector).body.AsVector();
}
CopyT &copy(P &p) { return *command(p, CommandBody::Copy).body.AsCopy(); }
ExitTestT &exitTest(P &p) {
  return *command(p, CommandBody::ExitTest).body.AsExitTest();
}
std::vector<std::unique_ptr<CommandT>> &commands(P &p, size_t round = 0) {
  return p.program.rounds[round]->commands;
}

TEST(VerifyCommands, ErrorsSayWhere) {
  expectInvalid("program \"crania\", round 2, command 4 (contract of \"fc\"): ",
                [](P &p) { contract(p, 1).clusters = 0; });
}

TEST(VerifyTokens, PointBack) {
  expectInvalid("waits for command 2, which is not before it",
                [](P &p) { commands(p)[2]->after = {2}; });
  expectInvalid("waits for command 4294967295",
                [](P &p) { commands(p)[2]->after = {~0u}; });
  expectInvalid("its label 1 is not one of the 1",
                [](P &p) { commands(p)[0]->label = 1; });
}

TEST(VerifyTokens, FollowsAContract) {
  for (int32_t bad : {-2, 0, 4, 1000})
    expectInvalid("which is not an earlier contract",
                  [&](P &p) { command(p, CommandBody::Vector).follows = bad; });
  expectInvalid("only a vector command can follow",
                [](P &p) { commands(p)[1]->follows = 0; });
}

TEST(VerifyRounds, EndWithTheExitTest) {
  expectInvalid("must be its exit test",
                [](P &p) { commands(p, 1).pop_back(); });
  expectInvalid("commands follow the exit test", [](P &p) {
    ExitTestT second = exitTest(p);
    test::insertCommand(p.program, 0, commands(p).size(),
                        test::makeCommand(second));
  });
  expectInvalid("0 commands", [](P &p) { commands(p).clear(); });
}

TEST(VerifyFetch, OnItsOwn) {
  expectInvalid("weights 7, but there are only 1",
                [](P &p) { fetch(p).weights = 7; });
  expectInvalid("fetches no cluster", [](P &p) { fetch(p).clusters.clear(); });
  expectInvalid("no cluster 3 of weights \"fc\"",
                [](P &p) { fetch(p).clusters = {3}; });
  expectInvalid("no cluster 65535", [](P &p) { fetch(p).clusters = {65535}; });
  expectInvalid("do not ascend", [](P &p) { fetch(p).clusters = {0}; });
  expectInvalid("do not ascend", [](P &p) { fetch(p).clusters = {1, 1}; });
  expectInvalid("cluster 2 is retained, but is fetched as one that is streamed",
                [](P &p) { fetch(p).clusters = {2}; });
  expectInvalid("are empty or outside the 4 tiles",
                [](P &p) { fetch(p).tile_end = 5; });
  expectInvalid("are empty or outside",
                [](P &p) { fetch(p).tile_begin = fetch(p).tile_end; });
  expectInvalid("cut a codec block of cluster 1",
                [](P &p) { fetch(p).tile_end = 3; });
  expectInvalid("residency is unknown",
                [](P &p) { fetch(p).residency = Residency(3); });
}

TEST(VerifyRelease, OnlyWhatIsRetainedAndFetched) {
  auto release = [](P &p, uint32_t weights, uint16_t cluster, size_t at) {
    ReleaseT body;
    body.weights = weights;
    body.cluster = cluster;
    test::insertCommand(p.program, 1, at, test::makeCommand(body, {}));
    if (at == 5) // after the contract
      commands(p, 1)[at]->after = {4};
  };
  expectInvalid("only retained ones can be released",
                [&](P &p) { release(p, 0, 1, 5); });
  expectInvalid("no cluster 9", [&](P &p) { release(p, 0, 9, 5); });
  expectInvalid("weights 1,", [&](P &p) { release(p, 1, 2, 5); });
  expectInvalid("was not fetched in this round before its release",
                [&](P &p) { release(p, 0, 2, 0); });
  expectInvalid("are not all fetched in this round before their use",
                [&](P &p) { release(p, 0, 2, 4); });
  EXPECT_EQ(errorAfter([&](P &p) { release(p, 0, 2, 5); }), "");
}

TEST(VerifyUseAfterFetch, Streamed) {
  expectInvalid("no fetch before it is left in the staging FIFO", [](P &p) {
    auto &list = commands(p);
    list.erase(list.begin() + test::tinyFetchStreamed);
    for (auto &command : list) {
      command->after.clear();
      command->follows = -1;
    }
  });
  expectInvalid("no fetch before it is left",
                [](P &p) { fetch(p).tile_end = 2; });
  expectInvalid("next in the staging FIFO are tiles [2, 4) of clusters {1}",
                [](P &p) { fetch(p).tile_begin = 2; });
  expectInvalid("round 1: tiles [2, 4) of clusters {1} of weights \"fc\" are "
                "fetched into the staging FIFO, but never used",
                [](P &p) { contract(p).tile_end = 2; });
  // Two fetches of a range in the order of use are equivalent to one.
  EXPECT_EQ(errorAfter([](P &p) {
              auto &list = commands(p);
              FetchT second = fetch(p);
              fetch(p).tile_end = second.tile_begin = 2;
              list[test::tinyCopyBias]->body.Reset();
              list[test::tinyCopyBias]->body.Set(FetchT(fetch(p)));
              *list[test::tinyFetchStreamed]->body.AsFetch() = second;
            }),
            "");
}

/// Both clusters of a tile must be staged together.
TEST(VerifyUseAfterFetch, StreamedClustersInterleave) {
  auto streamBoth = [](P &p) {
    p.program.weights[0]->segments[1]->residency = Residency::streamed;
    p.program.rounds.erase(p.program.rounds.begin());
    p.program.thresholds.clear();
    FetchT &second = *commands(p)[test::tinyFetchRetained]->body.AsFetch();
    second.residency = Residency::streamed;
  };
  expectInvalid("it needs tiles [0, 4) of clusters {1, 2} of weights \"fc\", "
                "but next in the staging FIFO are tiles [0, 4) of clusters {1}",
                streamBoth);
  EXPECT_EQ(errorAfter([&](P &p) {
              streamBoth(p);
              fetch(p).tile_end = 2;
              fetch(p).clusters = {1, 2};
              FetchT &second =
                  *commands(p)[test::tinyFetchRetained]->body.AsFetch();
              second.tile_begin = 2;
              second.clusters = {1, 2};
            }),
            "");
}

TEST(VerifyUseAfterFetch, Retained) {
  expectInvalid(
      "tiles [0, 4) of the retained cluster 2 are not all fetched", [](P &p) {
        commands(p, 1)[test::tinyFetchRetained]->body.AsFetch()->tile_end = 2;
      });
  // The range comes in two overlapping pieces.
  EXPECT_EQ(errorAfter([](P &p) {
              auto &list = commands(p, 1);
              FetchT piece = *list[test::tinyFetchRetained]->body.AsFetch();
              piece.tile_begin = 2;
              list[test::tinyCopyBias]->body.Reset();
              list[test::tinyCopyBias]->body.Set(std::move(piece));
            }),
            "");
}

TEST(VerifyContract, Weights) {
  expectInvalid("weights 1,", [](P &p) { contract(p).weights = 1; });
  expectInvalid("decodes clusters 1 to 3",
                [](P &p) { contract(p).clusters = 3; });
  expectInvalid("are empty or outside", [](P &p) { contract(p).tile_end = 0; });
  expectInvalid("are not whole blocks of outputs",
                [](P &p) { contract(p).tile_end = 3; });
  expectInvalid("tiles [1, 4) are not whole blocks of outputs",
                [](P &p) { contract(p).tile_begin = 1; });
  expectInvalid("cut a codec block of cluster 1", [](P &p) {
    SegmentT &segment = *p.program.weights[0]->segments[0];
    segment.block_tiles = {0, 4};
    segment.block_offsets = {0, segment.bytes};
    contract(p).tile_end = 2;
  });
}

TEST(VerifyContract, Planes) {
  expectInvalid("input is buffer 6",
                [](P &p) { contract(p).input->buffer = 6; });
  expectInvalid("must be in the global buffer",
                [](P &p) { contract(p).input->buffer = test::tinyInputDram; });
  expectInvalid("input reaches elements 1 to 4 of buffer \"input\"",
                [](P &p) { contract(p).input->offset = 1; });
  expectInvalid("input reaches elements 18446744073709551615",
                [](P &p) { contract(p).input->offset = ~uint64_t(0); });
  expectInvalid("input reaches elements -3 to 0",
                [](P &p) { contract(p).input->channel_stride = -1; });
  expectInvalid("output reaches elements 0 to 200",
                [](P &p) { contract(p).output->channel_stride = 100; });
  expectInvalid("beyond any memory",
                [](P &p) { contract(p).output->channel_stride = INT64_MAX; });
  expectInvalid("is empty", [](P &p) { contract(p).input->width = 0; });
  expectInvalid("strides that let elements coincide",
                [](P &p) { contract(p).output->channel_stride = 0; });
  expectInvalid("output overlaps its input",
                [](P &p) { p.program.buffers[test::tinySum]->offset = 12; });
}

TEST(VerifyContract, Shapes) {
  expectInvalid("do not make the depth 4",
                [](P &p) { contract(p).input->channels = 3; });
  expectInvalid("do not make the depth 4",
                [](P &p) { contract(p).kernel_h = 2; });
  expectInvalid("an input of 9 channels", [](P &p) {
    // 9 / 2 rounds down to the right depth.
    p.program.weights[0]->groups = 2;
    for (auto &segment : p.program.weights[0]->segments)
      segment->block_tiles.back() = 8;
    fetch(p).tile_end = contract(p).tile_end = 8;
    p.program.buffers[test::tinyInput]->bytes = 36;
    contract(p).input->channels = 9;
  });
  expectInvalid("weights make 3",
                [](P &p) { contract(p).output->channels = 2; });
  expectInvalid("must be 1 to 4096", [](P &p) { contract(p).stride_w = 0; });
  expectInvalid("must be 1 to 4096",
                [](P &p) { contract(p).dilation_h = ~0u; });
  expectInvalid("a pad is beyond",
                [](P &p) { contract(p).pad_left = INT32_MIN; });
}

TEST(VerifyVector, Loops) {
  expectInvalid("loops are empty", [](P &p) { vector(p).extents = {0}; });
  expectInvalid("more than 8 loops",
                [](P &p) { vector(p).extents.assign(9, 1); });
  expectInvalid("run more than",
                [](P &p) { vector(p).extents = {~0u, ~0u, ~0u}; });
  expectInvalid("coefficients in a dimension, but there are 2 loops",
                [](P &p) { vector(p).extents = {3, 1}; });
}

TEST(VerifyVector, Code) {
  auto code = [](P &p, VectorOp op, uint16_t a, uint16_t b, uint16_t c) {
    vector(p).code = {{op, ElementType::f32, a, b, c, 0.0, 0}};
  };
  expectInvalid("register 2, the present output, is readable only in a",
                [&](P &p) { code(p, VectorOp::add, 0, 2, 0); });
  expectInvalid("instruction 0: register 3 is read before it is defined",
                [&](P &p) { code(p, VectorOp::neg, 3, 0, 0); });
  expectInvalid("register 65535",
                [&](P &p) { code(p, VectorOp::select, 0, 1, 65535); });
  expectInvalid("operation is unknown",
                [&](P &p) { code(p, VectorOp(200), 0, 1, 0); });
  expectInvalid("without instructions", [](P &p) { vector(p).code.clear(); });
  expectInvalid("more than 256 registers", [](P &p) {
    vector(p).code.assign(300,
                          {VectorOp::add, ElementType::f32, 0, 1, 0, 0, 0});
  });
  // An operand that the operation does not read is not checked.
  EXPECT_EQ(errorAfter([&](P &p) { code(p, VectorOp::neg, 0, 9, 9); }), "");
  EXPECT_EQ(errorAfter([](P &p) {
              vector(p).code.clear();
              vector(p).inputs.pop_back();
            }),
            "");
}

TEST(VerifyVector, InputsMayBePadded) {
  auto moveInput = [](P &p, int32_t start) {
    vector(p).inputs[0]->dims[0]->start = start;
  };
  for (int32_t start : {-2, 2, 100, INT32_MIN, INT32_MAX})
    EXPECT_EQ(errorAfter([&](P &p) { moveInput(p, start); }), "") << start;
  expectInvalid("input 1 reaches elements 0 to 4",
                [](P &p) { vector(p).inputs[1]->dims[0]->stride = 2; });
  expectInvalid("input 0 reaches elements 2 to 4",
                [](P &p) { vector(p).inputs[0]->offset = 2; });
  expectInvalid("empty dimension",
                [](P &p) { vector(p).inputs[0]->dims[0]->extent = 0; });
  expectInvalid("must be in the global buffer", [](P &p) {
    vector(p).inputs[1]->buffer = test::tinyBiasImage;
  });
}

TEST(VerifyVector, OutputsMayNot) {
  expectInvalid("output has indices outside its extent of 3",
                [](P &p) { vector(p).output->dims[0]->start = 1; });
  expectInvalid("output has indices outside its extent of 3",
                [](P &p) { vector(p).output->dims[0]->coefficients = {-1}; });
  expectInvalid("output reaches elements 1 to 3",
                [](P &p) { vector(p).output->offset = 1; });
  expectInvalid("write the same output element",
                [](P &p) { vector(p).output->dims[0]->coefficients = {0}; });
  EXPECT_EQ(errorAfter([](P &p) {
              vector(p).output->dims[0]->coefficients = {0};
              vector(p).reduces = true;
              vector(p).code[0] = {
                  VectorOp::add, ElementType::f32, 0, 2, 0, 0, 0};
            }),
            "");
}

TEST(VerifyCopy, Direction) {
  expectInvalid("it moves from dram to dram",
                [](P &p) { copy(p).destination = test::tinyInputDram; });
  expectInvalid("it moves from global_buffer to global_buffer",
                [](P &p) { copy(p).source = test::tinySum; });
  expectInvalid("writes to the read-only image", [](P &p) {
    copy(p).source = test::tinySum;
    copy(p).destination = test::tinyBiasImage;
  });
  expectInvalid("source is buffer 99", [](P &p) { copy(p).source = 99; });
  expectInvalid("purpose is unknown",
                [](P &p) { copy(p).purpose = Purpose(2); });
  expectInvalid("different element types", [](P &p) {
    p.program.buffers[test::tinyInput]->element = ElementType::i32;
  });
}

TEST(VerifyCopy, Box) {
  expectInvalid("different lengths", [](P &p) { copy(p).extents = {2, 2}; });
  expectInvalid("it is empty", [](P &p) { copy(p).extents = {0}; });
  expectInvalid("source reaches elements 0 to 4",
                [](P &p) { copy(p).extents = {5}; });
  expectInvalid("destination reaches elements 2 to 5",
                [](P &p) { copy(p).destination_offset = 2; });
  expectInvalid("let elements coincide",
                [](P &p) { copy(p).destination_strides = {0}; });
  expectInvalid("let elements coincide", [](P &p) {
    copy(p).extents = {2, 2};
    copy(p).source_strides = {2, 1};
    copy(p).destination_strides = {1, 1};
  });
  expectInvalid("source reaches elements -3 to 0",
                [](P &p) { copy(p).source_strides = {-1}; });
}

TEST(VerifyExitTest, Logits) {
  expectInvalid("compares no classes", [](P &p) { exitTest(p).classes = 0; });
  expectInvalid("logits reaches elements 1 to 3",
                [](P &p) { exitTest(p).offset = 1; });
  expectInvalid("logits is buffer 50", [](P &p) { exitTest(p).logits = 50; });
  expectInvalid("must be in the global buffer",
                [](P &p) { exitTest(p).logits = test::tinyInputDram; });
}

} // namespace
} // namespace crania::binary
