// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_LANEKERNELS_H
#define CRANIA_LIB_SIMULATOR_LANEKERNELS_H

#include <cstddef>
#include <cstdint>

namespace crania::simulator {

// This header is compiled for several instruction sets: it holds no inline
// functions, of which the linker would keep any one for all.

enum class LaneElement : uint8_t { f32, i32, i16, i8, i64, u8 };

/// What a step combines `top` with, the value that it works on.
enum class LaneSource : uint8_t {
  below,      ///< what was pushed down, taken back
  constant,   ///< a number of the step
  scalar,     ///< one element for all lanes of a row
  neighbours, ///< elements side by side
  pairs,      ///< every second element
  strided     ///< elements any distance apart
};

/// What it does with it. Semantics are those of VectorOps.h.
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
  LaneElement element; ///< of the operand, where that is in memory
  uint8_t operand;
  LaneNumber constant;
};

/// Where an operand is in memory.
struct LaneOperand {
  const uint8_t *first; ///< that of row 0, lane 0 and the first point
  int64_t rowBytes;
  int64_t laneStride;    ///< in elements
  const int64_t *points; ///< bytes from the first point of a reduction to each
};

/// A part of a Vector command: for each row and lane, the steps, once or for
/// each point of a reduction, in order. Operands are where the output is, or
/// apart from it. Kernels read, but do not use, maximumOverread bytes behind
/// what they are to read.
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

/// By the type of lanes, as VectorKernel chooses it.
struct LaneKernels {
  /// Vectors of lanes that are at work together.
  static constexpr uint32_t blockVectors = 4;
  /// The widest vector, of every second element.
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

#endif // CRANIA_LIB_SIMULATOR_LANEKERNELS_H
