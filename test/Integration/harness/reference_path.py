# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Runs linalg modules on the host through stock MLIR and LLVM only.

`load` lowers the function `main` of a module with mlir-opt, compiles it with clang, and
returns it as a Python function on NumPy arrays. The function takes a static f32 tensor
and returns one.
"""

import ctypes
import pathlib
import re
import shutil

import numpy as np

from tools import run_tool

# The function precedes the weights, which may be many megabytes of text.
SIGNATURE_BYTES = 1 << 16

PIPELINE = (
    "builtin.module("
    "transform-preload-library{{transform-library-paths={library}}},transform-interpreter,"
    "linalg-generalize-named-ops,"
    "one-shot-bufferize{{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map}},"
    "buffer-results-to-out-params{{modify-public-functions=true hoist-static-allocs=true}},buffer-deallocation-pipeline,canonicalize,"
    "convert-linalg-to-loops,func.func(llvm-request-c-wrappers),expand-strided-metadata,lower-affine,"
    "convert-scf-to-cf,convert-to-llvm,reconcile-unrealized-casts)")

# No pass decomposes linalg.softmax.
DECOMPOSE_SOFTMAX = """
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %softmaxes = transform.structured.match ops{["linalg.softmax"]} in %module
        : (!transform.any_op) -> !transform.any_op
    transform.foreach %softmaxes : !transform.any_op {
    ^bb0(%softmax: !transform.any_op):
      %parts = transform.structured.decompose_interface %softmax
          : (!transform.any_op) -> !transform.any_op
      transform.yield
    }
    transform.yield
  }
}
"""


def runner_utils():
    """Returns the options that link MLIR's memrefCopy, which lies beside the tools' libraries."""
    libraries = pathlib.Path(shutil.which("mlir-opt")).resolve().parent.parent / "lib"
    return [libraries / "libmlir_c_runner_utils.so", f"-Wl,-rpath,{libraries}"]


def descriptor(rank):
    """Returns the C layout of memref<...xf32> of this rank."""
    fields = [("allocated", ctypes.c_void_p), ("aligned", ctypes.c_void_p), ("offset", ctypes.c_int64)]
    if rank:
        fields += [("sizes", ctypes.c_int64 * rank), ("strides", ctypes.c_int64 * rank)]
    return type(f"Memref{rank}", (ctypes.Structure,), {"_fields_": fields})


def as_memref(array):
    memref = descriptor(array.ndim)()
    memref.allocated = memref.aligned = array.ctypes.data
    for axis in range(array.ndim):
        memref.sizes[axis] = array.shape[axis]
        memref.strides[axis] = array.strides[axis] // array.itemsize
    return memref


def result_shape(module):
    """Returns the sizes of @main's result, parsed from the head of the module's text."""
    with open(module, encoding="utf-8") as file:
        head = file.read(SIGNATURE_BYTES)
    signature = re.search(r"func\.func @main\(.*?\) -> \(?tensor<((?:\d+x)*)f32>", head)
    if not signature:
        raise ValueError(f"{module} has no function @main with one static f32 result")
    return [int(size) for size in signature.group(1).split("x") if size]


def load(module, folder):
    """Compiles the module at that path; intermediate files go to `folder`."""
    module, folder = pathlib.Path(module), pathlib.Path(folder)
    library = folder / "decompose_softmax.mlir"
    library.write_text(DECOMPOSE_SOFTMAX)
    lowered, llvm_ir, shared = (folder / (module.stem + end) for end in (".llvm.mlir", ".ll", ".so"))
    run_tool("mlir-opt", module, "--pass-pipeline=" + PIPELINE.format(library=library), "-o", lowered)
    run_tool("mlir-translate", "--mlir-to-llvmir", lowered, "-o", llvm_ir)
    run_tool("clang", "-O2", "-Wno-override-module", "-fPIC", "-shared", llvm_ir, "-o", shared,
             *runner_utils(), "-lm")
    function = ctypes.CDLL(str(shared.resolve()))["_mlir_ciface_main"]
    shape = result_shape(module)

    def call(array):
        array = np.ascontiguousarray(array, np.float32)
        result = np.zeros(shape, np.float32)
        function(ctypes.byref(as_memref(array)), ctypes.byref(as_memref(result)))
        return result

    return call
