// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
#define CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H

#include "MemoryMap.h"
#include "crania/Simulator/WeightDecoder.h"

namespace crania::simulator {

/// A Contract command, resolved: im2col, where the input is not a matrix
/// already, and one matrix product per group and strip of output rows. Products
/// of integers are summed exactly: no sum leaves its type, which WeightDecoder
/// has checked.
class ContractKernel {
public:
  static ContractKernel plan(const ProgramView &program,
                             const binary::Contract &contract,
                             const DecodedWeights &weights);

  /// `scratch` is aligned as AlignedBytes are.
  void run(const Memories &memories, uint8_t *scratch) const;

  /// Bytes of scratch memory that run needs.
  size_t scratchBytes() const { return columnBytes + resultBytes; }

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
  template <typename Input, typename Weight, typename Sum>
  void runAs(const Memories &memories, uint8_t *scratch) const;
  template <typename T>
  void fillColumns(const T *input, uint32_t rowBegin, uint32_t rowEnd,
                   T *columns) const;
  template <typename T>
  void fillRow(const T *plane, uint32_t y, uint32_t i, uint32_t j,
               T *row) const;
  void multiply(const Range &range, const float *weights, const float *columns,
                int64_t columnStride, float *output, uint32_t rowBegin,
                uint32_t rowEnd, float *result) const;
  template <typename Input, typename Weight, typename Sum>
  void multiply(const Range &range, const Weight *weights, const Input *columns,
                int64_t columnStride, Sum *output, uint32_t rowBegin,
                uint32_t rowEnd, Sum *result) const;
  template <typename T>
  void storeRows(const T *result, T *output, uint32_t outputs,
                 uint32_t rowBegin, uint32_t rowEnd) const;

  const DecodedWeights *weights = nullptr;
  binary::ElementType inputElement = binary::ElementType::f32;
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
  size_t columnBytes = 0, resultBytes = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_CONTRACTKERNEL_H
