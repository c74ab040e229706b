# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# UNSUPPORTED: asan
# RUN: %python %s %t.dir
"""Compiling a network of the size of ResNet-18 keeps a bounded number of copies of its
weights: values, assignment and image, each of them once."""

import large_networks
from resources import measure_compilation, tool_bytes, write_network
from tools import expect, main_of

MOST_COPIES = 3


def check(folder):
    own = tool_bytes(folder)
    model = folder / "resnet18.onnx"
    weight_bytes = write_network("resnet18", model) * large_networks.WEIGHT_BYTES
    compiled = measure_compilation(model, folder / "resnet18.crania")
    copies = (compiled.peak_bytes - own) / weight_bytes
    expect(copies < MOST_COPIES, f"compiling takes {copies:.2f} times the bytes of the weights "
           f"beside the {own} of the tool itself; expected less than {MOST_COPIES}")
    for file in (model, folder / "resnet18.crania"):
        file.unlink()


main_of(check)
