# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""A layer in f32 whose weights lie on the grid of bfloat16: their low 16 bits are 0.

Such bits take no memory: the layer takes nearly the entropy of its words. The answers are
those of NumPy. The same layer before rounding shrinks little.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, compile_model, expect, main_of

INPUTS, CLASSES, IMAGES = 512, 256, 4
# Tables and directories.
OVERHEAD = 1.03


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


def entropy_bytes(weights):
    """Order-0 entropy of the words."""
    counts = np.unique(weights.view(np.uint32), return_counts=True)[1]
    return -np.sum(counts * np.log2(counts / weights.size)) / 8


def stored_bytes(name, weights, folder):
    images = folder / "x.npy"
    x = np.random.default_rng(1).standard_normal((IMAGES, INPUTS)).astype(np.float32)
    np.save(images, x)
    binary = compile_model(write_layer(folder / f"{name}.onnx", weights),
                           folder / f"{name}.crania", "--clusters=1", "--exit=softmax:1",
                           "--baselines")
    answers = classify(binary, images, folder, Convention(layout="auto"))
    rows = answers.rows
    for row in rows.values():
        expect(np.allclose(row.logits, x @ weights.T, rtol=1e-4, atol=1e-4), f"{name}: other logits")
        expect(np.array_equal(row.logits, rows["one-shot"].logits), f"{name}: rows differ in bits")
    return {row: sum(figures["weight_bytes_by_cluster"])
            for row, figures in answers.report["rows"].items()}


def check(folder):
    dense = np.random.default_rng(0).standard_normal((CLASSES, INPUTS)).astype(np.float32)
    rounded = (dense.view(np.uint32) & 0xFFFF0000).view(np.float32)
    rows = stored_bytes("rounded", rounded, folder)
    expect(rows["one-shot"] == rounded.nbytes, "the uncompressed row is compressed")
    bound = OVERHEAD * entropy_bytes(rounded)
    expect(rows["crania"] <= bound, f"{rows['crania']} bytes, {bound:.0f} are enough")
    rows = stored_bytes("dense", dense, folder)
    expect(0.8 * dense.nbytes < rows["crania"] <= dense.nbytes,
           f"dense: {rows['crania']} of {dense.nbytes} bytes")


main_of(check)
