// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_IMAGES_IMAGESET_H
#define CRANIA_IMAGES_IMAGESET_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Images/ImageOrder.h"
#include "crania/Support/Npy.h"
#include "crania/Support/Span.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace crania::runtime {

/// The input tensor of a network. A shape of rank 4 is an extent of 1 followed
/// by the shape of an image. Its layout is `automatic` if the network does not
/// tell which axis counts channels. Inputs of other ranks have no channels.
struct NetworkInput {
  NetworkInput(std::vector<uint64_t> shape,
               ImageLayout layout = ImageLayout::nchw)
      : shape(std::move(shape)), layout(layout) {}
  explicit NetworkInput(const binary::Port &port);

  bool hasChannels() const {
    return shape.size() == 4 && layout != ImageLayout::automatic;
  }

  std::vector<uint64_t> shape;
  ImageLayout layout;
};

/// Conversion of stored pixels to the input of the network:
/// x' = (x * scale - mean) / deviation, per channel, in double, rounded once.
struct Preprocessing {
  ImageLayout layout = ImageLayout::automatic;
  bool reverseChannels = false;
  std::optional<double> scale;         ///< 1 if it is not given
  std::vector<double> mean = {0};      ///< one value, or one per channel
  std::vector<double> deviation = {1}; ///< one value, or one per channel
};

/// Images of a .npy file, as inputs of a network.
class ImageSet {
public:
  /// Creates a set from an array of images. It leaves out the first `skip`
  /// images and uses the next `limit` of them (0: all). An input without
  /// channels takes the elements of an image in their order. Fails if no image
  /// is left, if the images do not fit the input or fit it in two layouts, if a
  /// pixel of a used image is not finite before or after preprocessing, or if
  /// an option has no meaning for the input.
  static Result<ImageSet> create(npy::Array array, const NetworkInput &input,
                                 Preprocessing preprocessing, size_t limit = 0,
                                 size_t skip = 0);

  /// Returns the number of images in the array, whether they are used or not.
  size_t size() const { return array.shape.empty() ? 0 : array.shape[0]; }
  /// Returns the number of images that are used.
  size_t used() const { return usedImages; }

  /// Returns a remark for the user if pixels of 8 bits go to the network
  /// unchanged because no preprocessing was given, else an empty string.
  std::string hint() const;

  /// Writes used image `index` to `input`, preprocessed and in the layout of
  /// the network.
  void load(size_t index, Span<float> input) const;

private:
  /// Distances of channels, rows and columns within an image, in elements.
  struct Strides {
    size_t channel = 0, row = 0, column = 1;
  };

  Status placeImage(const NetworkInput &input);
  Status placeElements(const NetworkInput &input);
  Status checkChannelOptions(const NetworkInput &input) const;
  Status checkPreprocessing() const;
  Status checkPixels() const;
  void findExtremes();
  std::vector<uint64_t> imageShape() const;
  Error mismatch(const NetworkInput &input) const;
  Strides stridesOf(ImageLayout layout) const;
  void fillTable();
  float preprocess(double pixel, size_t channel) const;
  template <typename T, typename F>
  void gather(size_t index, Span<float> input, F convert) const;

  npy::Array array;
  size_t firstImage = 0, usedImages = 0;
  Preprocessing preprocessing;
  size_t channels = 1, height = 1, width = 1;
  Strides stored, wanted;         // in the file, in the network's input
  double lowest = 0, highest = 0; // pixel of used images; NaN if one is
  std::vector<float> table;       // per channel and 8-bit value
};

/// Reads class labels from a .npy file. Fails unless it has one integer per
/// image, in [0, classes).
Result<std::vector<uint32_t>> readLabels(const std::string &path, size_t images,
                                         uint64_t classes);

} // namespace crania::runtime

#endif // CRANIA_IMAGES_IMAGESET_H
