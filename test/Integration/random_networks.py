# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: onnxruntime
# RUN: %python %s %t.dir
"""Runs random networks through the whole flow, and compares them with ONNX Runtime.

Without clusters, every logit must agree. With clusters, the images that ran all rounds
must have the logits of the unclustered run bit for bit (invariant 2). A machine with
little memory, where activations spill and tensors are tiled, must give the same answers
(invariant 3).

  random_networks.py FOLDER --networks=1 --first-seed=17
"""

import argparse
import json

import numpy as np
import onnx

import reference
from networks import RandomNetwork
from preprocessing import Convention
from tools import CheckFailed, classify, compile_model, expect, main_of

NETWORKS = 24
IMAGES = 6
# The tolerance for f32 sums of up to some thousand products in another order.
RELATIVE_TOLERANCE = 2e-4
# Few random images reach these thresholds before the last round.
CLUSTERED = ("--clusters=.25,.25,.25,.25", "--exit=softmax:0.9,0.99,0.9999")
# On-chip bytes of the small machines. They are below the activations of most
# networks. The largest one holds the data of any single layer.
GLOBAL_BUFFERS = (4096, 8192, 16384, 65536)
WEIGHT_STORES = (256, 2048, 16384)
TOO_SMALL = "larger global buffer"


def random_images(rng, shape):
    """Returns images and the convention to read them, as varied as the options."""
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


def compile_for_small_machine(model, rng, folder):
    """Compiles for the smallest global buffer that the compiler accepts."""
    target, binary = folder / "target.json", folder / "small.crania"
    store = {"bytes": int(rng.choice(WEIGHT_STORES))}
    for size in GLOBAL_BUFFERS:
        target.write_text(json.dumps({"global_buffer": {"bytes": size}, "weight_store": store}))
        try:
            return compile_model(model, binary, *CLUSTERED, f"--target={target}")
        except CheckFailed as failure:
            expect(TOO_SMALL in str(failure) and size < GLOBAL_BUFFERS[-1], failure)


def check_seed(seed, folder):
    """Returns the number of images that ran all rounds of the clustered network."""
    rng = np.random.default_rng(seed)
    network = RandomNetwork(seed)
    model, images = folder / f"{seed}.onnx", folder / f"{seed}.npy"
    onnx.save(network.build(), str(model))
    pixels, convention = random_images(rng, network.input_shape)
    np.save(images, pixels)
    expected = reference.logits_of(model, convention.apply(pixels), folder)

    def run(binary):
        return classify(binary, images, folder, convention).main

    whole = run(compile_model(model, folder / "whole.crania", "--clusters=1"))
    expect_close(whole.logits, expected, f"seed {seed}, one round")
    expect((whole.exit_rounds == 1).all(), f"seed {seed}: one round, yet {whole.exit_rounds}")

    clustered = run(compile_model(model, folder / "clustered.crania", *CLUSTERED))
    last = clustered.exit_rounds == 4
    expect((clustered.logits[last] == whole.logits[last]).all(),
           f"seed {seed}: the last round differs from the unclustered network")

    small = run(compile_for_small_machine(model, rng, folder))
    expect((small.exit_rounds == clustered.exit_rounds).all()
           and (small.logits == clustered.logits).all(),
           f"seed {seed}: another answer on a machine with little memory")
    return int(last.sum())


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--first-seed", type=int, default=0)
    return parser.parse_args()


def check(folder):
    chosen = options()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.networks)
    last_rounds = [check_seed(seed, folder) for seed in seeds]
    images = len(seeds) * IMAGES
    # A few networks may be all easy or all hard.
    expect(chosen.networks < NETWORKS or images // 4 < sum(last_rounds) < images,
           f"{sum(last_rounds)} of {images} images ran all rounds: some must, some not")
    print(f"{len(seeds)} networks, {sum(last_rounds)} of {images} images ran all rounds")


if __name__ == "__main__":
    main_of(check)
