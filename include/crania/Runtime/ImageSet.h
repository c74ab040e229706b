// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_IMAGESET_H
#define CRANIA_RUNTIME_IMAGESET_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Support/Npy.h"
#include "crania/Support/Span.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace crania::runtime {

/// Order of the axes of images. `automatic`: as the file fits.
enum class ImageLayout { automatic, nhwc, nchw };

/// The tensor that a network takes. A shape of rank 4 is an image behind an
/// extent of 1; its layout is `automatic` where the network does not tell which
/// axis counts channels. Inputs of other ranks have no channels.
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

/// How stored pixels become the network's input:
/// x' = (x * scale - mean) / deviation, per channel, in double, rounded once.
struct Preprocessing {
  ImageLayout layout = ImageLayout::automatic;
  bool reverseChannels = false;
  std::optional<double> scale;         ///< 1 if it is not given
  std::vector<double> mean = {0};      ///< one, or one per channel
  std::vector<double> deviation = {1}; ///< one, or one per channel
};

/// Images of a .npy file for a network.
class ImageSet {
public:
  /// An input without channels takes the elements of an image in their order.
  /// Errors: images that do not fit the input, or fit it in two layouts; pixels
  /// that are not finite, before or after preprocessing; options that the input
  /// gives no meaning to.
  static Result<ImageSet> create(npy::Array array, const NetworkInput &input,
                                 Preprocessing preprocessing);

  size_t size() const { return array.shape.empty() ? 0 : array.shape[0]; }

  /// A remark for the user where pixels of 8 bits go to the network as they
  /// are, without a word of preprocessing; else empty.
  std::string hint() const;

  /// Writes the network's input for an image.
  void load(size_t index, Span<float> input) const;

private:
  /// Where the elements of channel, row and column lie within an image.
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
  Preprocessing preprocessing;
  size_t channels = 1, height = 1, width = 1;
  Strides stored, wanted;         // in the file, in the network's input
  double lowest = 0, highest = 0; // pixel in the file; NaN if one is
  std::vector<float> table;       // per channel and 8-bit value
};

/// Reads class labels: one integer in [0, classes) per image.
Result<std::vector<uint32_t>> readLabels(const std::string &path, size_t images,
                                         uint64_t classes);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_IMAGESET_H
