// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_ENCODING_SHARING_H
#define CRANIA_ENCODING_SHARING_H

namespace crania::encoding {

/// The largest number of segments that may be the same bytes of an image. A
/// reader decodes each of them into memory of its own, so this limit keeps that
/// memory in proportion to the file.
constexpr unsigned maxSharers = 16;

} // namespace crania::encoding

#endif // CRANIA_ENCODING_SHARING_H
