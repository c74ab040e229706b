// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/ImageSet.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace crania;
using namespace crania::runtime;

namespace {

/// Elements 0, 1, 2, ... in that shape.
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
                        const std::vector<uint64_t> &input,
                        Preprocessing preprocessing = {}) {
  auto set = ImageSet::create(std::move(array), input, preprocessing);
  if (!set) {
    ADD_FAILURE() << set.error().message;
    return {};
  }
  std::vector<float> image(input[1] * input[2] * input[3]);
  set->load(index, image);
  return image;
}

std::string errorOf(npy::Array array, const std::vector<uint64_t> &input,
                    Preprocessing preprocessing = {}) {
  auto set = ImageSet::create(std::move(array), input, preprocessing);
  return set ? "" : set.error().message;
}

const std::vector<uint64_t> rgb = {1, 3, 1, 2}; // 3 channels of 1 x 2

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

TEST(ImageSet, MissingChannelAxis) {
  EXPECT_EQ(load(counting(npy::Type::u1, {2, 2, 2}), 1, {1, 1, 2, 2}),
            (std::vector<float>{4, 5, 6, 7}));
}

TEST(ImageSet, ScaleThenMeanThenDeviationInTheOrderOfTheNetwork) {
  Preprocessing p;
  p.reverseChannels = true;
  p.scale = 0.5;
  p.mean = {1, 2, 3};
  p.deviation = {1, 2, 4};
  // Stored channels 0, 1, 2 hold 0, 3; 1, 4; 2, 5; the network sees 2, 1, 0.
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

TEST(ImageSet, AStatedLayoutIsNotGuessed) {
  const std::vector<uint64_t> cube = {1, 2, 2, 2};
  const npy::Array images = counting(npy::Type::u1, {1, 2, 2, 2});
  const std::vector<float> first = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<float> last = {0, 2, 4, 6, 1, 3, 5, 7};
  Preprocessing p;
  EXPECT_EQ(load(images, 0, cube, p), last);
  p.layout = ImageLayout::nchw;
  EXPECT_EQ(load(images, 0, cube, p), first);
  p.layout = ImageLayout::nhwc;
  EXPECT_EQ(load(images, 0, cube, p), last);
  EXPECT_NE(errorOf(counting(npy::Type::u1, {1, 3, 1, 2}), rgb, p), "");
}

TEST(ImageSet, InputsThatAreNoImages) {
  auto set = ImageSet::create(counting(npy::Type::f4, {2, 3}), {1, 3}, {});
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
      errorOf(counting(npy::Type::u1, {2, 5, 5}), {1, 1, 4, 5});
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
