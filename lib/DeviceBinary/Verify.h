// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DEVICEBINARY_VERIFY_H
#define CRANIA_DEVICEBINARY_VERIFY_H

#include "crania/DeviceBinary/DeviceBinary_generated.h"
#include "crania/Support/Result.h"

namespace crania::binary {

/// Semantic verification, after the FlatBuffers structure is known to be sound.
/// `imageBytes` is the size of the file's image segment.
Status verifyBundle(const Bundle &bundle, uint64_t imageBytes);

/// That no string, vector, table or command body is missing, so that nothing
/// after it meets a null pointer.
Status verifyPresence(const Bundle &bundle);

} // namespace crania::binary

#endif // CRANIA_DEVICEBINARY_VERIFY_H
