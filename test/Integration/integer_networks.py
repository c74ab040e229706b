# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Random networks in integers: the machine computes, bit for bit, the results of the same
module as plain nested loops under stock MLIR and LLVM.

The results of a machine with little memory, of the last round of the clustered network,
and of every instruction set of the host are the same. The error against the network in
f32 is that of rounding: small in 8 bits, negligible in 16.

To run more networks than the suite does, or one that failed again:
  integer_networks.py FOLDER --networks=1000 --only-loops
  integer_networks.py FOLDER --networks=1 --first-seed=17
"""

import argparse
import json
import os

import numpy as np
import onnx

import reference_path
from networks import RandomNetwork
from preprocessing import Convention
from tools import CheckFailed, classify, compile_model, expect, main_of, run_tool

IMAGES = 6
MOST_STRIDE = 4  # of kernels of up to 3
CLUSTERED = ("--clusters=.25,.25,.25,.25", "--exit=softmax:0.9,0.99,0.9999")
# Precision of the network, of its first layer, and of its last layer.
ARITHMETICS = (("i8", "", ""), ("i16", "", ""), ("i8", "i16", "f32"), ("f32", "i8", "i16"))
# Largest difference of a logit relative to the largest logit. Weights here are
# Gaussian noise, which seldom averages out over more than 20 channels.
TOLERANCES = {"i8": 0.2, "i16": 2e-3, "f32": 0.1}
GLOBAL_BUFFERS = (4096, 8192, 16384, 65536)
INSTRUCTION_SETS = ("SSE41", "AVX2")


def quantise(model, images, arithmetic, folder):
    precision, first, last = arithmetic
    ranges = "i16" if precision == "i16" else "i8"
    imported, module = folder / "imported.mlir", folder / "integers.mlir"
    run_tool("crania-translate", "--import-onnx", model, "-o", imported)
    run_tool("crania-opt", imported, "--crania-check-classifiers",
             f"--crania-calibrate=images={images} precision={ranges}",
             f"--crania-quantize-classifiers=precision={precision} first-layer={first} "
             f"last-layer={last}", "-o", module)
    return module


def nested_loops(module, name, folder):
    """Returns the module as a function without code of the machine. The library has a name
    of its own, because a process loads each library only once."""
    lowered = folder / f"{name}.mlir"
    run_tool("crania-opt", module, "--crania-lower-quant-casts", "-o", lowered)
    return reference_path.load(lowered, folder)


def expect_same(actual, expected, arithmetic, what):
    """Checks that the bits are equal; layers of f32 may sum in another order."""
    same = ((actual == expected).all() if "f32" not in arithmetic
            else np.allclose(actual, expected, rtol=1e-3, atol=1e-3))
    expect(same, f"{what} differ by {np.abs(actual - expected).max()}")


def compile_for_small_machine(module, folder):
    """Compiles for the smallest global buffer that the compiler accepts."""
    target, binary = folder / "target.json", folder / "small.crania"
    for size in GLOBAL_BUFFERS:
        target.write_text(json.dumps({"global_buffer": {"bytes": size}}))
        try:
            return compile_model(module, binary, "--clusters=1", f"--target={target}")
        except CheckFailed as failure:
            expect("larger global buffer" in str(failure) and size < GLOBAL_BUFFERS[-1], failure)


class Subject:
    """A random network, its images, and its form in integers."""

    def __init__(self, seed, arithmetic, folder):
        network = RandomNetwork(seed, MOST_STRIDE)
        self.arithmetic, self.folder = arithmetic, folder
        self.what = f"seed {seed}, {arithmetic}"
        self.model, self.images = folder / f"{seed}.onnx", folder / f"{seed}.npy"
        onnx.save(network.build(), str(self.model))
        rng = np.random.default_rng(seed)
        self.pixels = rng.standard_normal((IMAGES,) + network.input_shape).astype(np.float32)
        if seed % 3 == 0:  # an input without negative values is unsigned
            self.pixels = np.abs(self.pixels)
        np.save(self.images, self.pixels)
        self.module = quantise(self.model, self.images, arithmetic, folder)
        self.loops = nested_loops(self.module, f"loops{seed}", folder)

    def run(self, binary):
        return classify(binary, self.images, self.folder, Convention()).main

    def check_against_loops(self):
        """Checks the answers of the whole network against nested loops."""
        expected = np.concatenate(
            [self.loops(image[None]).reshape(1, -1) for image in self.pixels])
        binary = compile_model(self.module, self.folder / "whole.crania", "--clusters=1")
        whole = self.run(binary)
        expect_same(whole.logits, expected, self.arithmetic,
                    f"{self.what}: machine and nested loops")
        for isa in INSTRUCTION_SETS:
            os.environ["DNNL_MAX_CPU_ISA"] = isa
            limited = self.run(binary)
            del os.environ["DNNL_MAX_CPU_ISA"]
            expect_same(limited.logits, whole.logits, self.arithmetic,
                        f"{self.what}: the host and {isa}")
        return whole

    def check_all(self):
        """Checks all answers, and the error against f32."""
        whole, what = self.check_against_loops(), self.what
        clustered = self.run(
            compile_model(self.module, self.folder / "clustered.crania", *CLUSTERED))
        last = clustered.exit_rounds == 4
        expect((clustered.logits[last] == whole.logits[last]).all(),
               f"{what}: the last round differs from the unclustered network")
        small = self.run(compile_for_small_machine(self.module, self.folder))
        expect((small.logits == whole.logits).all(), f"{what}: another answer with little memory")

        reals = self.run(compile_model(self.model, self.folder / "reals.crania", "--clusters=1"))
        error = np.abs(whole.logits - reals.logits).max() / np.abs(reals.logits).max()
        expect(error < TOLERANCES[self.arithmetic[0]], f"{what}: {error:.3f} off the network in f32")
        return error


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", help="for files; others in it are deleted")
    parser.add_argument("--networks", type=int, default=12)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only-loops", action="store_true",
                        help="all in i8, and compared with nested loops alone")
    return parser.parse_args()


def check(folder):
    os.environ.pop("DNNL_MAX_CPU_ISA", None)
    chosen = options()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.networks)
    print(f"seeds {seeds.start} to {seeds.stop - 1}", flush=True)
    if chosen.only_loops:
        for seed in seeds:
            Subject(seed, ARITHMETICS[0], folder).check_against_loops()
            for file in folder.glob(f"*{seed}.*"):
                file.unlink()
        print(f"{len(seeds)} networks in i8 equal nested loops")
        return
    errors = [Subject(seed, ARITHMETICS[seed % len(ARITHMETICS)], folder).check_all()
              for seed in seeds]
    print(f"{len(errors)} networks, at most {max(errors):.3f} off f32")


if __name__ == "__main__":
    main_of(check)
