// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_HOSTCONTRACTION_H
#define CRANIA_LIB_SIMULATOR_HOSTCONTRACTION_H

#include "HostIsa.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <tuple>

namespace crania::simulator {

enum class HostElement : uint8_t { f32, i8, u8, i16 };

/// Channels x height x width in any memory order; strides count elements.
struct HostPlane {
  uint32_t channels, height, width;
  int64_t channelStride, rowStride, columnStride;

  auto key() const {
    return std::make_tuple(channels, height, width, channelStride, rowStride,
                           columnStride);
  }
};

/// A convolution or matrix product over one input, or a part of its outputs:
///   output[g*outputs + m, y, x] = sum over c, i, j of
///     weights[g*outputs + m, (c*kernelH + i)*kernelW + j]
///     * input[g*channels + c, y*strideH + i*dilationH - padTop,
///                             x*strideW + j*dilationW - padLeft]
/// with 0 outside the input plane. Element types:
///   weights  input     output
///   f32      f32       f32
///   i8       i8 or u8  i32, modulo 2^32
///   i16      i16       i64, exact where sums of magnitudes are below 2^53
struct ContractionShape {
  HostElement weights = HostElement::f32, input = HostElement::f32;
  uint32_t groups = 1, outputs = 1, channels = 1; ///< the latter two per group
  uint32_t kernelH = 1, kernelW = 1, strideH = 1, strideW = 1;
  uint32_t dilationH = 1, dilationW = 1;
  int32_t padTop = 0, padLeft = 0;
  HostPlane inputPlane = {}, outputPlane = {};
  /// Which of the groups * outputs channels of the output are computed.
  uint32_t outputBegin = 0, outputEnd = 1;
  /// f32 only: adds to what the output holds.
  bool accumulate = false;

  uint32_t depth() const { return channels * kernelH * kernelW; }
  auto key() const {
    return std::make_tuple(weights, input, groups, outputs, channels, kernelH,
                           kernelW, strideH, strideW, dilationH, dilationW,
                           padTop, padLeft, inputPlane.key(), outputPlane.key(),
                           outputBegin, outputEnd, accumulate);
  }
};

/// What may be done to f32 outputs on their way: x + offset of the channel, or
/// `low` where that is at most `low`.
struct ChannelBias {
  const float *offsets;
  float low;
};

/// A contraction ready to run, its weights packed. What it gives depends on the
/// input alone; for integers not on the host either. Shared by threads.
class HostContraction {
public:
  virtual ~HostContraction() = default;

  /// Pointers to the first elements of the planes; `scratch` has scratchBytes()
  /// and the alignment of scratchAlignment. `bias`, if it is taken, has an
  /// offset for each output channel that is computed.
  virtual void run(const void *input, void *output, void *scratch,
                   const ChannelBias *bias = nullptr) const = 0;
  virtual bool takesBias() const { return false; }
  virtual size_t scratchBytes() const = 0;
  /// Which code computes it, for tests and benchmarks.
  virtual const char *implementation() const = 0;

  /// A cache line of the host; the widest vector of it.
  static constexpr size_t scratchAlignment = 64;
};

/// What the choice of code may use.
struct HostFeatures {
  HostIsa isa = hostIsa();
  bool oneDnn = true; ///< where it is linked, trusted, and passes its check
};

class ContractionSource;
class KernelCheck;

/// Plans contractions. Those of one weight matrix share what is packed: bands
/// of a layer pack nothing again, and equal ones are one object.
class ContractionPlanner {
public:
  explicit ContractionPlanner(HostFeatures features = {});
  /// Takes contractions from a library, as far as they pass the check.
  ContractionPlanner(
      HostIsa isa, std::function<std::unique_ptr<ContractionSource>()> library,
      KernelCheck &check);
  ~ContractionPlanner();

  /// `matrix` is row-major, groups * outputs x depth, and must stay as it is
  /// until the planner goes; the contraction itself does not refer to it.
  std::shared_ptr<const HostContraction> plan(const ContractionShape &shape,
                                              const void *matrix);

private:
  std::shared_ptr<const HostContraction> create(const ContractionShape &shape,
                                                const void *matrix);

  using Key = std::pair<const void *, decltype(ContractionShape().key())>;
  std::map<Key, std::shared_ptr<const HostContraction>> plans;
  std::unique_ptr<ContractionSource> kernels;
  std::function<std::unique_ptr<ContractionSource>()> makeLibrary;
  std::unique_ptr<ContractionSource> library; // or null
  KernelCheck &check;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_HOSTCONTRACTION_H
