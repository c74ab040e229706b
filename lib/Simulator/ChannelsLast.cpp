// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ChannelsLast.h"

#include <cstring>
#include <utility>

using namespace crania::simulator;

namespace {

/// A vector that every 64-bit CPU has.
constexpr size_t vectorBytes = 16;

template <typename T>
struct Matrix {
  T *first;
  int64_t stride; // from row to row
};

template <typename T, size_t... I>
void transposeVectors(T *vectors, std::index_sequence<I...>) {
  constexpr size_t n = sizeof...(I);
  // Interleaving the upper with the lower half of the rows log2(n) times.
  for (size_t step = 1; step < n; step *= 2) {
    T interleaved[n];
    for (size_t i = 0; i < n / 2; ++i) {
      interleaved[2 * i] = __builtin_shufflevector(
          vectors[i], vectors[i + n / 2], (I / 2 + I % 2 * n)...);
      interleaved[2 * i + 1] = __builtin_shufflevector(
          vectors[i], vectors[i + n / 2], (n / 2 + I / 2 + I % 2 * n)...);
    }
    for (size_t i = 0; i < n; ++i)
      vectors[i] = interleaved[i];
  }
}

template <typename T>
void transposeBlock(Matrix<const T> from, Matrix<T> to) {
  constexpr size_t n = vectorBytes / sizeof(T);
  using Vector __attribute__((vector_size(vectorBytes))) = T;
  Vector vectors[n];
  for (size_t i = 0; i < n; ++i)
    std::memcpy(&vectors[i], from.first + int64_t(i) * from.stride,
                vectorBytes);
  transposeVectors(vectors, std::make_index_sequence<n>());
  for (size_t i = 0; i < n; ++i)
    std::memcpy(to.first + int64_t(i) * to.stride, &vectors[i], vectorBytes);
}

/// to[column][row] = from[row][column] for rows and columns of a range.
template <typename T>
void transposeSingly(Matrix<const T> from, Matrix<T> to, int64_t rowBegin,
                     int64_t rowEnd, int64_t columnBegin, int64_t columnEnd) {
  for (int64_t column = columnBegin; column < columnEnd; ++column)
    for (int64_t row = rowBegin; row < rowEnd; ++row)
      to.first[column * to.stride + row] =
          from.first[row * from.stride + column];
}

template <typename T>
void transpose(Matrix<const T> from, Matrix<T> to, int64_t rows,
               int64_t columns) {
  constexpr int64_t n = vectorBytes / sizeof(T);
  const int64_t wholeRows = rows / n * n, wholeColumns = columns / n * n;
  for (int64_t column = 0; column < wholeColumns; column += n)
    for (int64_t row = 0; row < wholeRows; row += n)
      transposeBlock<T>({from.first + row * from.stride + column, from.stride},
                        {to.first + column * to.stride + row, to.stride});
  transposeSingly(from, to, wholeRows, rows, 0, wholeColumns);
  transposeSingly(from, to, 0, rows, wholeColumns, columns);
}

template <typename T>
void copyFrom(const HostPlane &plane, const void *from, void *to) {
  const int64_t rowElements = int64_t(plane.width) * plane.channels;
  for (int64_t y = 0; y < int64_t(plane.height); ++y)
    transpose<T>({static_cast<const T *>(from) + y * plane.rowStride,
                  plane.channelStride},
                 {static_cast<T *>(to) + y * rowElements, plane.channels},
                 plane.channels, plane.width);
}

template <typename T>
void copyTo(const HostPlane &plane, const void *from, void *to) {
  const int64_t rowElements = int64_t(plane.width) * plane.channels;
  for (int64_t y = 0; y < int64_t(plane.height); ++y)
    transpose<T>(
        {static_cast<const T *>(from) + y * rowElements, plane.channels},
        {static_cast<T *>(to) + y * plane.rowStride, plane.channelStride},
        plane.width, plane.channels);
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

void ChannelsLast::fromPlane(const void *from, void *to) const {
  if (elementBytes == sizeof(uint8_t))
    copyFrom<uint8_t>(plane, from, to);
  else
    copyFrom<uint32_t>(plane, from, to);
}

void ChannelsLast::toPlane(const void *from, void *to) const {
  if (elementBytes == sizeof(uint8_t))
    copyTo<uint8_t>(plane, from, to);
  else
    copyTo<uint32_t>(plane, from, to);
}
