# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Tests the corrections of an early round where the right answer is known.

If all images are the same constant, the weights that a round lacks would add a constant
to each sum. With corrected outputs, every round therefore gives the answer of the last
one except for rounding, layer by layer. Without them, early rounds are far off.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, compile_model, expect, main_of, run_tool

CONVENTION = Convention(scale=1 / 64)
PIXEL = 48
CHANNELS = 4
CLASSES = 5
ROUNDS = 3
SCHEMES = ("scheme=importance fractions=0.3,0.3,0.4", "scheme=residual steps=1.6,0.5")
# Relative to the spread of the logits: a few roundings to 1/255 of a range.
TOLERANCE = 0.02


def network():
    """Returns three layers without padding, so that constants stay constant."""
    rng = np.random.default_rng(3)
    shapes = [(6, CHANNELS, 3, 3), (8, 6, 1, 1), (CLASSES, 8, 3, 3)]
    weights, nodes, value = [], [], "x"
    for i, shape in enumerate(shapes):
        # Few sums are negative, because a Relu would hide them.
        array = rng.normal(0.1, 0.3, shape) / np.sqrt(np.prod(shape[1:]))
        weights += [numpy_helper.from_array(array.astype(np.float32), f"w{i}"),
                    numpy_helper.from_array(rng.normal(0.2, 0.1, shape[0]).astype(np.float32),
                                            f"b{i}")]
        nodes.append(helper.make_node("Conv", [value, f"w{i}", f"b{i}"], [f"c{i}"]))
        value = f"c{i}"
        if i + 1 < len(shapes):
            nodes.append(helper.make_node("Relu", [value], [f"r{i}"]))
            value = f"r{i}"
    nodes.append(helper.make_node("Flatten", [value], ["y"]))

    def tensor(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(nodes, "constant", [tensor("x", [1, CHANNELS, 5, 5])],
                              [tensor("y", [1, CLASSES])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def logits_by_round(module, folder, images, scheme, correct):
    clustered = folder / f"{correct}.mlir"
    run_tool("crania-opt", module,
             f"--crania-cluster-calibrated=images={images} scale={CONVENTION.scale} "
             f"{scheme} min-weights=0 correct={correct}", "-o", clustered)
    logits = []
    for round_ in range(1, ROUNDS + 1):
        # The first threshold is 0, so every input stops there.
        rule = "softmax:" + ",".join("0" if r == round_ else "1" for r in range(1, ROUNDS))
        rounds = folder / f"{correct}.{round_}.mlir"
        run_tool("crania-opt", clustered, "--crania-cluster-weights=clusters=1",
                 f"--crania-form-rounds=exit={rule}", "-o", rounds)
        binary = compile_model(rounds, folder / f"{correct}.{round_}.crania")
        row = classify(binary, images, folder, CONVENTION).main
        expect((row.exit_rounds == round_).all(), f"not all inputs end in round {round_}")
        logits.append(row.logits[0])
    return np.stack(logits)


def check_scheme(scheme, module, folder, images):
    corrected = logits_by_round(module, folder, images, scheme, "true")
    plain = logits_by_round(module, folder, images, scheme, "false")
    whole = corrected[-1]
    expect((plain[-1] == whole).all(), f"{scheme}: the last round depends on the correction")
    spread = whole.max() - whole.min()
    for round_ in range(ROUNDS - 1):
        off = np.abs(corrected[round_] - whole).max() / spread
        expect(off < TOLERANCE,
               f"{scheme}: round {round_ + 1} with corrected outputs is {off:.3f} off")
        print(f"{scheme}: round {round_ + 1} is {off:.3f} off")
    off = np.abs(plain[0] - whole).max() / spread
    expect(off > 5 * TOLERANCE, f"{scheme}: round 1 is hardly off without correction: {off:.3f}")
    print(f"{scheme}: round 1 without correction is {off:.3f} off")


def check(folder):
    images = folder / "images.npy"
    np.save(images, np.full((2, CHANNELS, 5, 5), PIXEL, np.uint8))
    onnx.save(network(), folder / "net.onnx")
    imported, module = folder / "imported.mlir", folder / "integers.mlir"
    run_tool("crania-translate", "--import-onnx", folder / "net.onnx", "-o", imported)
    run_tool("crania-opt", imported, "--crania-check-classifiers",
             f"--crania-calibrate=images={images} scale={CONVENTION.scale}",
             "--crania-quantize-classifiers=precision=i8", "-o", module)
    for scheme in SCHEMES:
        check_scheme(scheme, module, folder, images)


if __name__ == "__main__":
    main_of(check)
