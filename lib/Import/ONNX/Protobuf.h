// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// ONNX's generated protobuf messages, without their compiler warnings.

#ifndef CRANIA_LIB_IMPORT_ONNX_PROTOBUF_H
#define CRANIA_LIB_IMPORT_ONNX_PROTOBUF_H

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <onnx/onnx_pb.h>
#pragma clang diagnostic pop

#endif // CRANIA_LIB_IMPORT_ONNX_PROTOBUF_H
