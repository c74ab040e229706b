// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCONTRACTION_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCONTRACTION_H

#include "HostIsa.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <tuple>

namespace crania::simulator {

enum class HostElement : uint8_t { f32, i8, u8, i16 };

/// A plane of channels x height x width in any memory order. Strides are in
/// elements.
struct HostPlane {
  uint32_t channels, height, width;
  int64_t channelStride, rowStride, columnStride;

  auto key() const {
    return std::make_tuple(channels, height, width, channelStride, rowStride,
                           columnStride);
  }
};

/// A convolution or matrix product over one input, or some of its outputs:
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
  /// Range of the output channels that are computed, out of groups * outputs.
  uint32_t outputBegin = 0, outputEnd = 1;
  /// True if the result is added to the contents of the output; f32 only.
  bool accumulate = false;

  uint32_t depth() const { return channels * kernelH * kernelW; }
  auto key() const {
    return std::make_tuple(weights, input, groups, outputs, channels, kernelH,
                           kernelW, strideH, strideW, dilationH, dilationW,
                           padTop, padLeft, inputPlane.key(), outputPlane.key(),
                           outputBegin, outputEnd, accumulate);
  }
};

/// Function that a contraction may apply to its f32 outputs: x + offset of the
/// channel, or `low` where the sum is at most `low`.
struct ChannelBias {
  const float *offsets;
  float low;
};

/// A contraction that is ready to run, with packed weights. The result depends
/// only on the input and, for f32, on the host. Threads may share it.
class HostContraction {
public:
  virtual ~HostContraction() = default;

  /// Computes the outputs. `input` and `output` point to the first elements of
  /// the planes; `scratch` has scratchBytes() and is aligned to
  /// scratchAlignment. `bias`, which some contractions take, has an offset for
  /// each output channel that is computed.
  virtual void run(const void *input, void *output, void *scratch,
                   const ChannelBias *bias = nullptr) const = 0;
  virtual bool takesBias() const { return false; }
  virtual size_t scratchBytes() const = 0;
  /// Returns the name of the code that computes it, for tests and benchmarks.
  virtual const char *implementation() const = 0;

  /// Alignment in bytes: a cache line and the widest vector of the host.
  static constexpr size_t scratchAlignment = 64;
};

/// Features that the choice of code may use.
struct HostFeatures {
  HostIsa isa = hostIsa();
  bool oneDnn = true; ///< used if it is linked, trusted, and passes its check
};

class ContractionSource;
class KernelCheck;

/// Plans contractions. Contractions of one weight matrix share its packed form:
/// bands of a layer pack nothing again, and equal contractions are one object.
class ContractionPlanner {
public:
  explicit ContractionPlanner(HostFeatures features = {});
  /// Creates a planner that takes contractions from a library, as far as they
  /// pass the check.
  ContractionPlanner(
      HostIsa isa, std::function<std::unique_ptr<ContractionSource>()> library,
      KernelCheck &check);
  ~ContractionPlanner();

  /// Returns a contraction. `matrix` is row-major, groups * outputs x depth,
  /// and must not change during the life of the planner; the contraction itself
  /// does not refer to it.
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

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_HOSTCONTRACTION_H
