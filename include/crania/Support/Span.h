// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_SPAN_H
#define CRANIA_SUPPORT_SPAN_H

#include <cstddef>
#include <type_traits>
#include <vector>

namespace crania {

/// A view of contiguous elements (std::span is C++20, and llvm::ArrayRef would
/// make the runtime depend on LLVM).
template <typename T>
class Span {
public:
  using Value = std::remove_const_t<T>;

  Span() = default;
  Span(T *data, size_t size) : first(data), count(size) {}
  Span(std::vector<Value> &values)
      : first(values.data()), count(values.size()) {}
  template <typename U = T, typename = std::enable_if_t<std::is_const_v<U>>>
  Span(const std::vector<Value> &values)
      : first(values.data()), count(values.size()) {}
  template <typename U, typename = std::enable_if_t<std::is_same_v<const U, T>>>
  Span(Span<U> values) : first(values.data()), count(values.size()) {}

  T *data() const { return first; }
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
  T &operator[](size_t i) const { return first[i]; }
  T *begin() const { return first; }
  T *end() const { return first + count; }
  /// Returns elements [offset, offset + length). The caller must check the
  /// range.
  Span slice(size_t offset, size_t length) const {
    return Span(first + offset, length);
  }

private:
  T *first = nullptr;
  size_t count = 0;
};

} // namespace crania

#endif // CRANIA_SUPPORT_SPAN_H
