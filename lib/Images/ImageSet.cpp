// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Images/ImageSet.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

using namespace crania;
using namespace crania::runtime;

static std::string shapeText(const std::vector<uint64_t> &shape) {
  std::string text;
  for (uint64_t extent : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

static uint64_t product(const std::vector<uint64_t> &shape) {
  return std::accumulate(shape.begin(), shape.end(), uint64_t(1),
                         std::multiplies<>());
}

static std::vector<uint64_t> withoutUnits(std::vector<uint64_t> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

NetworkInput::NetworkInput(const binary::Port &port)
    : shape(port.shape()->begin(), port.shape()->end()) {
  switch (port.layout()) {
  case binary::PortLayout::nchw:
    layout = ImageLayout::nchw;
    break;
  case binary::PortLayout::nhwc:
    layout = ImageLayout::nhwc;
    break;
  case binary::PortLayout::unknown:
    layout = ImageLayout::automatic;
  }
}

/// Returns the shape of an image, without extents of 1 that stand for a batch
/// of one image.
std::vector<uint64_t> ImageSet::imageShape() const {
  assert(!array.shape.empty() && "an array of images has an axis of them");
  std::vector<uint64_t> image(array.shape.begin() + 1, array.shape.end());
  constexpr size_t mostAxes = 3;
  while (image.size() > mostAxes && image.front() == 1)
    image.erase(image.begin());
  return image;
}

Error ImageSet::mismatch(const NetworkInput &input) const {
  const std::vector<size_t> shape(array.shape.begin() + 1, array.shape.end());
  std::string text = (shape.empty() ? "a single number"
                                    : "an image of shape " + shapeText(shape)) +
                     " does not fit the network's input of " +
                     shapeText(input.shape) +
                     "; save the images as an array of shape N x ";
  if (!input.hasChannels())
    return Error{text + shapeText({input.shape.begin() +
                                       (input.shape.front() == 1 ? 1 : 0),
                                   input.shape.end()})};
  if (preprocessing.layout != ImageLayout::nhwc)
    text += shapeText({channels, height, width});
  if (preprocessing.layout == ImageLayout::automatic)
    text += " or N x ";
  if (preprocessing.layout != ImageLayout::nchw)
    text += shapeText({height, width, channels});
  if (preprocessing.layout != ImageLayout::automatic)
    text += ", or change --input-layout";
  return Error{text};
}

ImageSet::Strides ImageSet::stridesOf(ImageLayout layout) const {
  if (layout == ImageLayout::nhwc)
    return {1, width * channels, channels};
  return {height * width, width, 1};
}

Status ImageSet::placeElements(const NetworkInput &input) {
  width = product(input.shape);
  const std::vector<uint64_t> image = imageShape();
  const bool fits = input.shape.size() == 4
                        ? withoutUnits(image) == withoutUnits(input.shape)
                        : product(image) == width;
  return fits ? Status() : mismatch(input);
}

Status ImageSet::placeImage(const NetworkInput &input) {
  const bool isNhwc = input.layout == ImageLayout::nhwc;
  channels = input.shape[isNhwc ? 3 : 1];
  height = input.shape[isNhwc ? 1 : 2];
  width = input.shape[isNhwc ? 2 : 3];
  wanted = stridesOf(input.layout);
  using Shape = std::vector<uint64_t>;
  const Shape image = imageShape();
  const bool fitsNhw = channels == 1 && image == Shape{height, width};
  const bool fitsNhwc = fitsNhw || image == Shape{height, width, channels};
  const bool fitsNchw = fitsNhw || image == Shape{channels, height, width};
  const bool nhwc = preprocessing.layout != ImageLayout::nchw && fitsNhwc;
  const bool nchw = preprocessing.layout != ImageLayout::nhwc && fitsNchw;
  if (!nhwc && !nchw)
    return mismatch(input);
  if (nhwc && nchw && channels != 1)
    return Error{"an image of shape " + shapeText(image) +
                 " may have its channels first or last; say which with "
                 "--input-layout=nchw or --input-layout=nhwc"};
  stored = stridesOf(nhwc ? ImageLayout::nhwc : ImageLayout::nchw);
  return {};
}

/// Fails if options concern channels and the network does not tell which axis
/// counts channels.
Status ImageSet::checkChannelOptions(const NetworkInput &input) const {
  if (input.hasChannels())
    return {};
  const Preprocessing &p = preprocessing;
  const std::pair<const char *, bool> options[] = {
      {"--input-layout", p.layout != ImageLayout::automatic},
      {"--input-channels", p.reverseChannels},
      {"--input-mean", p.mean.size() > 1},
      {"--input-std", p.deviation.size() > 1}};
  const std::string shape = shapeText(input.shape);
  for (auto [option, isGiven] : options)
    if (isGiven)
      return Error{
          std::string(option) + " is about channels, but " +
          (input.shape.size() == 4
               ? "nothing in the network says which axis of its input of " +
                     shape +
                     " counts them; compile it with --network-layout=nchw or "
                     "--network-layout=nhwc"
               : "the network's input of " + shape +
                     " has no axis of them; leave the option out, and give "
                     "images that are prepared already")};
  return {};
}

/// Checks that an option has one finite value, or one for each channel.
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
       {checkValues({p.scale.value_or(1)}, channels, "--input-scale"),
        checkValues(p.mean, channels, "--input-mean"),
        checkValues(p.deviation, channels, "--input-std")})
    if (!status)
      return status;
  if (p.scale == 0)
    return Error{"--input-scale must not be 0, which makes all images the "
                 "same"};
  if (std::count(p.deviation.begin(), p.deviation.end(), 0.0) != 0)
    return Error{"--input-std divides: it must not be 0"};
  return {};
}

float ImageSet::preprocess(double pixel, size_t channel) const {
  auto of = [&](const std::vector<double> &values) {
    return values.size() == 1 ? values[0] : values[channel];
  };
  return float(
      (pixel * preprocessing.scale.value_or(1) - of(preprocessing.mean)) /
      of(preprocessing.deviation));
}

void ImageSet::findExtremes() {
  lowest = std::numeric_limits<double>::infinity();
  highest = -lowest;
  const size_t bytes = npy::bytesOf(array.type);
  const size_t bytesOfImage = channels * height * width * bytes;
  const size_t end = bytesOfImage * (firstImage + used());
  for (size_t i = bytesOfImage * firstImage; i < end; i += bytes) {
    float pixel = array.data[i];
    if (array.type == npy::Type::f4)
      std::memcpy(&pixel, &array.data[i], sizeof(pixel));
    if (std::isnan(pixel)) {
      lowest = pixel;
      return;
    }
    lowest = std::min<double>(lowest, pixel);
    highest = std::max<double>(highest, pixel);
  }
}

/// Checks that pixels are finite before and after preprocessing. As
/// preprocessing is monotonic, it suffices to check the lowest and the highest.
Status ImageSet::checkPixels() const {
  if (!std::isfinite(lowest) || !std::isfinite(highest)) {
    const uint64_t elementsOfImage = channels * height * width;
    uint64_t first = elementsOfImage * firstImage;
    while (std::isfinite(array.asDouble(first)))
      ++first;
    return Error{"a pixel of image " + std::to_string(first / elementsOfImage) +
                 " is not finite (" + std::to_string(array.asDouble(first)) +
                 "); repair the images or leave that one out"};
  }
  for (size_t channel = 0; channel < channels; ++channel)
    for (double pixel : {lowest, highest})
      if (!std::isfinite(preprocess(pixel, channel)))
        return Error{"a pixel of " + std::to_string(pixel) +
                     " exceeds float32 behind --input-scale, --input-mean and "
                     "--input-std; check them"};
  return {};
}

std::string ImageSet::hint() const {
  const Preprocessing &p = preprocessing;
  const bool isPrepared = p.scale || p.mean != std::vector<double>{0} ||
                          p.deviation != std::vector<double>{1};
  if (isPrepared || array.type != npy::Type::u1 || highest <= 1)
    return "";
  return "pixels of uint8 go to the network as they are, up to " +
         std::to_string(int(highest)) +
         "; a network that was trained on 0 to 1 needs "
         "--input-scale=0.00392157, and --input-scale=1 confirms that yours "
         "was not";
}

void ImageSet::fillTable() {
  for (size_t channel = 0; channel < channels; ++channel)
    for (unsigned value = 0; value < 256; ++value)
      table.push_back(preprocess(value, channel));
}

Result<ImageSet> ImageSet::create(npy::Array array, const NetworkInput &input,
                                  Preprocessing preprocessing, size_t limit,
                                  size_t skip) {
  if (array.type != npy::Type::u1 && array.type != npy::Type::f4)
    return Error{"elements of type " + npy::descriptorOf(array.type) +
                 " are not supported; save the images as uint8 or float32"};
  if (array.shape.empty() || array.shape[0] == 0)
    return Error{"there is no image in it"};
  ImageSet set;
  set.array = std::move(array);
  if (skip >= set.size())
    return Error{"it holds " + std::to_string(set.size()) +
                 " images, all of which --skip leaves out"};
  set.firstImage = skip;
  set.usedImages = set.size() - skip;
  if (limit != 0)
    set.usedImages = std::min(set.usedImages, limit);
  set.preprocessing = std::move(preprocessing);
  if (Status status = set.checkChannelOptions(input); !status)
    return status.error();
  if (Status status = input.hasChannels() ? set.placeImage(input)
                                          : set.placeElements(input);
      !status)
    return status.error();
  if (Status status = set.checkPreprocessing(); !status)
    return status.error();
  set.findExtremes();
  if (Status status = set.checkPixels(); !status)
    return status.error();
  if (set.array.type == npy::Type::u1)
    set.fillTable();
  return set;
}

template <typename T, typename F>
void ImageSet::gather(size_t index, Span<float> input, F convert) const {
  const uint8_t *image =
      array.data.data() + (firstImage + index) * input.size() * sizeof(T);
  for (size_t c = 0; c < channels; ++c) {
    const size_t from = preprocessing.reverseChannels ? channels - 1 - c : c;
    for (size_t y = 0; y < height; ++y)
      for (size_t x = 0; x < width; ++x) {
        T pixel;
        const size_t element =
            from * stored.channel + y * stored.row + x * stored.column;
        std::memcpy(&pixel, image + element * sizeof(T), sizeof(T));
        input[c * wanted.channel + y * wanted.row + x * wanted.column] =
            convert(pixel, c);
      }
  }
}

void ImageSet::load(size_t index, Span<float> input) const {
  assert(index < used() && "there is no such image");
  assert(input.size() == channels * height * width &&
         "the input is of another network");
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
