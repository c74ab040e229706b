// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KernelContraction.h"
#include "HostKernels.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <vector>

using namespace crania::simulator;

/// The weights in panels of as many outputs as a vector has lanes:
/// group x panel x unit of depth x lane x channel of the unit, 0 where there is
/// no such output or channel.
struct crania::simulator::PackedMatrix {
  uint32_t panels; // per group
  size_t panelBytes;
  std::vector<uint8_t> bytes;
};

namespace {

/// Arithmetic of a combination of element types: f32.
struct ComputeF32 {
  using Weight = float;
  using Stored = float; // in packed weights and inputs
  using Sum = float;
  using Output = float;
  static constexpr uint32_t channelsPerUnit = 1;
  static constexpr auto family = &HostKernels::f32;
  static constexpr const char *name = "f32 kernel";
};
struct ComputeI16 {
  using Weight = int16_t;
  using Stored = double;
  using Sum = double;
  using Output = int64_t;
  static constexpr uint32_t channelsPerUnit = 1;
  static constexpr auto family = &HostKernels::f64;
  static constexpr const char *name = "f64 kernel";
};
struct ComputeI8 {
  using Weight = int8_t;
  using Stored = int16_t;
  using Sum = int32_t;
  using Output = int32_t;
  static constexpr uint32_t channelsPerUnit = 2;
  static constexpr auto family = &HostKernels::i16Pairs;
  static constexpr const char *name = "i16 pair kernel";
};

template <typename Compute>
constexpr size_t unitBytes =
    sizeof(typename Compute::Stored) * Compute::channelsPerUnit;

template <typename Compute>
uint32_t unitsOf(uint32_t channels) {
  return (channels + Compute::channelsPerUnit - 1) / Compute::channelsPerUnit;
}

const HostKernels &kernelsFor(HostIsa isa) {
#if defined(__x86_64__)
  if (isa >= HostIsa::avx512)
    return avx512Kernels;
  if (isa == HostIsa::avx2)
    return avx2Kernels;
#endif
  return portableKernels;
}

template <typename Compute>
PackedMatrix pack(const ContractionShape &shape,
                  const typename Compute::Weight *matrix, uint32_t lanes) {
  using Stored = typename Compute::Stored;
  constexpr uint32_t perUnit = Compute::channelsPerUnit;
  assert(lanes > 0 && lanes <= HostKernels::maximumLanes &&
         "a panel has as many outputs as a vector has lanes");
  const uint32_t taps = shape.kernelH * shape.kernelW;
  const uint32_t depth = unitsOf<Compute>(shape.channels) * taps;
  PackedMatrix packed;
  packed.panels = (shape.outputs + lanes - 1) / lanes;
  packed.panelBytes = size_t(depth) * lanes * unitBytes<Compute>;
  packed.bytes.resize(shape.groups * packed.panels * packed.panelBytes);
  for (uint32_t row = 0; row < shape.groups * shape.outputs; ++row) {
    const uint32_t group = row / shape.outputs, m = row % shape.outputs;
    uint8_t *panel =
        packed.bytes.data() +
        (size_t(group) * packed.panels + m / lanes) * packed.panelBytes;
    for (uint32_t c = 0; c < shape.channels; ++c)
      for (uint32_t tap = 0; tap < taps; ++tap) {
        const Stored weight = Stored(*matrix++);
        const size_t unit = size_t(c / perUnit) * taps + tap;
        const size_t element =
            (unit * lanes + m % lanes) * perUnit + c % perUnit;
        std::memcpy(panel + element * sizeof(Stored), &weight, sizeof(Stored));
      }
  }
  return packed;
}

/// Copies the part of a group's input that its outputs read, padding included,
/// as units: unit of channels x row x column; then runs tiles of outputs and
/// pixels on it.
template <typename Compute, typename Input>
class KernelContraction final : public HostContraction {
public:
  KernelContraction(const ContractionShape &shape, const HostKernels &kernels,
                    std::shared_ptr<const PackedMatrix> packed)
      : shape(shape), family(kernels.*Compute::family),
        packed(std::move(packed)), units(unitsOf<Compute>(shape.channels)),
        rows(reach(shape.outputPlane.height, shape.strideH, shape.kernelH,
                   shape.dilationH)),
        columns(reach(shape.outputPlane.width, shape.strideW, shape.kernelW,
                      shape.dilationW)) {
    assert(shape.outputs > 0 && shape.outputBegin < shape.outputEnd &&
           shape.outputEnd <= shape.groups * shape.outputs &&
           "the range of outputs is not inside the groups");
    for (uint32_t unit = 0; unit < units; ++unit)
      for (uint32_t i = 0; i < shape.kernelH; ++i)
        for (uint32_t j = 0; j < shape.kernelW; ++j)
          offsets.push_back((int64_t(unit) * rows + i * shape.dilationH) *
                                columns +
                            j * shape.dilationW);
  }

  const char *implementation() const override { return Compute::name; }
  size_t scratchBytes() const override {
    return units * rows * columns * unitBytes<Compute>;
  }

  void run(const void *input, void *output, void *scratch,
           const ChannelBias *) const override {
    const uint32_t first = shape.outputBegin / shape.outputs;
    const uint32_t last = (shape.outputEnd - 1) / shape.outputs;
    for (uint32_t group = first; group <= last; ++group) {
      copyGroup(static_cast<const Input *>(input) +
                    int64_t(group) * shape.channels *
                        shape.inputPlane.channelStride,
                static_cast<Stored *>(scratch));
      runGroup(group, static_cast<Output *>(output), scratch);
    }
  }

private:
  using Stored = typename Compute::Stored;
  using Sum = typename Compute::Sum;
  using Output = typename Compute::Output;
  static constexpr uint32_t perUnit = Compute::channelsPerUnit;
  static constexpr uint32_t maximumPixels = HostKernels::maximumPixels;

  /// Rows of output channels [begin, end), all in one group.
  struct Rows {
    uint32_t begin, end;
  };

  /// Input elements from the first to the last that a dimension reads.
  static size_t reach(size_t outputs, size_t stride, size_t kernel,
                      size_t dilation) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  }

  void copyGroup(const Input *group, Stored *to) const {
    const HostPlane &plane = shape.inputPlane;
    for (size_t unit = 0; unit < units; ++unit)
      for (size_t row = 0; row < rows; ++row, to += columns * perUnit) {
        std::fill(to, to + columns * perUnit, Stored(0));
        const int64_t y = int64_t(row) - shape.padTop;
        if (y < 0 || y >= int64_t(plane.height))
          continue;
        const uint32_t begin = uint32_t(unit) * perUnit;
        const uint32_t end = std::min(begin + perUnit, shape.channels);
        for (uint32_t c = begin; c < end; ++c)
          copyRow(group + c * plane.channelStride + y * plane.rowStride,
                  to + (c - begin));
      }
  }

  /// One channel of one row, into its place in each unit.
  void copyRow(const Input *row, Stored *to) const {
    const int64_t step = shape.inputPlane.columnStride;
    const int64_t pad = shape.padLeft;
    const int64_t begin = std::max<int64_t>(pad, 0);
    const int64_t end =
        std::min<int64_t>(columns, int64_t(shape.inputPlane.width) + pad);
    if (step == 1) // compilers vectorize loops with a constant step
      for (int64_t x = begin; x < end; ++x)
        to[x * perUnit] = Stored(row[x - pad]);
    else
      for (int64_t x = begin; x < end; ++x)
        to[x * perUnit] = Stored(row[(x - pad) * step]);
  }

  void runGroup(uint32_t group, Output *output, const void *units) const {
    const uint32_t start = group * shape.outputs;
    const uint32_t begin = std::max(shape.outputBegin, start) - start;
    const uint32_t end =
        std::min(shape.outputEnd, start + shape.outputs) - start;
    const uint32_t lastPanel = (end - 1) / family.lanes;
    for (uint32_t panel = begin / family.lanes; panel <= lastPanel;
         panel += HostKernels::maximumPanels)
      runPanels(group, panel,
                std::min(HostKernels::maximumPanels, lastPanel + 1 - panel),
                {std::max(begin, panel * family.lanes) + start, end + start},
                output, units);
  }

  /// All pixels of some panels of a group.
  void runPanels(uint32_t group, uint32_t panel, uint32_t panels, Rows part,
                 Output *output, const void *units) const {
    alignas(scratchAlignment)
        Sum sums[maximumPixels * HostKernels::maximumPanels *
                 HostKernels::maximumLanes];
    std::array<const void *, maximumPixels> pixels;
    std::array<int64_t, maximumPixels> places;
    const uint32_t firstRow = group * shape.outputs + panel * family.lanes;
    part.end = std::min(part.end, firstRow + panels * family.lanes);
    KernelTile tile = {packed->bytes.data() +
                           (size_t(group) * packed->panels + panel) *
                               packed->panelBytes,
                       packed->panelBytes,
                       panels,
                       uint32_t(offsets.size()),
                       offsets.data(),
                       pixels.data(),
                       0,
                       sums};
    const uint32_t count = shape.outputPlane.height * shape.outputPlane.width;
    for (uint32_t pixel = 0; pixel < count; pixel += tile.pixelCount) {
      tile.pixelCount = std::min(maximumPixels, count - pixel);
      for (uint32_t p = 0; p < tile.pixelCount; ++p)
        locate(pixel + p, units, pixels[p], places[p]);
      family.run(tile);
      for (uint32_t p = 0; p < tile.pixelCount; ++p)
        store(sums + size_t(p) * panels * family.lanes + part.begin - firstRow,
              part, output + places[p]);
    }
  }

  /// Finds the place at which the input of an output pixel starts, and the
  /// place of the pixel in the output.
  void locate(uint32_t pixel, const void *units, const void *&start,
              int64_t &place) const {
    const HostPlane &plane = shape.outputPlane;
    const uint32_t y = pixel / plane.width, x = pixel % plane.width;
    const size_t unit =
        size_t(y) * shape.strideH * columns + size_t(x) * shape.strideW;
    start = static_cast<const uint8_t *>(units) + unit * unitBytes<Compute>;
    place = y * plane.rowStride + x * plane.columnStride;
  }

  void store(const Sum *sums, Rows part, Output *pixel) const {
    const int64_t stride = shape.outputPlane.channelStride;
    for (uint32_t row = part.begin; row < part.end; ++row, ++sums) {
      Output &element = pixel[row * stride];
      element = shape.accumulate ? Output(element + *sums) : Output(*sums);
    }
  }

  ContractionShape shape;
  KernelFamily family;
  std::shared_ptr<const PackedMatrix> packed;
  size_t units, rows, columns; // of the copy of one group
  std::vector<int64_t> offsets;
};

} // namespace

std::shared_ptr<const HostContraction>
KernelPlanner::plan(const ContractionShape &shape, const void *matrix) {
  const HostKernels &kernels = kernelsFor(isa);
  std::shared_ptr<const PackedMatrix> &entry =
      packed[Key{matrix, shape.weights, shape.groups, shape.outputs,
                 shape.channels, shape.kernelH * shape.kernelW}];
  auto make = [&](auto compute,
                  auto input) -> std::shared_ptr<const HostContraction> {
    using Compute = decltype(compute);
    if (!entry)
      entry = std::make_shared<PackedMatrix>(pack<Compute>(
          shape, static_cast<const typename Compute::Weight *>(matrix),
          (kernels.*Compute::family).lanes));
    return std::make_shared<KernelContraction<Compute, decltype(input)>>(
        shape, kernels, entry);
  };
  switch (shape.weights) {
  case HostElement::f32:
    return make(ComputeF32(), float());
  case HostElement::i16:
    return make(ComputeI16(), int16_t());
  default:
    break;
  }
  if (shape.input == HostElement::u8)
    return make(ComputeI8(), uint8_t());
  return make(ComputeI8(), int8_t());
}
