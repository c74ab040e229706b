# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""A layer in f32 of which nine of ten weights are 0, in one round and in several.

Zeros cost positions and no words: the layer takes at most a bit for each position and
cluster, and the words of the others. The answers are those of NumPy. A dense layer takes no
more than its words.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, compile_model, expect, main_of

INPUTS, CLASSES, IMAGES = 512, 64, 4
KEPT = 0.1
# Tables and directories.
OVERHEAD = 1.01


def write_layer(path, weights):
    node = helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, CLASSES])],
        [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


def stored_bytes(name, weights, folder, clusters):
    images = folder / "x.npy"
    x = np.random.default_rng(1).standard_normal((IMAGES, INPUTS)).astype(np.float32)
    np.save(images, x)
    binary = compile_model(write_layer(folder / f"{name}.onnx", weights),
                           folder / f"{name}.crania", f"--clusters={clusters}",
                           "--exit=softmax:1", "--baselines")
    answers = classify(binary, images, folder, Convention(layout="auto"))
    for row in answers.rows.values():
        expect(np.allclose(row.logits, x @ weights.T, rtol=1e-4, atol=1e-4),
               f"{name}: other logits")
    return {row: sum(figures["weight_bytes_by_cluster"])
            for row, figures in answers.report["rows"].items()}


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
