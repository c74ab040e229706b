// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/ImageSet.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace crania;
using namespace crania::runtime;

static std::string shapeText(const std::vector<uint64_t> &shape) {
  std::string text;
  for (uint64_t extent : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

/// Where the pixels of channel, row and column lie within an image.
Status ImageSet::findStrides(const std::vector<uint64_t> &inputShape) {
  const std::vector<uint64_t> image(array.shape.begin() + 1, array.shape.end());
  auto mismatch = [&] {
    return Error{"an image of shape " + shapeText(image) +
                 " does not fit the network's input of " +
                 shapeText(inputShape) + "; check the file and --input-layout"};
  };
  if (inputShape.size() != 4) {
    width = 1;
    for (uint64_t extent : inputShape)
      width *= extent;
    uint64_t elements = 1;
    for (uint64_t extent : image)
      elements *= extent;
    columnStride = 1;
    return elements == width ? Status() : mismatch();
  }
  channels = inputShape[1];
  height = inputShape[2];
  width = inputShape[3];
  using Shape = std::vector<uint64_t>;
  const bool fitsNhwc = image == Shape{height, width, channels};
  const bool fitsNchw = image == Shape{channels, height, width};
  const bool fitsNhw = channels == 1 && image == Shape{height, width};
  const bool nhwc = preprocessing.layout != ImageLayout::nchw && fitsNhwc;
  const bool nchw = preprocessing.layout != ImageLayout::nhwc && fitsNchw;
  if (nhwc) {
    channelStride = 1;
    columnStride = channels;
  } else if (nchw || fitsNhw) {
    channelStride = height * width;
    columnStride = 1;
  } else {
    return mismatch();
  }
  rowStride = columnStride * width;
  return {};
}

/// Whether an option gives one finite value, or one for each channel.
static Status checkValues(const std::vector<double> &values, size_t channels,
                          const std::string &option) {
  if (values.size() != 1 && values.size() != channels)
    return Error{option + " has " + std::to_string(values.size()) +
                 " values, but the network's input has " +
                 std::to_string(channels) + " channels"};
  for (double value : values)
    if (!std::isfinite(value))
      return Error{option + " must be finite, but a value is " +
                   std::to_string(value)};
  return {};
}

Status ImageSet::checkPreprocessing() const {
  const Preprocessing &p = preprocessing;
  for (const Status &status :
       {checkValues({p.scale}, channels, "--input-scale"),
        checkValues(p.mean, channels, "--input-mean"),
        checkValues(p.deviation, channels, "--input-std")})
    if (!status)
      return status;
  if (std::count(p.deviation.begin(), p.deviation.end(), 0.0) != 0)
    return Error{"--input-std divides: it must not be 0"};
  return {};
}

float ImageSet::preprocess(double pixel, size_t channel) const {
  auto of = [&](const std::vector<double> &values) {
    return values.size() == 1 ? values[0] : values[channel];
  };
  return float((pixel * preprocessing.scale - of(preprocessing.mean)) /
               of(preprocessing.deviation));
}

void ImageSet::fillTable() {
  for (size_t channel = 0; channel < channels; ++channel)
    for (unsigned value = 0; value < 256; ++value)
      table.push_back(preprocess(value, channel));
}

Result<ImageSet> ImageSet::create(npy::Array array,
                                  const std::vector<uint64_t> &inputShape,
                                  Preprocessing preprocessing) {
  if (array.type != npy::Type::u1 && array.type != npy::Type::f4)
    return Error{"elements of type " + npy::descriptorOf(array.type) +
                 " are not supported; save the images as uint8 or float32"};
  if (array.shape.empty() || array.shape[0] == 0)
    return Error{"there is no image in it"};
  ImageSet set;
  set.array = std::move(array);
  set.preprocessing = std::move(preprocessing);
  if (Status status = set.findStrides(inputShape); !status)
    return status.error();
  if (Status status = set.checkPreprocessing(); !status)
    return status.error();
  if (set.array.type == npy::Type::u1)
    set.fillTable();
  return set;
}

template <typename T, typename F>
void ImageSet::gather(size_t index, Span<float> input, F convert) const {
  const uint8_t *image = array.data.data() + index * input.size() * sizeof(T);
  float *to = input.data();
  for (size_t c = 0; c < channels; ++c) {
    const size_t stored = preprocessing.reverseChannels ? channels - 1 - c : c;
    for (size_t y = 0; y < height; ++y)
      for (size_t x = 0; x < width; ++x) {
        T pixel;
        const size_t element =
            stored * channelStride + y * rowStride + x * columnStride;
        std::memcpy(&pixel, image + element * sizeof(T), sizeof(T));
        *to++ = convert(pixel, c);
      }
  }
}

void ImageSet::load(size_t index, Span<float> input) const {
  if (array.type == npy::Type::u1)
    gather<uint8_t>(index, input, [&](uint8_t pixel, size_t channel) {
      return table[channel * 256 + pixel];
    });
  else
    gather<float>(index, input, [&](float pixel, size_t channel) {
      return preprocess(pixel, channel);
    });
}

Result<std::vector<uint32_t>>
runtime::readLabels(const std::string &path, size_t images, uint64_t classes) {
  Result<npy::Array> array = npy::read(path);
  if (!array)
    return array.error();
  if (!array->isInteger())
    return Error{path + ": labels are integers, not elements of type " +
                 npy::descriptorOf(array->type)};
  if (array->elements() != images)
    return Error{path + ": there are " + std::to_string(array->elements()) +
                 " labels for " + std::to_string(images) + " images"};
  std::vector<uint32_t> labels(images);
  for (size_t i = 0; i < images; ++i) {
    const int64_t label = array->asInt64(i);
    if (label < 0 || uint64_t(label) >= classes)
      return Error{path + ": label " + std::to_string(label) + " of image " +
                   std::to_string(i) + " is none of the network's " +
                   std::to_string(classes) + " classes"};
    labels[i] = uint32_t(label);
  }
  return labels;
}
