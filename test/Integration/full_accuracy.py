# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data, slow
# RUN: %python %s %t.dir lenet5_mnist
# RUN: %python %s %t.dir lenet_caffe_mnist
# RUN: %python %s %t.dir vgg8_cifar10
# RUN: %python %s %t.dir resnet8_mlperftiny_cifar10
# RUN: %python %s %t.dir squeezenet1_1_imagenet
"""Without clusters, each real network classifies exactly as many images correctly as in
its original framework, and its first logits are those of that framework."""

import os
import sys

import numpy as np

from real_networks import NETWORKS
from tools import classify, compile_model, expect, main_of

RELATIVE_TOLERANCE = 1e-3


def check(folder):
    network = NETWORKS[sys.argv[2]]
    binary = compile_model(network.model, folder / "model.crania", "--clusters=1")
    result = classify(binary, network.images, folder, network.convention,
                      f"--labels={network.labels}", f"--threads={os.cpu_count()}")
    accuracy = result.report["accuracy"]
    expect(abs(accuracy - network.accuracy) < 1e-9,
           f"{network.name}: accuracy {accuracy}, not {network.accuracy}")

    expected = network.reference_logits()
    actual = result.main.logits[:len(expected)]
    error = np.abs(actual - expected).max() / np.abs(expected).max()
    expect(error < RELATIVE_TOLERANCE, f"{network.name}: relative error {error:.2g} of the logits")
    print(f"{network.name}: accuracy {accuracy}, logits within {error:.2g}")


if __name__ == "__main__":
    main_of(check)
