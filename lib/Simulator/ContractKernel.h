// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
#define CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H

#include "MemoryMap.h"
#include "crania/Simulator/WeightDecoder.h"

namespace crania::simulator {

/// A Contract command, resolved: im2col, where the input is not a matrix
/// already, and one matrix product per group and strip of output rows.
class ContractKernel {
public:
  static ContractKernel plan(const ProgramView &program,
                             const binary::Contract &contract,
                             const DecodedWeights &weights);

  void run(const Memories &memories, float *scratch) const;

  /// Elements of scratch memory that run needs.
  size_t scratchElements() const { return columnElements + resultElements; }

private:
  /// A plane of channels x height x width in any memory order.
  struct Plane {
    Location start;
    uint32_t channels, height, width;
    int64_t channelStride, rowStride, columnStride;
    bool pixelsAreContiguous() const {
      return (width == 1 || columnStride == 1) &&
             (height == 1 || rowStride == int64_t(width));
    }
  };
  /// Neighbouring outputs of one group.
  struct Range {
    uint32_t group, firstOutput, outputs;
  };
  static Plane planeOf(const ProgramView &program, const binary::Plane &plane);
  void findRanges(const layout::Tiling &tiling,
                  const binary::Contract &contract);
  void fillColumns(const float *input, uint32_t rowBegin, uint32_t rowEnd,
                   float *columns) const;
  void fillRow(const float *plane, uint32_t y, uint32_t i, uint32_t j,
               float *row) const;
  void multiply(const Range &range, const float *columns, int64_t columnStride,
                float *output, uint32_t rowBegin, uint32_t rowEnd,
                float *result) const;
  void storeRows(const float *result, float *output, uint32_t outputs,
                 uint32_t rowBegin, uint32_t rowEnd) const;

  const float *matrix = nullptr; // (group, output, depth)
  uint32_t groupOutputs = 0, groupChannels = 0, depth = 0;
  std::vector<Range> ranges;
  Plane input, output;
  uint32_t kernelH, kernelW, strideH, strideW, dilationH, dilationW;
  int32_t padTop, padLeft;
  bool accumulate;
  bool inputIsMatrix, outputIsMatrix;
  /// Output columns [first, last) whose input column lies inside the plane, per
  /// kernel column.
  std::vector<std::pair<uint32_t, uint32_t>> insideColumns;
  uint32_t rowsPerStrip = 0;
  size_t columnElements = 0, resultElements = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
