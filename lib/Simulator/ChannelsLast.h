// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_CHANNELSLAST_H
#define CRANIA_LIB_SIMULATOR_CHANNELSLAST_H

#include "HostContraction.h"

#include <optional>

namespace crania::simulator {

/// Copies a plane whose pixels lie side by side, channel by channel, to and
/// from a dense one whose channels do: faster than oneDNN's reorders at the
/// sizes of bands.
class ChannelsLast {
public:
  /// None if neighbouring columns are not neighbours in memory, or elements
  /// have neither 1 nor 4 bytes.
  static std::optional<ChannelsLast> create(const HostPlane &plane,
                                            size_t elementBytes);

  void fromPlane(const void *plane, void *channelsLast) const;
  void toPlane(const void *channelsLast, void *plane) const;
  /// The same of f32, to which the bias is applied on its way.
  void toPlane(const void *channelsLast, void *plane,
               const ChannelBias &bias) const;

private:
  HostPlane plane;
  size_t elementBytes;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_CHANNELSLAST_H
