// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CHANNELSLAST_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CHANNELSLAST_H

#include "HostContraction.h"

#include <optional>

namespace crania::simulator {

/// Copies planes between two memory orders: one in which the pixels of a
/// channel are contiguous, and a dense one in which the channels of a pixel
/// are. At the sizes of bands, it is faster than the reorders of oneDNN.
class ChannelsLast {
public:
  /// Returns nothing if neighboring columns are not neighbors in memory, or if
  /// elements have neither 1 nor 4 bytes.
  static std::optional<ChannelsLast> create(const HostPlane &plane,
                                            size_t elementBytes);

  void fromPlane(const void *plane, void *channelsLast) const;
  void toPlane(const void *channelsLast, void *plane) const;
  /// Copies f32 in the same direction, and applies the bias.
  void toPlane(const void *channelsLast, void *plane,
               const ChannelBias &bias) const;

private:
  HostPlane plane;
  size_t elementBytes;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_CHANNELSLAST_H
