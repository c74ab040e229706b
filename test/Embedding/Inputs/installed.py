# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The installed package, for the Python tests."""
import ctypes
import os
import pathlib
import subprocess
import sys

import numpy as np

PREFIX = pathlib.Path(os.environ["CRANIA_PREFIX"])
EXAMPLES = pathlib.Path(os.environ["CRANIA_EXAMPLES"])
DIGITS = EXAMPLES / "digits" / "digits.onnx"


def library(name):
    """Returns a shared library of the package, whatever the name of its folder."""
    (found,) = PREFIX.glob(f"lib/**/{name}")
    return found


def digits_images():
    images = np.load(EXAMPLES / "digits" / "test_x_u8.npy")
    return images.astype(np.float32) / 255


def scratch(folder):
    """Enters an empty folder."""
    path = pathlib.Path(folder)
    subprocess.run(["rm", "-rf", path], check=True)
    path.mkdir(parents=True)
    os.chdir(path)
    return path


def run(*command, text=True, **options):
    """Returns the standard output of a command that must succeed."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=text, **options)
    if result.returncode:
        sys.exit(f"{' '.join(words)}\nfailed with {result.returncode}:\n{result.stderr}")
    return result.stdout


def stock(tool, *arguments, plugin=True, **options):
    """Runs Debian's tool; mlir-opt has CRANIA's plugin."""
    flags = []
    if tool == "mlir-opt" and plugin:
        path = library("CraniaPlugin.so")
        flags = [f"--load-dialect-plugin={path}", f"--load-pass-plugin={path}"]
    return run(f"/usr/bin/{tool}-22", *flags, *arguments, **options)


def expect(holds, message):
    if not holds:
        sys.exit(message)


class Runtime:
    """The library libcrania_runtime.so, or another library with its functions."""

    def __init__(self, path=None):
        self.api = ctypes.CDLL(str(path or library("libcrania_runtime.so")))
        self.api.craniaRuntimeInfer.restype = ctypes.c_int64

    def infer(self, binary, image, classes):
        """Returns (exit round, logits) of one input through a device binary's default program."""
        data = np.ascontiguousarray(image, np.float32)
        logits = np.empty(classes, np.float32)
        size = ctypes.c_uint64
        exit_round = self.api.craniaRuntimeInfer(
            bytes(binary), size(len(binary)), data.ctypes.data_as(ctypes.c_void_p),
            size(data.size), logits.ctypes.data_as(ctypes.c_void_p), size(classes))
        expect(exit_round > 0, "the device binary did not run")
        return exit_round, logits


