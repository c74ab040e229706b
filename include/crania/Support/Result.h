// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_RESULT_H
#define CRANIA_SUPPORT_RESULT_H

#include <optional>
#include <string>
#include <utility>

namespace crania {

/// Reason of a failure, in words for the user: what is wrong, where, and the
/// remedy.
struct Error {
  std::string message;
};

/// A value, or the reason why there is none. The LLVM-free libraries return it
/// where they can fail; they neither throw nor abort on bad input.
template <typename T>
class [[nodiscard]] Result {
public:
  Result(T value) : value(std::move(value)) {}
  Result(Error error) : reason(std::move(error)) {}

  explicit operator bool() const { return value.has_value(); }
  T &operator*() { return *value; }
  const T &operator*() const { return *value; }
  T *operator->() { return &*value; }
  const T *operator->() const { return &*value; }
  const Error &error() const { return reason; }

private:
  std::optional<T> value;
  Error reason;
};

/// Success, or the reason of a failure.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : reason(std::move(error)) {}

  explicit operator bool() const { return !reason.has_value(); }
  const Error &error() const { return *reason; }

private:
  std::optional<Error> reason;
};

} // namespace crania

#endif // CRANIA_SUPPORT_RESULT_H
