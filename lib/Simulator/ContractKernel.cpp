// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ContractKernel.h"

#include <dnnl.h>

#include <algorithm>

using namespace crania;
using namespace crania::simulator;

/// Elements of im2col at a time: 1 MB, about the L2 cache of the host.
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
  k.matrix = weights.matrix.data();
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
  if (!k.inputIsMatrix)
    k.columnElements = rowElements * k.rowsPerStrip;
  if (!k.outputIsMatrix)
    k.resultElements = size_t(k.groupOutputs) * k.rowsPerStrip * k.output.width;
  return k;
}

/// One output row of one kernel position of one channel.
void ContractKernel::fillRow(const float *plane, uint32_t y, uint32_t i,
                             uint32_t j, float *row) const {
  const uint32_t width = output.width;
  const int64_t inputY = int64_t(y) * strideH + int64_t(i) * dilationH - padTop;
  auto [first, last] = insideColumns[j];
  if (inputY < 0 || inputY >= int64_t(input.height) || first == last) {
    std::fill(row, row + width, 0.0f);
    return;
  }
  std::fill(row, row + first, 0.0f);
  const int64_t inputX =
      int64_t(first) * strideW + int64_t(j) * dilationW - padLeft;
  const float *source =
      plane + inputY * input.rowStride + inputX * input.columnStride;
  const int64_t step = int64_t(strideW) * input.columnStride;
  if (step == 1)
    std::copy(source, source + (last - first), row + first);
  else
    for (uint32_t x = first; x < last; ++x, source += step)
      row[x] = *source;
  std::fill(row + last, row + width, 0.0f);
}

/// im2col of the output rows [rowBegin, rowEnd): depth x pixels.
void ContractKernel::fillColumns(const float *group, uint32_t rowBegin,
                                 uint32_t rowEnd, float *columns) const {
  for (uint32_t c = 0; c < groupChannels; ++c) {
    const float *plane = group + c * input.channelStride;
    for (uint32_t i = 0; i < kernelH; ++i)
      for (uint32_t j = 0; j < kernelW; ++j)
        for (uint32_t y = rowBegin; y < rowEnd; ++y, columns += output.width)
          fillRow(plane, y, i, j, columns);
  }
}

void ContractKernel::storeRows(const float *result, float *to, uint32_t outputs,
                               uint32_t rowBegin, uint32_t rowEnd) const {
  for (uint32_t m = 0; m < outputs; ++m)
    for (uint32_t y = rowBegin; y < rowEnd; ++y) {
      float *row = to + m * output.channelStride + y * output.rowStride;
      for (uint32_t x = 0; x < output.width; ++x, ++result) {
        float &element = row[x * output.columnStride];
        element = accumulate ? element + *result : *result;
      }
    }
}

void ContractKernel::multiply(const Range &range, const float *columns,
                              int64_t columnStride, float *to,
                              uint32_t rowBegin, uint32_t rowEnd,
                              float *result) const {
  const int64_t pixels = int64_t(rowEnd - rowBegin) * output.width;
  const float *weights =
      matrix +
      (uint64_t(range.group) * groupOutputs + range.firstOutput) * depth;
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

void ContractKernel::run(const Memories &memories, float *scratch) const {
  float *columns = scratch;
  float *result = scratch + columnElements;
  for (const Range &range : ranges) {
    const float *group =
        memories.read(input.start + int64_t(range.group) * groupChannels *
                                        input.channelStride);
    float *to =
        memories.write(output.start + (int64_t(range.group) * groupOutputs +
                                       range.firstOutput) *
                                          output.channelStride);
    for (uint32_t row = 0; row < output.height; row += rowsPerStrip) {
      const uint32_t end = std::min(row + rowsPerStrip, output.height);
      if (inputIsMatrix) {
        multiply(range, group, input.channelStride, to, row, end, result);
        continue;
      }
      fillColumns(group, row, end, columns);
      multiply(range, columns, int64_t(end - row) * output.width, to, row, end,
               result);
    }
  }
}
