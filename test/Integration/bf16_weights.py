# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Tests a layer in f32 with weights on the grid of bfloat16: their low 16 bits are 0.

Such bits take no memory: the bytes of the layer are close to the entropy of its words.
The answers equal those of NumPy. The same layer before rounding shrinks little.
"""

import numpy as np

from single_layer import stored_bytes
from tools import expect, main_of

INPUTS, CLASSES = 512, 256
# The allowance for tables and directories.
OVERHEAD = 1.03


def entropy_bytes(weights):
    """Returns the order-0 entropy of the words."""
    counts = np.unique(weights.view(np.uint32), return_counts=True)[1]
    return -np.sum(counts * np.log2(counts / weights.size)) / 8


def check(folder):
    dense = np.random.default_rng(0).standard_normal((CLASSES, INPUTS)).astype(np.float32)
    rounded = (dense.view(np.uint32) & 0xFFFF0000).view(np.float32)
    rows = stored_bytes("rounded", rounded, folder, "1")
    expect(rows["one-shot"] == rounded.nbytes, "the uncompressed row is compressed")
    bound = OVERHEAD * entropy_bytes(rounded)
    expect(rows["crania"] <= bound, f"{rows['crania']} bytes, {bound:.0f} are enough")
    rows = stored_bytes("dense", dense, folder, "1")
    expect(0.8 * dense.nbytes < rows["crania"] <= dense.nbytes,
           f"dense: {rows['crania']} of {dense.nbytes} bytes")


main_of(check)
