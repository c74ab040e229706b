// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Images/ImageSet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace crania;
using namespace crania::runtime;

namespace {

/// Returns an array of that shape with elements 0, 1, 2, ....
npy::Array counting(npy::Type type, std::vector<uint64_t> shape) {
  npy::Array array;
  array.type = type;
  array.shape = std::move(shape);
  uint64_t elements = 1;
  for (uint64_t extent : array.shape)
    elements *= extent;
  for (uint64_t i = 0; i < elements; ++i) {
    const float value = float(i);
    const auto *bytes = reinterpret_cast<const uint8_t *>(&value);
    if (type == npy::Type::u1)
      array.data.push_back(uint8_t(i));
    else
      array.data.insert(array.data.end(), bytes, bytes + sizeof(value));
  }
  return array;
}

std::vector<float> load(npy::Array array, size_t index,
                        const NetworkInput &input,
                        Preprocessing preprocessing = {}) {
  auto set = ImageSet::create(std::move(array), input, preprocessing);
  if (!set) {
    ADD_FAILURE() << set.error().message;
    return {};
  }
  std::vector<float> image(input.shape[1] * input.shape[2] * input.shape[3]);
  set->load(index, image);
  return image;
}

std::string errorOf(npy::Array array, const NetworkInput &input,
                    Preprocessing preprocessing = {}) {
  auto set = ImageSet::create(std::move(array), input, preprocessing);
  return set ? "" : set.error().message;
}

const NetworkInput rgb({1, 3, 1, 2}); // 3 channels of 1 x 2
const NetworkInput rgbLast({1, 1, 2, 3}, ImageLayout::nhwc);
const NetworkInput unknown({1, 3, 1, 2}, ImageLayout::automatic);

void expectPart(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos)
      << "'" << text << "' without '" << part << "'";
}

npy::Array floats(std::vector<uint64_t> shape, std::vector<float> elements) {
  npy::Array array{npy::Type::f4, std::move(shape), {}};
  array.data.resize(4 * elements.size());
  std::memcpy(array.data.data(), elements.data(), array.data.size());
  return array;
}

} // namespace

TEST(ImageSet, ChannelsFirst) {
  for (npy::Type type : {npy::Type::u1, npy::Type::f4})
    EXPECT_EQ(load(counting(type, {2, 3, 1, 2}), 1, rgb),
              (std::vector<float>{6, 7, 8, 9, 10, 11}));
}

TEST(ImageSet, ChannelsLast) {
  for (npy::Type type : {npy::Type::u1, npy::Type::f4})
    EXPECT_EQ(load(counting(type, {2, 1, 2, 3}), 1, rgb),
              (std::vector<float>{6, 9, 7, 10, 8, 11}));
}

TEST(ImageSet, ReversedChannels) {
  Preprocessing p;
  p.reverseChannels = true;
  EXPECT_EQ(load(counting(npy::Type::u1, {1, 1, 2, 3}), 0, rgb, p),
            (std::vector<float>{2, 5, 1, 4, 0, 3}));
}

TEST(ImageSet, OnlyTheUsedImagesMustBeFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  const npy::Array images = floats({3, 2, 1, 1}, {1, 2, 3, 4, infinity, 5});
  const NetworkInput input({1, 2, 1, 1});
  for (size_t limit : {1, 2}) {
    auto set = ImageSet::create(images, input, {}, limit);
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_EQ(set->used(), limit);
    EXPECT_EQ(set->size(), 3u);
  }
  for (size_t limit : {0, 3, 4}) {
    auto set = ImageSet::create(images, input, {}, limit);
    ASSERT_FALSE(set) << limit;
    expectPart(set.error().message, "a pixel of image 2 is not finite");
  }
  // Images that are left out at the beginning count neither.
  const npy::Array bad = floats({3, 2, 1, 1}, {infinity, 2, 3, 4, 5, infinity});
  auto middle = ImageSet::create(bad, input, {}, 1, 1);
  ASSERT_TRUE(middle) << middle.error().message;
  EXPECT_EQ(middle->used(), 1u);
  EXPECT_EQ(middle->size(), 3u);
  std::vector<float> loaded(2);
  middle->load(0, loaded);
  EXPECT_EQ(loaded, (std::vector<float>{3, 4}));
  auto rest = ImageSet::create(bad, input, {}, 0, 1);
  ASSERT_FALSE(rest);
  expectPart(rest.error().message, "a pixel of image 2 is not finite");
  for (size_t skip : {3, 9}) {
    auto none = ImageSet::create(bad, input, {}, 0, skip);
    ASSERT_FALSE(none);
    expectPart(none.error().message, "it holds 3 images, all of which --skip");
  }
  // A pixel that preprocessing takes out of range counts by the same rule.
  Preprocessing scaled;
  scaled.scale = 1e38;
  const npy::Array large = floats({2, 2, 1, 1}, {1, 2, 3, 4});
  EXPECT_TRUE(ImageSet::create(large, input, scaled, 1));
  EXPECT_FALSE(ImageSet::create(large, input, scaled, 2));
}

TEST(ImageSet, MissingChannelAxis) {
  EXPECT_EQ(load(counting(npy::Type::u1, {2, 2, 2}), 1, {{1, 1, 2, 2}}),
            (std::vector<float>{4, 5, 6, 7}));
}

TEST(ImageSet, ScaleThenMeanThenDeviationInTheOrderOfTheNetwork) {
  Preprocessing p;
  p.reverseChannels = true;
  p.scale = 0.5;
  p.mean = {1, 2, 3};
  p.deviation = {1, 2, 4};
  // Stored channels 0, 1, 2 hold 0, 3; 1, 4; 2, 5. The network reads 2, 1, 0.
  const std::vector<float> expected = {(2 * 0.5f - 1) / 1, (5 * 0.5f - 1) / 1,
                                       (1 * 0.5f - 2) / 2, (4 * 0.5f - 2) / 2,
                                       (0 * 0.5f - 3) / 4, (3 * 0.5f - 3) / 4};
  for (npy::Type type : {npy::Type::u1, npy::Type::f4})
    EXPECT_EQ(load(counting(type, {1, 1, 2, 3}), 0, rgb, p), expected);
}

TEST(ImageSet, OneMeanForAllChannels) {
  Preprocessing p;
  p.mean = {10};
  EXPECT_EQ(load(counting(npy::Type::u1, {1, 3, 1, 2}), 0, rgb, p),
            (std::vector<float>{-10, -9, -8, -7, -6, -5}));
}

TEST(ImageSet, WhereBothLayoutsFitOneIsAskedFor) {
  for (ImageLayout network : {ImageLayout::nchw, ImageLayout::nhwc}) {
    const NetworkInput cube({1, 2, 2, 2}, network);
    const npy::Array images = counting(npy::Type::u1, {1, 2, 2, 2});
    const std::vector<float> same = {0, 1, 2, 3, 4, 5, 6, 7};
    const std::vector<float> moved =
        network == ImageLayout::nchw
            ? std::vector<float>{0, 2, 4, 6, 1, 3, 5, 7}
            : std::vector<float>{0, 4, 1, 5, 2, 6, 3, 7};
    Preprocessing p;
    expectPart(errorOf(images, cube, p),
               "say which with --input-layout=nchw or --input-layout=nhwc");
    p.layout = ImageLayout::nchw;
    EXPECT_EQ(load(images, 0, cube, p),
              network == ImageLayout::nchw ? same : moved);
    p.layout = ImageLayout::nhwc;
    EXPECT_EQ(load(images, 0, cube, p),
              network == ImageLayout::nhwc ? same : moved);
  }
  // A single channel has the same form in both.
  EXPECT_EQ(errorOf(counting(npy::Type::u1, {1, 1, 1, 1}), {{1, 1, 1, 1}}), "");
}

TEST(ImageSet, AStatedLayoutIsNotGuessed) {
  Preprocessing p;
  p.layout = ImageLayout::nhwc;
  expectPart(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p),
             "N x 1 x 2 x 3, or change --input-layout");
  p.layout = ImageLayout::nchw;
  expectPart(errorOf(counting(npy::Type::u1, {1, 1, 2, 3}), rgb, p),
             "N x 3 x 1 x 2, or change --input-layout");
}

/// The input of the network has its channels last. Channels, not rows, are
/// reversed and have means.
TEST(ImageSet, NetworksWithChannelsLast) {
  Preprocessing p;
  p.mean = {1, 2, 3};
  for (npy::Type type : {npy::Type::u1, npy::Type::f4}) {
    EXPECT_EQ(load(counting(type, {1, 1, 2, 3}), 0, rgbLast, p),
              (std::vector<float>{-1, -1, -1, 2, 2, 2}));
    EXPECT_EQ(load(counting(type, {1, 3, 1, 2}), 0, rgbLast, p),
              (std::vector<float>{-1, 0, 1, 0, 1, 2}));
  }
  p.reverseChannels = true;
  p.mean = {0};
  EXPECT_EQ(load(counting(npy::Type::u1, {1, 1, 2, 3}), 0, rgbLast, p),
            (std::vector<float>{2, 1, 0, 5, 4, 3}));
  p.mean = {1, 2};
  expectPart(
      errorOf(counting(npy::Type::u1, {1, 1, 2, 3}), rgbLast, p),
      "--input-mean has 2 values, but the network's input has 3 channels");
}

TEST(ImageSet, OptionsOfChannelsNeedChannels) {
  Preprocessing layout, reversed, mean, deviation, single;
  layout.layout = ImageLayout::nchw;
  reversed.reverseChannels = true;
  mean.mean = {1, 2, 3};
  deviation.deviation = {1, 2, 3};
  single.mean = {1};
  single.deviation = {2};
  single.scale = 0.5;
  const std::pair<const char *, Preprocessing> options[] = {
      {"--input-layout", layout},
      {"--input-channels", reversed},
      {"--input-mean", mean},
      {"--input-std", deviation}};
  const npy::Array images = counting(npy::Type::f4, {1, 3, 1, 2});
  for (const auto &[name, p] : options) {
    expectPart(errorOf(images, unknown, p), std::string(name) + " is about");
    expectPart(errorOf(images, unknown, p), "--network-layout=nchw");
    expectPart(errorOf(images, {{1, 6}}, p), "has no axis of them");
    EXPECT_EQ(errorOf(images, rgb, p), "");
  }
  EXPECT_EQ(load(images, 0, unknown, single),
            (std::vector<float>{-0.5, -0.25, 0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(errorOf(images, {{1, 6}}, single), "");
  // Without a layout, another order of the axes is an error.
  expectPart(errorOf(counting(npy::Type::f4, {1, 1, 2, 3}), unknown),
             "of shape N x 3 x 1 x 2");
}

TEST(ImageSet, EachImageMayHaveABatchOfItsOwn) {
  EXPECT_EQ(load(counting(npy::Type::u1, {2, 1, 3, 1, 2}), 1, rgb),
            (std::vector<float>{6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(load(counting(npy::Type::u1, {2, 1, 1, 2, 3}), 1, rgb),
            (std::vector<float>{6, 9, 7, 10, 8, 11}));
}

TEST(ImageSet, PixelsAreFinite) {
  const float inf = std::numeric_limits<float>::infinity();
  for (float bad : {inf, -inf, std::nanf("")}) {
    expectPart(errorOf(floats({3, 1, 2}, {0, 1, 2, bad, 4, 5}), {{1, 2}}),
               "a pixel of image 1 is not finite");
    expectPart(errorOf(floats({1, 3, 1, 2}, {bad, 1, 2, 3, 4, 5}), rgb),
               "a pixel of image 0 is not finite");
  }
  Preprocessing p;
  p.scale = 1e300;
  expectPart(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p),
             "a pixel of 5.000000 exceeds float32");
  p.scale = 1;
  p.deviation = {1, 1, 1e-300};
  EXPECT_NE(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p), "");
  p.scale = 0;
  p.deviation = {1};
  expectPart(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p),
             "--input-scale must not be 0");
}

TEST(ImageSet, BytesWithoutPreprocessingGetAHint) {
  auto hint = [](npy::Array array, const Preprocessing &p) {
    auto set = ImageSet::create(std::move(array), rgb, p);
    EXPECT_TRUE(set) << set.error().message;
    return set ? set->hint() : "";
  };
  const npy::Array bytes = counting(npy::Type::u1, {1, 3, 1, 2});
  expectPart(hint(bytes, {}), "--input-scale=0.00392157");
  EXPECT_EQ(hint(counting(npy::Type::f4, {1, 3, 1, 2}), {}), "");
  Preprocessing scaled, shifted, divided;
  scaled.scale = 1;
  shifted.mean = {1, 2, 3};
  divided.deviation = {255};
  for (const Preprocessing &p : {scaled, shifted, divided})
    EXPECT_EQ(hint(bytes, p), "");
  npy::Array mask = bytes;
  mask.data = {0, 1, 1, 0, 1, 0};
  EXPECT_EQ(hint(mask, {}), "");
}

TEST(ImageSet, InputsThatAreNoImages) {
  auto set = ImageSet::create(counting(npy::Type::f4, {2, 3}), {{1, 3}}, {});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 2u);
  std::vector<float> input(3);
  set->load(1, input);
  EXPECT_EQ(input, (std::vector<float>{3, 4, 5}));
}

TEST(ImageSet, Errors) {
  auto contains = [](const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
  };
  const std::string shape =
      errorOf(counting(npy::Type::u1, {2, 5, 5}), {{1, 1, 4, 5}});
  EXPECT_TRUE(contains(shape, "5 x 5")) << shape;
  EXPECT_TRUE(contains(shape, "1 x 1 x 4 x 5")) << shape;
  EXPECT_NE(errorOf(counting(npy::Type::u1, {0, 3, 1, 2}), rgb), "");
  EXPECT_NE(errorOf(counting(npy::Type::u1, {}), rgb), "");
  npy::Array integers = counting(npy::Type::u1, {1, 3, 1, 2});
  integers.type = npy::Type::i1;
  EXPECT_TRUE(contains(errorOf(integers, rgb), "uint8 or float32"));
  Preprocessing p;
  p.mean = {1, 2};
  EXPECT_TRUE(contains(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p),
                       "--input-mean"));
  p.mean = {0};
  p.deviation = {1, 0, 1};
  EXPECT_TRUE(contains(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p),
                       "--input-std"));
}

TEST(Labels, MustFitTheImagesAndTheClasses) {
  const std::string path = testing::TempDir() + "/labels.npy";
  ASSERT_TRUE(npy::write(path, counting(npy::Type::u1, {3})));
  auto labels = readLabels(path, 3, 10);
  ASSERT_TRUE(labels) << labels.error().message;
  EXPECT_EQ(*labels, (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_FALSE(readLabels(path, 4, 10));
  EXPECT_FALSE(readLabels(path, 3, 2));
  ASSERT_TRUE(npy::write(path, counting(npy::Type::f4, {3})));
  EXPECT_FALSE(readLabels(path, 3, 10));
  EXPECT_FALSE(readLabels(path + ".absent", 3, 10));
}
