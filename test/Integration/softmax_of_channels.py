# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data
# RUN: %python %s %t.dir
"""SqueezeNet with a softmax over the channels of 1 x 1000 x 1 x 1, as published models end,
stops after the same rounds with the same logits as with a softmax of the flat logits, and
as with the logits alone."""

import numpy as np
import onnx
from onnx import helper

from real_networks import NETWORKS
from tools import classify, compile_model, expect, main_of

IMAGES = 12
# Chosen so that some images stop after each round, which check() insists on.
OPTIONS = ("--clusters=.8,.2", "--exit=softmax:0.5")


def with_softmax(model, reads, shape):
    """The network with a softmax along axis 1 of the tensor `reads` at its end."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    while reads not in graph.node[-1].output:
        graph.node.pop()
    graph.node.append(helper.make_node("Softmax", [reads], ["probabilities"], axis=1))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, shape))
    return result


def heads(model):
    flatten = model.graph.node[-1]
    expect(flatten.op_type == "Flatten" and model.opset_import[0].version == 13,
           "the network does not end as it did; mend this test")
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    return {
        "logits": model,
        "flat": with_softmax(model, flatten.output[0], [1, classes]),
        "channels": with_softmax(model, flatten.input[0], [1, classes, 1, 1]),
    }


def check(folder):
    network = NETWORKS["squeezenet1_1_imagenet"]
    images = folder / "images.npy"
    np.save(images, np.load(network.images, mmap_mode="r")[:IMAGES])
    found = {}
    for name, model in heads(onnx.load(network.model)).items():
        path = folder / f"{name}.onnx"
        onnx.save(model, path)
        binary = compile_model(path, folder / f"{name}.crania", *OPTIONS)
        found[name] = classify(binary, images, folder, network.convention).main
    rounds = found["logits"].exit_rounds
    expect(set(rounds) == {1, 2}, f"rounds {sorted(set(rounds))} do not tell a head from another")
    for name, answers in found.items():
        expect(np.array_equal(answers.exit_rounds, rounds), f"{name}: other exit rounds")
        expect(np.array_equal(answers.predictions, found["logits"].predictions), f"{name}: other predictions")
        expect(np.allclose(answers.logits.reshape(IMAGES, -1), found["logits"].logits.reshape(IMAGES, -1),
                           rtol=1e-5, atol=1e-5), f"{name}: other logits")


if __name__ == "__main__":
    main_of(check)
