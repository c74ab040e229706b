# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Compiles and runs the output of real front ends: torch-mlir, IREE and the TFLite
importer, for three networks. The results equal those of the ONNX models of the same
networks, with all weights, and in four rounds, whose clusters are the same sets of weights.
"""
import sys

import numpy as np

from front_end_networks import FRONT_ENDS, NETWORKS, Onnx
from installed import Runtime, expect, run, scratch

IMAGES = 3
CLASSES = 10
# The order of sums differs.
TOLERANCE = 1e-4
TOSA = ("builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,"
        "tosa-to-tensor),canonicalize)")


def compiled(source, name, *options):
    run("crania-compile", source, "-o", f"{name}.crania", *options)
    with open(f"{name}.crania", "rb") as file:
        return file.read()


def source_of(network, front_end, folder):
    net = FRONT_ENDS[front_end]()
    path = folder / f"{network.__name__}-{front_end}.mlir"
    path.write_text(net.finish(network(net)))
    if front_end != "tflite":
        return path
    # Every user of TOSA runs upstream's lowering first.
    lowered = folder / f"{network.__name__}-{front_end}-linalg.mlir"
    run("crania-opt", path, f"--pass-pipeline={TOSA}", "-o", lowered)
    return lowered


def images_for(network):
    net = Onnx()
    network(net)
    random = np.random.default_rng(3)
    return [random.normal(size=net.source.shape).astype(np.float32) for _ in range(IMAGES)]


def main():
    folder, runtime = scratch(sys.argv[1]), Runtime()
    failures = []
    for title, network in NETWORKS.items():
        onnx = Onnx()
        model = folder / f"{title}.onnx"
        model.write_bytes(onnx.finish(network(onnx)))
        for options in (("--clusters=1",), ("--clusters=.1,.2,.3,.4", "--exit=margin:0.5")):
            expected = compiled(model, title, *options)
            wanted = [runtime.infer(expected, image, CLASSES) for image in images_for(network)]
            for front_end, writer in FRONT_ENDS.items():
                binary = compiled(source_of(network, front_end, folder), f"{title}-{front_end}", *options)
                for image, (exit_round, logits) in zip(images_for(network), wanted):
                    given = image.transpose(1, 2, 0) if writer.channels_last else image
                    found = runtime.infer(binary, given, CLASSES)
                    if found[0] != exit_round or not np.allclose(found[1], logits, rtol=TOLERANCE, atol=TOLERANCE):
                        failures.append(f"{title} by {front_end} {options}: {found} instead of {exit_round, logits}")
    expect(not failures, "\n".join(failures))
    print(f"{len(NETWORKS)} networks by {', '.join(FRONT_ENDS)} equal their ONNX models")


main()
