# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: onnxruntime
# RUN: %python %s %t.dir
"""Random networks through the whole flow, against ONNX Runtime.

Unclustered, every logit must agree; clustered, those of the images that ran all
rounds, and these must equal the unclustered run bit for bit (invariant 2).
"""

import os

import numpy as np
import onnx

import reference
from networks import RandomNetwork
from preprocessing import Convention
from tools import classify, compile_model, expect, main_of

SEEDS = range(int(os.environ.get("CRANIA_RANDOM_NETWORKS", "24")))
IMAGES = 6
# f32 sums of up to some thousand products, in another order.
RELATIVE_TOLERANCE = 2e-4
# Reached by few random images before the last round.
THRESHOLD = "softmax:0.9999"


def random_images(rng, shape):
    """Images and the convention to read them with, as varied as the options."""
    channels = shape[0]
    if rng.random() < 0.4:
        return rng.standard_normal((IMAGES,) + shape).astype(np.float32), Convention()
    layout = rng.choice(["nchw", "nhwc"])
    order = rng.choice(["rgb", "bgr"]) if channels == 3 else "rgb"
    mean, std = rng.random(channels), 0.2 + rng.random(channels)
    images = rng.integers(0, 256, (IMAGES,) + shape, dtype=np.uint8)
    if layout == "nhwc":
        images = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    return images, Convention(1 / 255, mean, std, str(layout), str(order))


def expect_close(actual, expected, what):
    error = np.abs(actual - expected).max() / max(1e-6, np.abs(expected).max())
    expect(actual.shape == expected.shape, f"{what}: {actual.shape} logits, not {expected.shape}")
    expect(error < RELATIVE_TOLERANCE, f"{what}: relative error {error:.2g} of the logits")


def check_seed(seed, folder):
    """Returns how many images ran all rounds of the clustered network."""
    network = RandomNetwork(seed)
    model, images = folder / f"{seed}.onnx", folder / f"{seed}.npy"
    onnx.save(network.build(), str(model))
    pixels, convention = random_images(np.random.default_rng(seed), network.input_shape)
    np.save(images, pixels)
    expected = reference.logits_of(model, convention.apply(pixels), folder)

    whole = classify(compile_model(model, folder / "whole.crania", "--clusters=1"),
                     images, folder, convention)
    expect_close(whole.main.logits, expected, f"seed {seed}, one round")
    expect((whole.main.exit_rounds == 1).all(), f"seed {seed}: one round, yet {whole.main.exit_rounds}")

    clustered = classify(
        compile_model(model, folder / "clustered.crania", "--clusters=.25,.25,.25,.25",
                      f"--exit={THRESHOLD}"), images, folder, convention)
    last = clustered.main.exit_rounds == 4
    expect((clustered.main.logits[last] == whole.main.logits[last]).all(),
           f"seed {seed}: the last round differs from the unclustered network")
    return int(last.sum())


def check(folder):
    last_rounds = [check_seed(seed, folder) for seed in SEEDS]
    expect(sum(last_rounds) >= len(SEEDS) * IMAGES // 2,
           f"only {sum(last_rounds)} images reached the last round: the check is empty")
    print(f"{len(SEEDS)} networks, {sum(last_rounds)} images in the last round")


if __name__ == "__main__":
    main_of(check)
