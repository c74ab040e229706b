// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_ENCODING_TESTBLOCKS_H
#define CRANIA_TEST_UNIT_ENCODING_TESTBLOCKS_H

#include "crania/Encoding/SegmentEncoding.h"

namespace crania::encoding {

inline bool operator==(const BlockCodes &a, const BlockCodes &b) {
  return a.present == b.present && a.values == b.values;
}

/// Returns true if the result is an error or other codes. This is a function
/// because RC_ASSERT overloads || and would evaluate both sides.
inline bool differs(const Result<BlockCodes> &decoded,
                    const BlockCodes &codes) {
  return !decoded || !(*decoded == codes);
}

/// A block that owns the data that its context refers to.
struct TestBlock {
  unsigned valueBits = 8;
  BlockCodes codes;
  std::vector<uint8_t> occupied = {}, conditions = {};

  BlockContext context() const {
    return {codes.present.size(), valueBits, occupied, conditions};
  }
};

inline std::vector<BlockView> viewsOf(const std::vector<TestBlock> &blocks) {
  std::vector<BlockView> views;
  for (const TestBlock &block : blocks)
    views.push_back({&block.codes, block.context()});
  return views;
}

} // namespace crania::encoding

#endif // CRANIA_TEST_UNIT_ENCODING_TESTBLOCKS_H
