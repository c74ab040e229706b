// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of all parts of a program but its commands.

#include "ExpectInvalid.h"

#include "crania/Encoding/Sharing.h"

#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace crania::binary {
namespace {

using P = ProgramWithImage;

TEST(VerifyProgram, TinyProgramIsValid) {
  EXPECT_EQ(errorAfter([](P &) {}), "");
}

TEST(VerifyProgram, OneRoundNeedsNoThreshold) {
  EXPECT_EQ(errorAfter([](P &p) {
              p.program.rounds.erase(p.program.rounds.begin());
              p.program.thresholds.clear();
            }),
            "");
}

TEST(VerifyProgram, ErrorsNameTheProgram) {
  expectInvalid("program \"crania\": ",
                [](P &p) { p.program.thresholds.clear(); });
}

TEST(VerifyProgram, Presence) {
  expectInvalid("Program.input", [](P &p) { p.program.input.reset(); });
  expectInvalid("Program.logits", [](P &p) { p.program.logits.reset(); });
  expectInvalid("Contract.input", [](P &p) {
    test::firstOf(p.program, 0, CommandBody::Contract)
        .body.AsContract()
        ->input.reset();
  });
  expectInvalid("Vector.output", [](P &p) {
    test::firstOf(p.program, 0, CommandBody::Vector)
        .body.AsVector()
        ->output.reset();
  });
  expectInvalid("Command.body",
                [](P &p) { p.program.rounds[0]->commands[0]->body.Reset(); });
}

TEST(VerifyProgram, Target) {
  expectInvalid("target is not valid", [](P &p) { p.program.target = "{"; });
  expectInvalid("did you mean",
                [](P &p) { p.program.target = R"({"clock_mhs": 3})"; });
}

TEST(VerifyProgram, Scalars) {
  expectInvalid("precision is not f32, i16 or i8",
                [](P &p) { p.program.precision = ElementType::i32; });
  expectInvalid("exit rule is unknown",
                [](P &p) { p.program.exit_rule = ExitRule(9); });
  expectInvalid("thresholds, but must have 1",
                [](P &p) { p.program.thresholds = {0.5, 0.5}; });
  for (double bad : {std::nan(""), std::numeric_limits<double>::infinity()})
    expectInvalid("not finite", [&](P &p) { p.program.thresholds = {bad}; });
  expectInvalid("0 rounds", [](P &p) { p.program.rounds.clear(); });
  expectInvalid("DRAM scratch",
                [](P &p) { p.program.dram_bytes = uint64_t(1) << 40; });
}

TEST(VerifyBuffers, Ranges) {
  expectInvalid("bytes of dram", [](P &p) { p.program.dram_bytes = 12; });
  expectInvalid("buffer \"bias_image\"", [](P &p) {
    p.program.buffers[test::tinyBiasImage]->offset = p.image.size() - 4;
  });
  expectInvalid("bytes of global_buffer", [](P &p) {
    p.program.buffers[test::tinySum]->offset = 128 * 1024 - 8;
  });
  expectInvalid("bytes of global_buffer", [](P &p) {
    p.program.buffers[test::tinySum]->offset = ~uint64_t(3);
  });
  expectInvalid("whole f32 elements",
                [](P &p) { p.program.buffers[test::tinySum]->offset += 2; });
  expectInvalid("whole f32 elements",
                [](P &p) { p.program.buffers[test::tinySum]->bytes = 0; });
  expectInvalid("unknown", [](P &p) {
    p.program.buffers[test::tinySum]->space = Space(7);
  });
  expectInvalid("unknown", [](P &p) {
    p.program.buffers[test::tinySum]->element = ElementType(7);
  });
}

TEST(VerifyPorts, Ranges) {
  expectInvalid("input is buffer 99",
                [](P &p) { p.program.input->buffer = 99; });
  expectInvalid("read-only image",
                [](P &p) { p.program.input->buffer = test::tinyBiasImage; });
  expectInvalid("logits has a shape",
                [](P &p) { p.program.logits->shape = {4, 1}; });
  expectInvalid("logits has a shape",
                [](P &p) { p.program.logits->shape = {3, 0}; });
  expectInvalid("input has a shape",
                [](P &p) { p.program.input->shape = {1u << 31, 1u << 31, 4}; });
  expectInvalid("different element types",
                [](P &p) { p.program.input->element = ElementType::i8; });
}

TEST(VerifyPorts, LayoutOfImages) {
  auto imageOf = [](PortLayout layout, std::vector<uint32_t> shape) {
    return [=](P &p) {
      p.program.input->shape = shape;
      p.program.input->layout = layout;
    };
  };
  EXPECT_EQ(errorAfter(imageOf(PortLayout::nhwc, {1, 2, 2, 1})), "");
  EXPECT_EQ(errorAfter(imageOf(PortLayout::unknown, {1, 2, 2, 1})), "");
  expectInvalid("input has a layout of images, but is not a tensor of rank 4",
                imageOf(PortLayout::nhwc, {1, 4}));
  expectInvalid("input has an unknown layout",
                imageOf(PortLayout(9), {1, 2, 2, 1}));
  expectInvalid("logits has an unknown layout",
                [](P &p) { p.program.logits->layout = PortLayout(9); });
}

WeightsT &weights(P &p) { return *p.program.weights[0]; }
SegmentT &segment(P &p, size_t i) { return *weights(p).segments[i]; }

TEST(VerifyWeights, Tiling) {
  expectInvalid("weights \"fc\": its shape",
                [](P &p) { weights(p).groups = 0; });
  expectInvalid("its shape", [](P &p) {
    weights(p).groups = weights(p).outputs = weights(p).depth = ~0u;
  });
  expectInvalid("takes 1x1 to 16x256",
                [](P &p) { weights(p).tile_outputs = 17; });
  expectInvalid("takes 1x1 to 16x256",
                [](P &p) { weights(p).tile_depth = 257; });
  expectInvalid("takes 1x1 to 16x256",
                [](P &p) { weights(p).tile_outputs = 0; });
  for (ElementType bad : {ElementType::u8, ElementType::i32, ElementType::i64})
    expectInvalid("its elements are not f32, i16 or i8",
                  [&](P &p) { weights(p).element = bad; });
}

TEST(VerifyWeights, Segments) {
  expectInvalid("0 clusters", [](P &p) { weights(p).segments.clear(); });
  expectInvalid("segment 0 is of cluster 2", [](P &p) {
    std::swap(weights(p).segments[0], weights(p).segments[1]);
  });
  expectInvalid("aligned to a DRAM burst",
                [](P &p) { segment(p, 0).address += 4; });
  expectInvalid("cluster 2: bytes",
                [](P &p) { segment(p, 1).address = ~uint64_t(63); });
  expectInvalid("there is no encoding \"zip\"; the encodings are bitmap",
                [](P &p) { segment(p, 0).encoding = "zip"; });
  expectInvalid("do not go from the end of its 1 bytes of tables",
                [](P &p) { segment(p, 0).table_bytes = 1; });
  expectInvalid("has no tables, but its blocks begin 1 bytes behind",
                [](P &p) { segment(p, 0).block_offsets[0] = 1; });
  expectInvalid("has a directory, but its first block follows its tables",
                [](P &p) { segment(p, 0).encoding = "dense+tans"; });
  expectInvalid("overlap in the image", [](P &p) {
    segment(p, 0).bytes = segment(p, 0).block_offsets.back() = 80;
  });
}

/// Adds tensors whose segments are those of "fc": "tied1", "tied2", ...
void addTied(P &p, unsigned count) {
  for (unsigned i = 1; i <= count; ++i) {
    auto tied = std::make_unique<WeightsT>(weights(p));
    tied->name = "tied" + std::to_string(i);
    for (auto &segment : tied->segments) {
      segment->residency = Residency::streamed;
      segment->store_offset = 0;
    }
    p.program.weights.push_back(std::move(tied));
  }
}

/// Residency is no part of it: the second cluster is retained in "fc" only.
TEST(VerifyWeights, SegmentsMayBeTheSameBytes) {
  EXPECT_EQ(errorAfter([](P &p) { addTied(p, 1); }), "");
  EXPECT_EQ(errorAfter([](P &p) { addTied(p, encoding::maxSharers - 1); }), "");
  expectInvalid("cluster 1 of weights \"tied16\" shares its bytes of the image "
                "with 16 other segments, but no more than 16 may be the same",
                [](P &p) { addTied(p, encoding::maxSharers); });
}

TEST(VerifyWeights, SegmentsOfOneTensorMayBeTheSameBytes) {
  EXPECT_EQ(errorAfter([](P &p) {
              addTied(p, 1);
              WeightsT &tied = *p.program.weights[1];
              *tied.segments[1] = *tied.segments[0];
              tied.segments[1]->cluster = 2;
            }),
            "");
}

/// Segments share all of their bytes and what these mean, or nothing.
TEST(VerifyWeights, OtherOverlapsAreRefused) {
  auto expectOverlap = [](const std::function<void(P &, WeightsT &)> &change) {
    expectInvalid(
        "cluster 2 of weights \"fc\" and cluster 2 of weights \"tied1\" "
        "overlap in the image",
        [&](P &p) {
          addTied(p, 1);
          change(p, *p.program.weights[1]);
        });
  };
  expectOverlap(
      [](P &, WeightsT &tied) { tied.segments[1]->encoding = "bitmap-free"; });
  expectOverlap(
      [](P &, WeightsT &tied) { --tied.segments[1]->block_offsets[1]; });
  // Equal sizes, a burst apart.
  expectInvalid("cluster 1 of weights \"fc\" and cluster 1 of weights "
                "\"tied1\" overlap in the image",
                [](P &p) {
                  p.image.resize(512);
                  SegmentT &first = segment(p, 0);
                  first.address = 256;
                  first.bytes = first.block_offsets.back() = 128;
                  addTied(p, 1);
                  p.program.weights[1]->segments[0]->address += 64;
                });
  // Elements are the tensor's, so the first clusters are the first to differ.
  expectInvalid("cluster 1 of weights \"fc\" and cluster 1 of weights "
                "\"tied1\" overlap in the image",
                [](P &p) {
                  addTied(p, 1);
                  p.program.weights[1]->element = ElementType::i16;
                });
  auto addTables = [](P &p) {
    SegmentT &coded = segment(p, 1);
    coded.encoding = "dense+tans";
    coded.table_bytes = 1;
    coded.block_offsets[0] = 2;
    addTied(p, 1);
  };
  EXPECT_EQ(errorAfter(addTables), "");
  expectInvalid("overlap in the image", [&](P &p) {
    addTables(p);
    p.program.weights[1]->segments[1]->table_bytes = 0;
  });
}

/// A segment of any place and size, and no more.
struct AnyExtent {
  uint64_t address, bytes;
};

/// Any two segments are disjoint or the same, of which there are few enough.
bool areDisjointCopies(const std::vector<AnyExtent> &extents) {
  std::map<std::pair<uint64_t, uint64_t>, unsigned> sharers;
  for (const AnyExtent &a : extents) {
    if (++sharers[{a.address, a.bytes}] > encoding::maxSharers)
      return false;
    for (const AnyExtent &b : extents)
      if (a.address < b.address + b.bytes && b.address < a.address + a.bytes &&
          (a.address != b.address || a.bytes != b.bytes))
        return false;
  }
  return true;
}

RC_GTEST_PROP(VerifyWeights, OverlapsAreThoseOfPairs, ()) {
  // Few sizes and places, so that segments meet.
  const auto places = *rc::gen::inRange(1u, 5u);
  const auto most = *rc::gen::elementOf(std::vector<uint64_t>{64, 65, 128});
  std::vector<AnyExtent> extents;
  const auto count = *rc::gen::inRange(1u, *rc::gen::element(5u, 40u));
  for (unsigned i = 0; i < count; ++i)
    extents.push_back({64 * *rc::gen::inRange<uint64_t>(1, 1 + places),
                       *rc::gen::element<uint64_t>(64, most)});
  const std::string error = errorAfter([&](P &p) {
    p.image.resize(64 * 10);
    // No command uses the others, which come behind the segments of "fc".
    constexpr uint64_t base = 64 * 3;
    for (const AnyExtent &extent : extents) {
      auto other = std::make_unique<WeightsT>(weights(p));
      other->name = "w" + std::to_string(p.program.weights.size());
      other->segments.pop_back();
      SegmentT &segment = *other->segments[0];
      segment.address = base + extent.address;
      segment.bytes = extent.bytes;
      segment.block_offsets = {0, 2, extent.bytes};
      p.program.weights.push_back(std::move(other));
    }
  });
  RC_TAG(error.empty());
  RC_ASSERT(error.empty() == areDisjointCopies(extents));
}

TEST(VerifyWeights, Directory) {
  expectInvalid("directory has", [](P &p) {
    segment(p, 0).block_offsets.clear();
    segment(p, 0).block_tiles.clear();
  });
  expectInvalid("directory has",
                [](P &p) { segment(p, 0).block_tiles.pop_back(); });
  expectInvalid("block offsets do not go from the end",
                [](P &p) { segment(p, 0).block_offsets.back() -= 1; });
  expectInvalid("do not cover the tiles",
                [](P &p) { segment(p, 0).block_tiles.back() = 3; });
  expectInvalid("does not ascend at block 0",
                [](P &p) { segment(p, 0).block_tiles[1] = 0; });
  expectInvalid("does not ascend at block 1", [](P &p) {
    segment(p, 0).block_offsets[1] = segment(p, 0).bytes + 1;
  });
}

/// A small file cannot demand memory for more positions than it has bits for.
TEST(VerifyWeights, PositionsAreBoundedByBytes) {
  expectInvalid("cannot hold 600000000 positions in encoding \"bitmap\"",
                [](P &p) {
                  weights(p).groups = 200'000'000 / 4;
                  for (auto &segment : weights(p).segments)
                    segment->block_tiles.back() = weights(p).groups * 4;
                });
}

TEST(VerifyWeights, Store) {
  expectInvalid("outside the weight store of 32768 bytes",
                [](P &p) { segment(p, 1).store_offset = 32768 - 4; });
  expectInvalid("overlap in the weight store",
                [](P &p) { segment(p, 0).residency = Residency::retained; });
  expectInvalid("has no weight store", [](P &p) {
    p.program.target = R"({"weight_store": {"bytes": 0, "policy": "none"}})";
  });
  expectInvalid("residency is unknown",
                [](P &p) { segment(p, 1).residency = Residency(5); });
}

} // namespace
} // namespace crania::binary
