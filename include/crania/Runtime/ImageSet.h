// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_IMAGESET_H
#define CRANIA_RUNTIME_IMAGESET_H

#include "crania/Support/Npy.h"
#include "crania/Support/Span.h"

#include <array>
#include <string>
#include <vector>

namespace crania::runtime {

enum class ImageLayout { automatic, nhwc, nchw };

/// How stored pixels become the network's input:
/// x' = (x * scale - mean) / deviation, per channel, in double, rounded once.
struct Preprocessing {
  ImageLayout layout = ImageLayout::automatic;
  bool reverseChannels = false;
  double scale = 1;
  std::vector<double> mean = {0};      ///< one, or one per channel
  std::vector<double> deviation = {1}; ///< one, or one per channel
};

/// Images of a .npy file for a network with a given input shape.
class ImageSet {
public:
  /// `inputShape` is 1 x channels x height x width; an input of another rank
  /// takes the elements of an image in their order, as one channel.
  static Result<ImageSet> create(npy::Array array,
                                 const std::vector<uint64_t> &inputShape,
                                 Preprocessing preprocessing);

  size_t size() const { return array.shape.empty() ? 0 : array.shape[0]; }

  /// Writes the network's input for an image.
  void load(size_t index, Span<float> input) const;

private:
  Status findStrides(const std::vector<uint64_t> &inputShape);
  Status checkPreprocessing() const;
  void fillTable();
  float preprocess(double pixel, size_t channel) const;
  template <typename T, typename F>
  void gather(size_t index, Span<float> input, F convert) const;

  npy::Array array;
  Preprocessing preprocessing;
  size_t channels = 1, height = 1, width = 1;
  size_t channelStride = 0, rowStride = 0, columnStride = 0; // in the file
  std::vector<float> table; // per channel and 8-bit value
};

/// Reads class labels: one integer in [0, classes) per image.
Result<std::vector<uint32_t>> readLabels(const std::string &path, size_t images,
                                         uint64_t classes);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_IMAGESET_H
