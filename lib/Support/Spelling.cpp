// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Spelling.h"

#include <algorithm>
#include <numeric>

namespace crania {

namespace {

/// Computes the Levenshtein distance, one row at a time.
size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] != b[j])});
      diagonal = above;
    }
  }
  return row.back();
}

} // namespace

std::string nearestSpelling(std::string_view word,
                            Span<const std::string> candidates) {
  // Longer words are not misspellings of names we have, and would be slow.
  constexpr size_t longestWord = 64;
  if (word.size() > longestWord)
    return "";
  std::string best;
  size_t bestDistance = std::max<size_t>(word.size() / 3, 1) + 1;
  for (const std::string &candidate : candidates) {
    size_t distance = editDistance(word, candidate);
    if (distance >= bestDistance)
      continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

std::string joinNames(Span<const std::string> names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace crania
