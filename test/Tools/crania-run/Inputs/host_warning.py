# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: host_warning.py LIBCRANIA_RUNTIME BINARY

Prints the host warning of the runtime's C API before and after creating a session, then
runs a black image twice, as compiled host code does.
"""

import ctypes
import sys

runtime = ctypes.CDLL(sys.argv[1])
binary = open(sys.argv[2], "rb").read()
runtime.craniaRuntimeGetHostWarning.restype = ctypes.c_char_p
for name in ("craniaRuntimeBundleLoad", "craniaRuntimeSessionCreate"):
    getattr(runtime, name).restype = ctypes.c_void_p
for name in ("craniaRuntimeSessionGetInputElements", "craniaRuntimeSessionGetLogitElements"):
    getattr(runtime, name).restype = ctypes.c_uint64


def warning():
    text = runtime.craniaRuntimeGetHostWarning()
    return text.decode() if text else "nothing"


print("before:", warning(), flush=True)
bundle = ctypes.c_void_p(runtime.craniaRuntimeBundleLoad(
    binary, ctypes.c_uint64(len(binary)), None, None))
session = ctypes.c_void_p(runtime.craniaRuntimeSessionCreate(
    bundle, ctypes.c_uint64(0), None, None))
print("after:", warning(), flush=True)
inputs = runtime.craniaRuntimeSessionGetInputElements(session)
logits = runtime.craniaRuntimeSessionGetLogitElements(session)
for _ in range(2):
    runtime.craniaRuntimeInfer(
        binary, ctypes.c_uint64(len(binary)), (ctypes.c_float * inputs)(),
        ctypes.c_uint64(inputs), (ctypes.c_float * logits)(), ctypes.c_uint64(logits))
