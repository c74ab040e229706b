# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Tests a layer in f32 with nine of ten weights 0, in one round and in several.

Zeros cost positions but no words. The layer takes at most one bit for each position and
cluster, and the words of the other weights. The answers equal those of NumPy. A dense
layer takes no more than its words.
"""

import numpy as np

from single_layer import stored_bytes
from tools import expect, main_of

INPUTS, CLASSES = 512, 64
KEPT = 0.1
# The allowance for tables and directories.
OVERHEAD = 1.01


def check(folder):
    rng = np.random.default_rng(0)
    dense = rng.standard_normal((CLASSES, INPUTS)).astype(np.float32)
    pruned = dense * (rng.random(dense.shape) < KEPT)
    for clusters in ("1", ".05,.95"):
        rows = stored_bytes("pruned", pruned, folder, clusters)
        expect(rows["one-shot"] == pruned.nbytes, "the uncompressed row is compressed")
        bits = len(clusters.split(",")) * pruned.size + 32 * np.count_nonzero(pruned)
        for row in ("one-shot-compressed", "crania"):
            expect(rows[row] <= OVERHEAD * bits / 8,
                   f"{row} with {clusters}: {rows[row]} bytes, {bits // 8} are enough")
    rows = stored_bytes("dense", dense, folder, "1")
    expect(0.8 * dense.nbytes < rows["crania"] <= dense.nbytes,
           f"dense: {rows['crania']} of {dense.nbytes} bytes")


main_of(check)
