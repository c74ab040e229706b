// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ContractKernel.h"

#include <dnnl.h>

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

/// Elements of im2col at a time: at most 1 MB, about the L2 cache of the host.
static constexpr uint64_t stripElements = uint64_t(256) * 1024;

ContractKernel::Plane ContractKernel::planeOf(const ProgramView &program,
                                              const binary::Plane &plane) {
  return {locate(program, plane.buffer(), plane.offset()),
          plane.channels(),
          plane.height(),
          plane.width(),
          plane.channel_stride(),
          plane.row_stride(),
          plane.column_stride()};
}

void ContractKernel::findRanges(const layout::Tiling &tiling,
                                const binary::Contract &contract) {
  for (uint32_t t = contract.tile_begin(); t < contract.tile_end();
       t += tiling.depthBlocks()) {
    const layout::Tiling::Tile tile = tiling.tile(t);
    if (!ranges.empty() && ranges.back().group == tile.group)
      ranges.back().outputs += tile.outputs;
    else
      ranges.push_back({tile.group, tile.firstOutput, tile.outputs});
  }
}

/// Output columns [first, last) for which x * stride + offset is in [0, width).
static std::pair<uint32_t, uint32_t> columnsInside(int64_t offset,
                                                   int64_t stride,
                                                   int64_t width,
                                                   int64_t outputWidth) {
  int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  int64_t last = offset >= width ? 0 : (width - offset + stride - 1) / stride;
  first = std::min(first, outputWidth);
  last = std::clamp(last, first, outputWidth);
  return {uint32_t(first), uint32_t(last)};
}

ContractKernel ContractKernel::plan(const ProgramView &program,
                                    const binary::Contract &contract,
                                    const DecodedWeights &weights) {
  const layout::Tiling &tiling = program.tiling(contract.weights());
  ContractKernel k;
  k.weights = &weights;
  k.inputElement = elementOf(program, contract.input()->buffer());
  k.groupOutputs = tiling.outputs;
  k.depth = tiling.depth;
  k.input = planeOf(program, *contract.input());
  k.output = planeOf(program, *contract.output());
  k.kernelH = contract.kernel_h();
  k.kernelW = contract.kernel_w();
  k.strideH = contract.stride_h();
  k.strideW = contract.stride_w();
  k.dilationH = contract.dilation_h();
  k.dilationW = contract.dilation_w();
  k.padTop = contract.pad_top();
  k.padLeft = contract.pad_left();
  k.accumulate = contract.accumulate();
  k.groupChannels = k.input.channels / tiling.groups;
  k.findRanges(tiling, contract);

  const int64_t pixels = int64_t(k.output.height) * k.output.width;
  k.inputIsMatrix =
      k.kernelH == 1 && k.kernelW == 1 && k.strideH == 1 && k.strideW == 1 &&
      k.padTop == 0 && k.padLeft == 0 && k.input.height == k.output.height &&
      k.input.width == k.output.width && k.input.pixelsAreContiguous() &&
      k.input.channelStride >= pixels;
  k.outputIsMatrix =
      k.output.pixelsAreContiguous() && k.output.channelStride >= pixels;
  for (uint32_t j = 0; j < k.kernelW; ++j)
    k.insideColumns.push_back(
        columnsInside(int64_t(j) * k.dilationW - k.padLeft, k.strideW,
                      k.input.width, k.output.width));

  const uint64_t rowElements = uint64_t(k.depth) * k.output.width;
  k.rowsPerStrip = k.inputIsMatrix
                       ? k.output.height
                       : std::clamp<uint64_t>(stripElements / rowElements, 1,
                                              k.output.height);
  // Each starts on a line of the host's cache.
  auto bytesOf = [](uint64_t elements, binary::ElementType type) {
    constexpr uint64_t line = AlignedBytes::alignment;
    return (elements * binary::bytesOf(type) + line - 1) / line * line;
  };
  const binary::ElementType sum =
      elementOf(program, contract.output()->buffer());
  if (!k.inputIsMatrix)
    k.columnBytes = bytesOf(rowElements * k.rowsPerStrip, k.inputElement);
  if (!k.outputIsMatrix || !binary::isFloat(sum))
    k.resultBytes = bytesOf(
        uint64_t(k.groupOutputs) * k.rowsPerStrip * k.output.width, sum);
  return k;
}

/// One output row of one kernel position of one channel.
template <typename T>
void ContractKernel::fillRow(const T *plane, uint32_t y, uint32_t i, uint32_t j,
                             T *row) const {
  const uint32_t width = output.width;
  const int64_t inputY = int64_t(y) * strideH + int64_t(i) * dilationH - padTop;
  auto [first, last] = insideColumns[j];
  if (inputY < 0 || inputY >= int64_t(input.height) || first == last) {
    std::fill(row, row + width, T(0));
    return;
  }
  std::fill(row, row + first, T(0));
  const int64_t inputX =
      int64_t(first) * strideW + int64_t(j) * dilationW - padLeft;
  const T *source =
      plane + inputY * input.rowStride + inputX * input.columnStride;
  const int64_t step = int64_t(strideW) * input.columnStride;
  if (step == 1)
    std::copy(source, source + (last - first), row + first);
  else
    for (uint32_t x = first; x < last; ++x, source += step)
      row[x] = *source;
  std::fill(row + last, row + width, T(0));
}

/// im2col of the output rows [rowBegin, rowEnd): depth x pixels.
template <typename T>
void ContractKernel::fillColumns(const T *group, uint32_t rowBegin,
                                 uint32_t rowEnd, T *columns) const {
  for (uint32_t c = 0; c < groupChannels; ++c) {
    const T *plane = group + c * input.channelStride;
    for (uint32_t i = 0; i < kernelH; ++i)
      for (uint32_t j = 0; j < kernelW; ++j)
        for (uint32_t y = rowBegin; y < rowEnd; ++y, columns += output.width)
          fillRow(plane, y, i, j, columns);
  }
}

template <typename T>
void ContractKernel::storeRows(const T *result, T *to, uint32_t outputs,
                               uint32_t rowBegin, uint32_t rowEnd) const {
  for (uint32_t m = 0; m < outputs; ++m)
    for (uint32_t y = rowBegin; y < rowEnd; ++y) {
      T *row = to + m * output.channelStride + y * output.rowStride;
      for (uint32_t x = 0; x < output.width; ++x, ++result) {
        T &element = row[x * output.columnStride];
        element = accumulate ? element + *result : *result;
      }
    }
}

void ContractKernel::multiply(const Range &range, const float *weights,
                              const float *columns, int64_t columnStride,
                              float *to, uint32_t rowBegin, uint32_t rowEnd,
                              float *result) const {
  const int64_t pixels = int64_t(rowEnd - rowBegin) * output.width;
  if (outputIsMatrix) {
    dnnl_sgemm('N', 'N', range.outputs, pixels, depth, 1.0f, weights, depth,
               columns, columnStride, accumulate ? 1.0f : 0.0f,
               to + uint64_t(rowBegin) * output.width, output.channelStride);
    return;
  }
  dnnl_sgemm('N', 'N', range.outputs, pixels, depth, 1.0f, weights, depth,
             columns, columnStride, 0.0f, result, pixels);
  storeRows(result, to, range.outputs, rowBegin, rowEnd);
}

/// Sums row by row of the weights: products of 8 and 16 bits fit an int.
template <typename Input, typename Weight, typename Sum>
void ContractKernel::multiply(const Range &range, const Weight *weights,
                              const Input *columns, int64_t columnStride,
                              Sum *to, uint32_t rowBegin, uint32_t rowEnd,
                              Sum *result) const {
  const size_t pixels = size_t(rowEnd - rowBegin) * output.width;
  Sum *sums = result;
  for (uint32_t m = 0; m < range.outputs; ++m, sums += pixels) {
    std::fill(sums, sums + pixels, Sum(0));
    for (uint32_t d = 0; d < depth; ++d) {
      const int weight = *weights++;
      const Input *column = columns + int64_t(d) * columnStride;
      if (weight != 0)
        for (size_t p = 0; p < pixels; ++p)
          sums[p] += weight * column[p];
    }
  }
  storeRows(result, to, range.outputs, rowBegin, rowEnd);
}

template <typename Input, typename Weight, typename Sum>
void ContractKernel::runAs(const Memories &memories, uint8_t *scratch) const {
  Input *columns = reinterpret_cast<Input *>(scratch);
  Sum *result = reinterpret_cast<Sum *>(scratch + columnBytes);
  const Weight *matrix = weights->as<Weight>().data(); // (group, output, depth)
  for (const Range &range : ranges) {
    const uint64_t firstOutput =
        uint64_t(range.group) * groupOutputs + range.firstOutput;
    const Weight *rows = matrix + firstOutput * depth;
    const Input *group =
        memories.read<Input>(input.start) +
        int64_t(range.group) * groupChannels * input.channelStride;
    Sum *to = memories.write<Sum>(output.start) +
              int64_t(firstOutput) * output.channelStride;
    for (uint32_t row = 0; row < output.height; row += rowsPerStrip) {
      const uint32_t end = std::min(row + rowsPerStrip, output.height);
      if (inputIsMatrix) {
        multiply(range, rows, group, input.channelStride, to, row, end, result);
        continue;
      }
      fillColumns(group, row, end, columns);
      multiply(range, rows, columns, int64_t(end - row) * output.width, to, row,
               end, result);
    }
  }
}

void ContractKernel::run(const Memories &memories, uint8_t *scratch) const {
  switch (inputElement) {
  case binary::ElementType::u8:
    return runAs<uint8_t, int8_t, int32_t>(memories, scratch);
  case binary::ElementType::i8:
    return runAs<int8_t, int8_t, int32_t>(memories, scratch);
  case binary::ElementType::i16:
    return runAs<int16_t, int16_t, int64_t>(memories, scratch);
  default: // of verified programs, f32 alone is left
    return runAs<float, float, float>(memories, scratch);
  }
}
