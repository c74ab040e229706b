# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes int8 weights for rtl-segments.

usage: weights.py FOLDER DIGITS_ONNX SEED

FOLDER/random-*.bin have random weights: Laplacian ones with few and with many
zeros, and blocks of one word, of two words and of all words. FOLDER/real-*.bin
have the weights of the layers of the digits network, in steps of a 127th of the
largest one, and FOLDER/real-*-sparse.bin the largest three tenths of them.
"""
import pathlib
import random
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def random_weights(generator):
    """Yields names and weights."""

    def laplacian(count, scale, zeros):
        return [0 if generator.random() < zeros else
                max(-127, min(127, round(generator.choice([-1, 1]) *
                                         generator.expovariate(1 / scale))))
                for _ in range(count)]

    yield "laplacian", laplacian(3000, 4, 0)
    yield "narrow", laplacian(2048, 1, 0.3)
    yield "sparse", laplacian(3001, 2, 0.8)
    yield "very-sparse", laplacian(5000, 20, 0.995)
    yield "two", [generator.choice([-3, 5]) for _ in range(1500)]
    yield "all", [value - 128 for value in range(256)] * 5
    yield "single", [7] * 1030
    yield "ends", [1] + [0] * 2046 + [2]
    yield "tiny", [3]
    # Golomb codes whose unary part is longer than the window of the lane, and codes
    # whose low bits do not fit behind it.
    yield "bursts", ([5] * 600 + [0] * generator.randrange(200, 400)) * 5
    far = []
    for _ in range(60):
        far += ([0] * generator.randrange(25, 40) + [2]) * 8
        far += [0] * generator.randrange(150, 900) + [1]
    yield "far", far


def real_weights(path):
    """Yields names and weights of the layers of a network."""
    for tensor in onnx.load(path).graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.ndim < 2 or weights.dtype != np.float32:
            continue
        flat = weights.reshape(-1)[:8192].astype(np.float64)
        codes = np.rint(flat / np.abs(flat).max() * 127).astype(np.int64)
        least = np.quantile(np.abs(flat), 0.7)
        yield f"{tensor.name}", codes
        yield f"{tensor.name}-sparse", np.where(np.abs(flat) >= least, codes, 0)


def main():
    folder, network, seed = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    for kind, sets in [("random", random_weights(random.Random(seed))),
                       ("real", real_weights(network))]:
        for name, values in sets:
            data = bytes(int(value) % 256 for value in values)
            (folder / f"{kind}-{name.replace('/', '_')}.bin").write_bytes(data)


if __name__ == "__main__":
    main()
