// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_IMAGES_IMAGEORDER_H
#define CRANIA_IMAGES_IMAGEORDER_H

#include "crania/Support/NamedValues.h"

namespace crania::runtime {

/// Order of the axes of images. `automatic` stands for the order in which the
/// file fits the network.
enum class ImageLayout { automatic, nhwc, nchw };

/// Order of the channels of stored images. `rgb` stands for the order that the
/// network expects, and `bgr` for the reverse order.
enum class ChannelOrder { rgb, bgr };

} // namespace crania::runtime

template <>
struct crania::NamedValues<crania::runtime::ImageLayout> {
  using ImageLayout = runtime::ImageLayout;
  static constexpr NamedValue<ImageLayout> values[] = {
      {"auto", ImageLayout::automatic},
      {"nhwc", ImageLayout::nhwc},
      {"nchw", ImageLayout::nchw}};
};

template <>
struct crania::NamedValues<crania::runtime::ChannelOrder> {
  using ChannelOrder = runtime::ChannelOrder;
  static constexpr NamedValue<ChannelOrder> values[] = {
      {"rgb", ChannelOrder::rgb}, {"bgr", ChannelOrder::bgr}};
};

#endif // CRANIA_IMAGES_IMAGEORDER_H
