# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""The decoder that the compiler chooses within a limit on the area is the one that runs.

The blocks of the layer have very different entropies. The largest block of an encoding is
therefore far above the mean, from which the compiler estimates it.
"""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, compile_model, expect, main_of

INPUTS, WIDTH, RANDOM, CLASSES = 64, 1024, 128, 8
LIMITS = (20, 26, 28, 30, 34, 38, 45, 60)  # percent of the area
CONVENTION = Convention(layout="auto")


def write_network(folder):
    random = np.random.default_rng(1)
    first = np.full((INPUTS, WIDTH), 0.5, np.float32)
    first[:, -RANDOM:] = random.integers(-127, 128, (INPUTS, RANDOM)) / 127
    first[0] = 1
    second = (random.integers(-127, 128, (WIDTH, CLASSES)) / 127).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
             helper.make_node("MatMul", ["r", "v"], ["y"])]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, CLASSES])],
        [numpy_helper.from_array(first, "w"), numpy_helper.from_array(second, "v")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, folder / "net.onnx")
    np.save(folder / "x.npy", random.normal(size=(8, INPUTS)).astype(np.float32))


def check(folder):
    write_network(folder)
    overheads, logits = [], []
    for percent in LIMITS:
        target = folder / f"limit{percent}.json"
        target.write_text(json.dumps({"base": "edge", "limits": {"addition_percent": percent}}))
        binary = compile_model(folder / "net.onnx", folder / f"limit{percent}.crania",
                               "--precision=i8", f"--calibrate={folder / 'x.npy'}",
                               f"--target={target}", "--clusters=.3,.7")
        answers = classify(binary, folder / "x.npy", folder, CONVENTION)
        overheads.append(answers.report["area"]["overhead_percent"])
        logits.append(answers.main.logits)
        expect(overheads[-1] <= percent, f"{overheads[-1]} % are added, {percent} % are allowed")
    expect(all((some == logits[0]).all() for some in logits), "the logits depend on the limit")
    expect(len(set(overheads)) > 3, f"the limits change little: {overheads}")


if __name__ == "__main__":
    main_of(check)
