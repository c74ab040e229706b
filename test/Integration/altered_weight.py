# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""The machine computes with the bytes of the weight image (invariant 5).

This test alters one encoded weight of a device binary. The unchanged checksum makes the
tools refuse the file. With a repaired checksum, the machine computes, bit for bit, the
logits of the network compiled with the altered weight, not those of the original one.
"""

import numpy as np
import onnx
from onnx import numpy_helper

from preprocessing import DIGITS
from tools import EXAMPLES, classify, expect, expect_error, main_of, run_tool

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
LAYER = "conv2.weight"
WHOLE, CLUSTERED = "clusters=1", "clusters=.1,.2,.3,.4 exit=softmax:0.9"
# Encodings that store the bytes of a weight unchanged.
ENCODINGS = "encodings=raw,bitmap"


def alter_network(source, destination):
    """Halves the layer's largest weight; returns its bytes before and after.

    Halving leaves it among the largest tenth, so the clusters stay the same.
    """
    model = onnx.load(str(source))
    tensor = next(t for t in model.graph.initializer if t.name == LAYER)
    weights = numpy_helper.to_array(tensor).copy()
    index = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    before = weights[index].tobytes()
    weights[index] /= 2
    magnitudes = np.sort(np.abs(weights), axis=None)
    expect(abs(weights[index]) > magnitudes[-weights.size // 10],
           "the altered weight left its cluster")
    tensor.CopyFrom(numpy_helper.from_array(weights, LAYER))
    onnx.save(model, str(destination))
    return before, weights[index].tobytes()


def alter_binary(source, destination, before, after):
    contents = source.read_bytes()
    places = contents.count(before)
    expect(places == 1, f"the weight's bytes occur {places} times in {source.name}")
    destination.write_bytes(contents.replace(before, after))


def compile_plain(model, binary, options):
    imported, compiled = binary.with_suffix(".import.mlir"), binary.with_suffix(".mlir")
    run_tool("crania-translate", "--import-onnx", model, "-o", imported)
    run_tool("crania-opt", imported, f"--crania-pipeline={options} {ENCODINGS}", "-o", compiled)
    run_tool("crania-translate", "--crania-to-binary", compiled, "-o", binary)
    return binary


def check_options(folder, before, after, altered_model, options):
    original = compile_plain(MODEL, folder / "original.crania", options)
    altered = folder / "altered.crania"
    alter_binary(original, altered, before, after)
    expect_error("crania-run", altered, f"--images={IMAGES}", *DIGITS.options())

    run_tool("repair-checksum", altered)
    compiled = compile_plain(altered_model, folder / "compiled.crania", options)
    was, now, expected = (classify(binary, IMAGES, folder, DIGITS)
                          for binary in (original, altered, compiled))
    expect((now.main.logits != was.main.logits).any(axis=1).all(), "some logits did not change")
    expect((now.main.logits == expected.main.logits).all(), "not the logits of the altered network")
    expect((now.main.exit_rounds == expected.main.exit_rounds).all(), "not its exit rounds")


def check(folder):
    altered_model = folder / "altered.onnx"
    before, after = alter_network(MODEL, altered_model)
    for options in (WHOLE, CLUSTERED):
        check_options(folder, before, after, altered_model, options)


if __name__ == "__main__":
    main_of(check)
