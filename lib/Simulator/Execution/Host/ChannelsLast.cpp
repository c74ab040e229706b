// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ChannelsLast.h"
#include "HostClones.h"

#include <algorithm>
#include <cstring>
#include <utility>

using namespace crania::simulator;

namespace {

/// Width within which shuffles stay, in bytes: a vector of any 64-bit CPU, or
/// half a vector of AVX2.
constexpr size_t laneBytes = 16;

template <typename T>
constexpr size_t laneElements = laneBytes / sizeof(T);

template <typename T>
struct Matrix {
  T *first;
  int64_t stride; // from row to row
};

template <typename T, size_t Lanes>
using VectorOf __attribute__((vector_size(Lanes * laneBytes))) = T;

/// Element `i` of two vectors of n elements in each lane, interleaved from
/// element `first` of each lane on.
constexpr int interleaved(size_t i, size_t n, size_t first, size_t elements) {
  return int(i / n * n + first + i % n / 2 + i % 2 * elements);
}

/// Transposes the squares that the lanes of n vectors make.
template <typename T, size_t Lanes, size_t... I>
CRANIA_INTO_CLONES void transposeLanes(VectorOf<T, Lanes> *vectors,
                                       std::index_sequence<I...>) {
  constexpr size_t n = laneElements<T>, all = sizeof...(I);
  // Interleaving the upper with the lower half of the rows log2(n) times.
  for (size_t step = 1; step < n; step *= 2) {
    VectorOf<T, Lanes> next[n];
    for (size_t i = 0; i < n / 2; ++i) {
      next[2 * i] = __builtin_shufflevector(vectors[i], vectors[i + n / 2],
                                            interleaved(I, n, 0, all)...);
      next[2 * i + 1] = __builtin_shufflevector(
          vectors[i], vectors[i + n / 2], interleaved(I, n, n / 2, all)...);
    }
    for (size_t i = 0; i < n; ++i)
      vectors[i] = next[i];
  }
}

/// Action on one or several elements of a column while they are copied: none.
struct Nothing {
  template <typename Elements>
  CRANIA_INTO_CLONES Elements operator()(Elements elements, int64_t) const {
    return elements;
  }
};
struct Bias {
  const ChannelBias &bias;
  template <typename Elements>
  CRANIA_INTO_CLONES Elements operator()(Elements elements,
                                         int64_t channel) const {
    const Elements sum = elements + bias.offsets[channel];
    const Elements low = Elements{} + bias.low;
    return sum <= low ? low : sum;
  }
};

/// n columns of Lanes * n rows, which make a vector each; the first is number
/// `column`.
template <typename T, size_t Lanes, typename F>
CRANIA_INTO_CLONES void transposeBlock(Matrix<const T> from, Matrix<T> to,
                                       int64_t column, F finish) {
  constexpr size_t n = laneElements<T>;
  VectorOf<T, Lanes> vectors[n];
  for (size_t i = 0; i < n; ++i)
    for (size_t lane = 0; lane < Lanes; ++lane)
      std::memcpy(reinterpret_cast<char *>(&vectors[i]) + lane * laneBytes,
                  from.first + int64_t(lane * n + i) * from.stride, laneBytes);
  transposeLanes<T, Lanes>(vectors, std::make_index_sequence<Lanes * n>());
  for (size_t i = 0; i < n; ++i) {
    const VectorOf<T, Lanes> done = finish(vectors[i], column + int64_t(i));
    std::memcpy(to.first + int64_t(i) * to.stride, &done, sizeof(done));
  }
}

template <typename T, typename F>
CRANIA_INTO_CLONES void transposeSingly(Matrix<const T> from, Matrix<T> to,
                                        int64_t rows, int64_t columnBegin,
                                        int64_t columnEnd, F finish) {
  for (int64_t column = columnBegin; column < columnEnd; ++column)
    for (int64_t row = 0; row < rows; ++row)
      to.first[column * to.stride + row] =
          finish(from.first[row * from.stride + column], column);
}

/// Fewer rows than a block has, to columns without a gap: what is written of
/// rows that are not there is where the next column comes.
template <typename T, typename F>
CRANIA_INTO_CLONES void transposeFewRows(Matrix<const T> from, Matrix<T> to,
                                         int64_t rows, int64_t columns,
                                         F finish) {
  constexpr int64_t n = laneElements<T>;
  int64_t column = 0;
  for (; column + 2 * n <= columns; column += n) {
    VectorOf<T, 1> vectors[n];
    for (int64_t i = 0; i < n; ++i)
      std::memcpy(&vectors[i],
                  from.first + std::min(i, rows - 1) * from.stride + column,
                  laneBytes);
    transposeLanes<T, 1>(vectors, std::make_index_sequence<n>());
    for (int64_t i = 0; i < n; ++i) {
      const VectorOf<T, 1> done = finish(vectors[i], column + i);
      std::memcpy(to.first + (column + i) * rows, &done, laneBytes);
    }
  }
  transposeSingly(from, to, rows, column, columns, finish);
}

/// to[column][row] = from[row][column], finished. Blocks at the ends may
/// overlap.
template <typename T, typename F>
CRANIA_INTO_CLONES void transpose(Matrix<const T> from, Matrix<T> to,
                                  int64_t rows, int64_t columns, F finish) {
  constexpr int64_t n = laneElements<T>;
  if (rows < n && to.stride == rows)
    return transposeFewRows(from, to, rows, columns, finish);
  if (rows < n || columns < n)
    return transposeSingly(from, to, rows, 0, columns, finish);
  for (int64_t c = 0; c < columns; c += n) {
    const int64_t column = std::min(c, columns - n);
    const Matrix<const T> source = {from.first + column, from.stride};
    const Matrix<T> target = {to.first + column * to.stride, to.stride};
    int64_t row = 0;
    for (; row + 2 * n <= rows; row += 2 * n)
      transposeBlock<T, 2>({source.first + row * from.stride, from.stride},
                           {target.first + row, to.stride}, column, finish);
    for (; row < rows; row += n) {
      const int64_t last = std::min(row, rows - n);
      transposeBlock<T, 1>({source.first + last * from.stride, from.stride},
                           {target.first + last, to.stride}, column, finish);
    }
  }
}

template <typename T>
CRANIA_INTO_CLONES void copyFrom(const HostPlane &plane, const void *from,
                                 void *to) {
  const int64_t rowElements = int64_t(plane.width) * plane.channels;
  for (int64_t y = 0; y < int64_t(plane.height); ++y)
    transpose<T>({static_cast<const T *>(from) + y * plane.rowStride,
                  plane.channelStride},
                 {static_cast<T *>(to) + y * rowElements, plane.channels},
                 plane.channels, plane.width, Nothing());
}

template <typename T, typename F>
CRANIA_INTO_CLONES void copyTo(const HostPlane &plane, const void *from,
                               void *to, F finish) {
  const int64_t rowElements = int64_t(plane.width) * plane.channels;
  for (int64_t y = 0; y < int64_t(plane.height); ++y)
    transpose<T>(
        {static_cast<const T *>(from) + y * rowElements, plane.channels},
        {static_cast<T *>(to) + y * plane.rowStride, plane.channelStride},
        plane.width, plane.channels, finish);
}

} // namespace

std::optional<ChannelsLast> ChannelsLast::create(const HostPlane &plane,
                                                 size_t elementBytes) {
  ChannelsLast result;
  result.plane = plane;
  result.elementBytes = elementBytes;
  if ((plane.columnStride != 1 && plane.width != 1) ||
      (elementBytes != sizeof(uint8_t) && elementBytes != sizeof(uint32_t)))
    return std::nullopt;
  if (plane.rowStride ==
      int64_t(plane.width)) { // rows lie side by side as well
    result.plane.width *= plane.height;
    result.plane.height = 1;
  }
  return result;
}

CRANIA_HOST_CLONES
void ChannelsLast::fromPlane(const void *from, void *to) const {
  if (elementBytes == sizeof(uint8_t))
    copyFrom<uint8_t>(plane, from, to);
  else
    copyFrom<uint32_t>(plane, from, to);
}

CRANIA_HOST_CLONES
void ChannelsLast::toPlane(const void *from, void *to) const {
  if (elementBytes == sizeof(uint8_t))
    copyTo<uint8_t>(plane, from, to, Nothing());
  else
    copyTo<uint32_t>(plane, from, to, Nothing());
}

CRANIA_HOST_CLONES
void ChannelsLast::toPlane(const void *from, void *to,
                           const ChannelBias &bias) const {
  copyTo<float>(plane, from, to, Bias{bias});
}
