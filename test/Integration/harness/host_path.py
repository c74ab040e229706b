# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Runs modules of level 1 to 4 on the host: crania-reference-pipeline, then LLVM.

`load` returns the function `main` of a module as a Python function on NumPy arrays. It
takes a static f32 tensor and returns 1 x classes logits.
"""

import ctypes
import pathlib

import numpy as np

from reference_path import as_memref, descriptor, result_shape, runner_utils
from tools import run_tool


def load(module, folder):
    """Compiles the module at that path; intermediate files go to `folder`."""
    module = pathlib.Path(module)
    classes = int(np.prod(result_shape(module)))
    source, lowered, llvm_ir, shared = (
        folder / f"{module.stem}.host{end}" for end in (".in.mlir", ".mlir", ".ll", ".so"))
    # A C function in addition to the one on memref descriptors.
    source.write_text(module.read_text().replace(
        "{crania.classifier}", "{crania.classifier, llvm.emit_c_interface}", 1))
    run_tool("crania-opt", source, "--crania-lower-quant-casts", "--crania-reference-pipeline",
             "-o", lowered)
    run_tool("mlir-translate", "--mlir-to-llvmir", lowered, "-o", llvm_ir)
    run_tool("clang", "-O2", "-Wno-override-module", "-fPIC", "-shared", llvm_ir, "-o", shared,
             *runner_utils(), "-lm")
    library = ctypes.CDLL(str(shared.resolve()))
    free = ctypes.CDLL(None).free
    free.argtypes = [ctypes.c_void_p]

    def call(image):
        logits = descriptor(2)()
        library["_mlir_ciface_main"](ctypes.byref(logits), ctypes.byref(as_memref(image)))
        values = (ctypes.c_float * classes).from_address(logits.aligned)
        result = np.array(values, np.float32)
        free(logits.allocated)
        return result

    return call
