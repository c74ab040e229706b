// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_NPY_H
#define CRANIA_SUPPORT_NPY_H

#include "crania/Support/Result.h"
#include "crania/Support/Span.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crania::npy {

/// Element types of an array, all little-endian.
enum class Type { u1, i1, u2, i2, u4, i4, u8, i8, f4, f8 };

unsigned bytesOf(Type type);
/// Returns the type string of the file format, such as "<f4".
std::string descriptorOf(Type type);

/// An array in C order. An empty shape is a scalar.
struct Array {
  Type type = Type::f4;
  std::vector<uint64_t> shape;
  /// Little-endian elements, elements() * bytesOf(type) bytes.
  std::vector<uint8_t> data;

  uint64_t elements() const;
  bool isInteger() const { return type != Type::f4 && type != Type::f8; }
  /// Returns element `index`, which must be below elements(). Values of u8 and
  /// i8 beyond 2^53 are rounded to the nearest double.
  double asDouble(uint64_t index) const;
  /// Returns element `index` of an integer array. Values of u8 above the range
  /// of int64 wrap.
  int64_t asInt64(uint64_t index) const;
};

/// Parses the bytes of a .npy file of version 1, 2 or 3. Other types and orders
/// than those of Array are converted without loss: bool becomes u1, float16 f4,
/// big-endian little-endian, and Fortran order C order. The shape is compared
/// with the number of bytes present before memory is allocated for it. Errors
/// call the file `name`.
Result<Array> parse(Span<const uint8_t> bytes, const std::string &name);

/// Reads a .npy file.
Result<Array> read(const std::string &path);

/// Returns the bytes of a .npy file of version 1.0.
std::vector<uint8_t> serialize(const Array &array);

/// Writes a .npy file, atomically.
Status write(const std::string &path, const Array &array);

} // namespace crania::npy

#endif // CRANIA_SUPPORT_NPY_H
