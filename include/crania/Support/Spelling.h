// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SUPPORT_SPELLING_H
#define CRANIA_SUPPORT_SPELLING_H

#include "crania/Support/Span.h"

#include <string>
#include <string_view>

namespace crania {

/// Returns the candidate that is most similar to `word`, if its edit distance
/// is at most a third of the length of the word, else "".
std::string nearestSpelling(std::string_view word,
                            Span<const std::string> candidates);

/// Returns the names as "a, b, c", for messages.
std::string joinNames(Span<const std::string> names);

} // namespace crania

#endif // CRANIA_SUPPORT_SPELLING_H
