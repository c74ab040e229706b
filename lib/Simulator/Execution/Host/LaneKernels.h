// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELS_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELS_H

#include <cstddef>
#include <cstdint>

namespace crania::simulator {

// This header is compiled for several instruction sets: it holds no inline
// functions, of which the linker would keep any one for all.

enum class LaneElement : uint8_t { f32, i32, i16, i8, i64, u8 };

/// Source of the value that a step combines with `top`, the value on which it
/// works.
enum class LaneSource : uint8_t {
  below,      ///< the value that was pushed down, which is popped
  constant,   ///< the constant of the step
  scalar,     ///< one element for all lanes of a row
  neighbours, ///< elements side by side
  pairs,      ///< every second element
  strided     ///< elements any distance apart
};

/// Action of a step on `top` and the source. Semantics are those of
/// VectorOps.h.
enum class LaneAction : uint8_t {
  put,  ///< top = source
  push, ///< below = top, top = source
  add,
  multiply,
  maximum,
  minimum,
  atLeast, ///< maximum with a constant, in f32 neither NaN nor -0
  atMost,  ///< minimum with a constant, in f32 neither NaN nor +0
  shift    ///< top >> source, of integers
};

/// A number for lanes of f32 or of integers.
struct LaneNumber {
  float real;
  int64_t integer;
};

struct LaneStep {
  LaneAction action;
  LaneSource source;
  LaneElement element; ///< type of the operand, if it is in memory
  uint8_t operand;
  LaneNumber constant;
};

/// Place of an operand in memory.
struct LaneOperand {
  const uint8_t *first; ///< the element of row 0, lane 0 and the first point
  int64_t rowBytes;
  int64_t laneStride;    ///< in elements
  const int64_t *points; ///< bytes from the first point of a reduction to each
};

/// A part of a Vector command. For each row and lane, it runs the steps in
/// order, once or for each point of a reduction. An operand is in the place of
/// the output, or does not overlap it. Kernels read, but do not use,
/// maximumOverread bytes after their operands.
struct LaneJob {
  const LaneStep *steps;
  uint32_t stepCount;
  const LaneOperand *operands;
  uint32_t rows, lanes;
  uint32_t points;           ///< 1 without a reduction
  LaneNumber initial;        ///< top before the first point
  LaneElement outputElement; ///< no wider than lanes
  uint8_t *output;           ///< lanes side by side
  int64_t outputRowBytes;
};

/// Kernels by the type of lanes, which VectorKernel chooses.
struct LaneKernels {
  /// Number of vectors of lanes that are processed together.
  static constexpr uint32_t blockVectors = 4;
  /// Bytes of the widest vector, doubled for every second element.
  static constexpr size_t maximumOverread = 2 * 64;

  void (*f32)(const LaneJob &job);
  void (*i32)(const LaneJob &job);
  void (*i64)(const LaneJob &job);
};

extern const LaneKernels portableLaneKernels;
#if defined(__x86_64__)
extern const LaneKernels avx2LaneKernels;
extern const LaneKernels avx512LaneKernels;
#endif

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELS_H
