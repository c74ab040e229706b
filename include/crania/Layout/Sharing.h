// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LAYOUT_SHARING_H
#define CRANIA_LAYOUT_SHARING_H

namespace crania::layout {

/// The largest number of segments that may be the same bytes of an image. A
/// reader decodes each of them into memory of its own, so this limit keeps that
/// memory in proportion to the file.
constexpr unsigned maxSharers = 16;

} // namespace crania::layout

#endif // CRANIA_LAYOUT_SHARING_H
