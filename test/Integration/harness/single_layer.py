# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles one dense layer in f32 for all rows, and measures the bytes of its weights."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, compile_model, expect

IMAGES = 4


def write_layer(path, weights):
    """Writes y = W x, with weights of shape (classes, inputs)."""
    classes, inputs = weights.shape
    node = helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, inputs])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, classes])],
        [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


def stored_bytes(name, weights, folder, clusters):
    """Returns the bytes of the weights in each row. Checks the logits of each row with NumPy's."""
    images = folder / "x.npy"
    x = np.random.default_rng(1).standard_normal((IMAGES, weights.shape[1])).astype(np.float32)
    np.save(images, x)
    binary = compile_model(write_layer(folder / f"{name}.onnx", weights),
                           folder / f"{name}.crania", f"--clusters={clusters}",
                           "--exit=softmax:1", "--baselines")
    answers = classify(binary, images, folder, Convention(layout="auto"))
    for row in answers.rows.values():
        expect(np.allclose(row.logits, x @ weights.T, rtol=1e-4, atol=1e-4),
               f"{name}: other logits")
        expect(clusters != "1" or np.array_equal(row.logits, answers.rows["one-shot"].logits),
               f"{name}: rows of one round differ in bits")
    return {row: sum(figures["weight_bytes_by_cluster"])
            for row, figures in answers.report["rows"].items()}
