# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the accuracy of integers, and defines its limits."""

import dataclasses
import os

import numpy as np

from tools import classify, compile_model

# In percent. SqueezeNet has 100 images to report on, too few to measure a loss.
I16_AGREEMENT = 99.5
I8_LOSS = 1.0
I8_AGREEMENT = {"squeezenet1_1_imagenet": 95.0}


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """The agreement of a network in integers with itself in f32, on the same images, in
    percent."""

    reals: float
    integers: float
    agreement: float

    @property
    def loss(self):
        return self.reals - self.integers


def measure(network, precision, folder):
    """Calibrates on images other than those that it reports on."""
    calibration, images, labels = network.split(folder)

    def run(name, *options):
        binary = compile_model(network.model, folder / f"{name}.crania", "--clusters=1", *options)
        return classify(binary, images, folder, network.convention,
                        f"--threads={os.cpu_count()}").main.predictions

    truth = np.load(labels)
    reals = run("f32")
    integers = run(precision, f"--precision={precision}", f"--calibrate={calibration}",
                   *network.convention.options())
    return Accuracy(100 * (reals == truth).mean(), 100 * (integers == truth).mean(),
                    100 * (reals == integers).mean())


def verdicts(network, precision, accuracy):
    """Returns (name, value, limit, True if the limit is an upper one) of each target."""
    name = f"{network.name} {precision}"
    if precision == "i16":
        yield f"{name} agreement, %", accuracy.agreement, I16_AGREEMENT, False
    elif network.name in I8_AGREEMENT:
        yield f"{name} agreement, %", accuracy.agreement, I8_AGREEMENT[network.name], False
    else:
        yield f"{name} loss, points", accuracy.loss, I8_LOSS, True
