# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data
# RUN: %python %s %t.dir
"""Imported networks, lowered by stock MLIR, compute the recorded logits of real images."""

import numpy as np

import reference_path
from real_networks import NETWORKS
from tools import expect, main_of, run_tool

TOLERANCE = 1e-5  # of the largest logit; measured: below 5e-7
IMAGES = {"squeezenet1_1_imagenet": 2}  # out of 16, because it is slow here


def check_network(network, folder):
    expected = network.reference_logits()[:IMAGES.get(network.name)]
    module = folder / f"{network.name}.mlir"
    run_tool("crania-translate", "--import-onnx", network.model, "-o", module)
    function = reference_path.load(module, folder)
    images = np.load(network.images, mmap_mode="r")[:len(expected)]
    logits = np.concatenate([function(image[None]) for image in network.convention.apply(images)])
    error = np.abs(logits - expected).max() / np.abs(expected).max()
    expect(error < TOLERANCE, f"{network.name}: relative error {error:.2g} of the logits")
    print(f"{network.name}: logits within {error:.2g}")


def check(folder):
    for network in NETWORKS.values():
        check_network(network, folder)


if __name__ == "__main__":
    main_of(check)
