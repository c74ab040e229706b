// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_OPERANDELEMENTS_H
#define CRANIA_DEVICEBINARY_OPERANDELEMENTS_H

#include <cstdint>
#include <vector>

namespace crania::binary {

/// The ways in which a command uses an operand.
enum class Use : uint8_t {
  read,
  write,
  update // reads each element before it writes the element
};

inline bool reads(Use use) { return use != Use::write; }
inline bool writes(Use use) { return use != Use::read; }

/// One dimension of the elements of an operand.
struct OperandAxis {
  int64_t low, high; // indices, both included
  int64_t stride;    // elements between neighbors
};

/// The elements [begin, end) of a buffer.
struct ElementRange {
  int64_t begin, end;
};

/// The elements offset + sum(index * stride) of a buffer, over all indices of
/// the axes, and what a command does with them.
struct OperandElements {
  Use use;
  uint64_t offset;
  std::vector<OperandAxis> axes;

  /// Returns true if there are no elements, as for an input that is all
  /// padding.
  bool isEmpty() const;
  /// Returns the range from the first to the last element. There must be one.
  ElementRange range() const;
};

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_OPERANDELEMENTS_H
