// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KernelCheck.h"
#include "KernelContraction.h"
#include "crania/Simulator/Execution/HostWarning.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <random>

using namespace crania::simulator;

namespace {

size_t bytesOf(HostElement element) {
  switch (element) {
  case HostElement::f32:
    return sizeof(float);
  case HostElement::i16:
    return sizeof(int16_t);
  default:
    return sizeof(int8_t);
  }
}

size_t outputBytesOf(HostElement weights) {
  return weights == HostElement::i16 ? sizeof(int64_t) : sizeof(int32_t);
}

/// Input elements behind the last one that windows reach to: negative if they
/// reach beyond the plane.
int64_t beyond(int64_t input, int64_t outputs, int64_t stride, int64_t kernel,
               int64_t dilation, int64_t pad) {
  return input + pad - ((outputs - 1) * stride + (kernel - 1) * dilation + 1);
}

/// A dimension of a shape with few outputs, padded as it is at both ends.
struct Extents {
  uint32_t input, output;
};
Extents shrink(uint32_t input, uint32_t outputs, uint32_t fewOutputs,
               int64_t stride, int64_t kernel, int64_t dilation, int64_t pad) {
  const uint32_t few = std::min(outputs, fewOutputs);
  const int64_t rest = beyond(input, outputs, stride, kernel, dilation, pad);
  const int64_t wanted = std::min<int64_t>(rest, 0) -
                         beyond(0, few, stride, kernel, dilation, pad);
  return {uint32_t(std::clamp<int64_t>(wanted, 1, input)), few};
}

/// Returns a smaller number of channels with the same remainder by the width of
/// a vector.
uint32_t fewChannels(uint32_t channels) {
  constexpr uint32_t enough = 32, lanes = 16;
  return channels <= enough + lanes ? channels : enough + channels % lanes;
}

HostPlane densePlane(uint32_t channels, uint32_t height, uint32_t width) {
  return {channels, height, width, int64_t(height) * width, width, 1};
}

/// The shape with few channels and pixels, but the same code to compute it.
ContractionShape shrink(const ContractionShape &shape, uint32_t outputRows,
                        uint32_t outputColumns) {
  constexpr uint32_t fewGroups = 17; // a vector's lanes and one
  ContractionShape small = shape;
  small.groups = std::min(shape.groups, fewGroups);
  small.channels = fewChannels(shape.channels);
  small.outputs = fewChannels(shape.outputs);
  const HostPlane &in = shape.inputPlane, &out = shape.outputPlane;
  const Extents rows = shrink(in.height, out.height, outputRows, shape.strideH,
                              shape.kernelH, shape.dilationH, shape.padTop);
  const Extents columns =
      shrink(in.width, out.width, outputColumns, shape.strideW, shape.kernelW,
             shape.dilationW, shape.padLeft);
  small.inputPlane =
      densePlane(small.groups * small.channels, rows.input, columns.input);
  small.outputPlane =
      densePlane(small.groups * small.outputs, rows.output, columns.output);
  small.outputBegin = 0;
  small.outputEnd = small.groups * small.outputs;
  return small;
}

/// Numbers whose sums of products are exact: small ones in f32, in integers
/// often the ends of the range, whose sums overflow where code is careless.
std::vector<uint8_t> numbers(HostElement element, size_t count,
                             std::mt19937 &random) {
  std::vector<uint8_t> bytes(count * bytesOf(element));
  for (size_t i = 0; i < count; ++i) {
    uint8_t *at = &bytes[i * bytesOf(element)];
    const uint32_t drawn = random();
    if (element == HostElement::f32) {
      const float number = float(int(drawn % 17) - 8);
      std::memcpy(at, &number, sizeof(number));
      continue;
    }
    constexpr std::array<int16_t, 2> ends = {-32768, 32767};
    const auto number = drawn % 2 ? ends[drawn / 2 % 2] : int16_t(drawn >> 16);
    if (element == HostElement::i16)
      std::memcpy(at, &number, sizeof(number));
    else // -128 to 127, as u8 0 to 255
      *at = uint8_t((number >> 8) + (element == HostElement::u8 ? 128 : 0));
  }
  return bytes;
}

/// Memory with bytes around it that code must leave alone.
class Fenced {
public:
  explicit Fenced(size_t size)
      : size(size), bytes(size + 2 * fence + alignment, untouched) {
    std::memset(data(), 0xff, size); // NaN, and -1
  }

  uint8_t *data() {
    const auto address = reinterpret_cast<uintptr_t>(bytes.data()) + fence;
    const size_t up = (alignment - address % alignment) % alignment;
    return bytes.data() + fence + up;
  }
  bool isIntact() {
    auto isUntouched = [](uint8_t byte) { return byte == untouched; };
    return std::all_of(bytes.data(), data(), isUntouched) &&
           std::all_of(data() + size, bytes.data() + bytes.size(), isUntouched);
  }

private:
  static constexpr size_t fence = 4096;
  static constexpr size_t alignment = HostContraction::scratchAlignment;
  static constexpr uint8_t untouched = 0xa5; // no likely part of a result

  size_t size;
  std::vector<uint8_t> bytes;
};

struct Operands {
  std::vector<uint8_t> weights, input;
  size_t outputBytes;
};

Operands drawOperands(const ContractionShape &shape) {
  // The same numbers each time: a host passes or fails whenever it is asked.
  std::mt19937 random(1); // NOLINT(bugprone-random-generator-seed)
  const HostPlane &in = shape.inputPlane, &out = shape.outputPlane;
  const size_t rows = size_t(shape.groups) * shape.outputs;
  return {
      numbers(shape.weights, rows * shape.depth(), random),
      numbers(shape.input, size_t(in.channels) * in.height * in.width, random),
      size_t(out.channels) * out.height * out.width *
          outputBytesOf(shape.weights)};
}

/// The output of a contraction; nothing if it wrote elsewhere, too.
std::vector<uint8_t> answerOf(const HostContraction &contraction,
                              const Operands &operands) {
  Fenced output(operands.outputBytes), scratch(contraction.scratchBytes());
  contraction.run(operands.input.data(), output.data(), scratch.data());
  if (!output.isIntact() || !scratch.isIntact())
    return {};
  return {output.data(), output.data() + operands.outputBytes};
}

/// True if a source is right about a shape with code of `implementation`; none
/// if it has no such code for it.
std::optional<bool> isRight(const ContractionShape &shape,
                            const char *implementation,
                            const KernelCheck::MakeSource &makeSource) {
  const Operands operands = drawOperands(shape);
  const std::unique_ptr<ContractionSource> source = makeSource();
  const auto theirs = source->plan(shape, operands.weights.data());
  // The parts of a large shape may be computed by the same code.
  if (!theirs || !std::strstr(implementation, theirs->implementation()))
    return std::nullopt;
  KernelPlanner own(HostIsa::portable);
  const auto ours = own.plan(shape, operands.weights.data());
  return answerOf(*theirs, operands) == answerOf(*ours, operands);
}

/// All that the code for a contraction depends on, but for numbers of vectors
/// of channels and of pixels.
std::vector<uint32_t> kindOf(const ContractionShape &shape) {
  const HostPlane &in = shape.inputPlane, &out = shape.outputPlane;
  const int64_t below = beyond(in.height, out.height, shape.strideH,
                               shape.kernelH, shape.dilationH, shape.padTop);
  const int64_t behind = beyond(in.width, out.width, shape.strideW,
                                shape.kernelW, shape.dilationW, shape.padLeft);
  // The last window lies wholly outside if all of its rows or columns do.
  const int64_t windowRows = int64_t(shape.kernelH - 1) * shape.dilationH + 1;
  const int64_t windowColumns =
      int64_t(shape.kernelW - 1) * shape.dilationW + 1;
  constexpr uint32_t lanes = 16;
  const bool isDepthwise =
      shape.groups > 1 && shape.channels == 1 && shape.outputs == 1;
  return {uint32_t(shape.weights),
          uint32_t(shape.input),
          shape.groups > 1,
          isDepthwise,
          shape.padTop > 0,
          shape.padLeft > 0,
          below < 0,
          behind < 0,
          below <= -windowRows,
          behind <= -windowColumns,
          shape.channels % lanes,
          shape.outputs % lanes,
          shape.kernelH,
          shape.kernelW,
          shape.strideH,
          shape.strideW,
          shape.dilationH,
          shape.dilationW};
}

std::string sentence(const char *implementation,
                     const ContractionShape &shape) {
  const char *elements = shape.weights == HostElement::f32 ? "f32" : "integers";
  return std::string(implementation) + " computes convolutions in " + elements +
         " (kernel " + std::to_string(shape.kernelH) + "x" +
         std::to_string(shape.kernelW) + ", stride " +
         std::to_string(shape.strideH) + "x" + std::to_string(shape.strideW) +
         ") wrongly on this host, so CRANIA's own kernels compute these: "
         "answers are right, and take longer; please report it with the host's "
         "CPU";
}

} // namespace

bool KernelCheck::passes(const ContractionShape &shape,
                         const char *implementation, const MakeSource &source) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto [it, isNew] =
      verdicts.try_emplace({implementation, kindOf(shape)}, false);
  if (!isNew)
    return it->second;
  // What cannot be checked is not used, but nothing is wrong with it.
  const std::optional<bool> some =
      isRight(shrink(shape, 5, 7), implementation, source);
  const std::optional<bool> one =
      isRight(shrink(shape, 1, 1), implementation, source);
  const bool isWrong = !some.value_or(true) || !one.value_or(true);
  it->second = !isWrong && (some || one);
  if (isWrong && firstFailure.empty())
    firstFailure = sentence(implementation, shape);
  return it->second;
}

std::string KernelCheck::warning() const {
  std::lock_guard<std::mutex> lock(mutex);
  return firstFailure;
}

KernelCheck &KernelCheck::ofProcess() {
  static KernelCheck check;
  return check;
}

std::string crania::simulator::hostWarning() {
  return KernelCheck::ofProcess().warning();
}
