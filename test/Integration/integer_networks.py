# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Random networks in integers: the machine gives, bit for bit, what stock MLIR and
LLVM make of the same module with plain nested loops.

So do a machine with little memory, the last round of the clustered network, and every
instruction set of the host. Against the network in f32 the error is that of the
rounding: small in 8 bits, next to nothing in 16.
"""

import json
import os

import numpy as np
import onnx

import reference_path
from networks import RandomNetwork
from preprocessing import Convention
from tools import CheckFailed, classify, compile_model, expect, main_of, run_tool

SEEDS = range(int(os.environ.get("CRANIA_INTEGER_NETWORKS", "12")))
IMAGES = 6
CLUSTERED = ("--clusters=.25,.25,.25,.25", "--exit=softmax:0.9,0.99,0.9999")
# precision, of the first and of the last layer
ARITHMETICS = (("i8", "", ""), ("i16", "", ""), ("i8", "i16", "f32"), ("f32", "i8", "i16"))
# Largest difference of a logit over the largest logit. Weights here are Gaussian noise
# and seldom more than 20 channels average it out.
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
    """The module as a function, with no code of the machine in it. A name of its own,
    as a process loads a library once."""
    lowered = folder / f"{name}.mlir"
    run_tool("crania-opt", module, "--crania-lower-quant-casts", "-o", lowered)
    return reference_path.load(lowered, folder)


def expect_same(actual, expected, arithmetic, what):
    """The same bits; layers of f32 may add up in another order."""
    same = ((actual == expected).all() if "f32" not in arithmetic
            else np.allclose(actual, expected, rtol=1e-3, atol=1e-3))
    expect(same, f"{what} differ by {np.abs(actual - expected).max()}")


def compile_for_small_machine(module, folder):
    """For the smallest global buffer that the compiler does not refuse."""
    target, binary = folder / "target.json", folder / "small.crania"
    for size in GLOBAL_BUFFERS:
        target.write_text(json.dumps({"global_buffer": {"bytes": size}}))
        try:
            return compile_model(module, binary, "--clusters=1", f"--target={target}")
        except CheckFailed as failure:
            expect("larger global buffer" in str(failure) and size < GLOBAL_BUFFERS[-1], failure)


def check_seed(seed, folder):
    network = RandomNetwork(seed)
    arithmetic = ARITHMETICS[seed % len(ARITHMETICS)]
    what = f"seed {seed}, {arithmetic}"
    model, images = folder / f"{seed}.onnx", folder / f"{seed}.npy"
    onnx.save(network.build(), str(model))
    rng = np.random.default_rng(seed)
    pixels = rng.standard_normal((IMAGES,) + network.input_shape).astype(np.float32)
    if seed % 3 == 0:  # an input without negative values is unsigned
        pixels = np.abs(pixels)
    np.save(images, pixels)
    module = quantise(model, images, arithmetic, folder)

    def run(binary):
        return classify(binary, images, folder, Convention()).main

    function = nested_loops(module, f"loops{seed}", folder)
    expected = np.concatenate([function(image[None]).reshape(1, -1) for image in pixels])
    binary = compile_model(module, folder / "whole.crania", "--clusters=1")
    whole = run(binary)
    expect_same(whole.logits, expected, arithmetic, f"{what}: machine and nested loops")
    for isa in INSTRUCTION_SETS:
        os.environ["DNNL_MAX_CPU_ISA"] = isa
        limited = run(binary)
        del os.environ["DNNL_MAX_CPU_ISA"]
        expect_same(limited.logits, whole.logits, arithmetic, f"{what}: the host and {isa}")

    clustered = run(compile_model(module, folder / "clustered.crania", *CLUSTERED))
    last = clustered.exit_rounds == 4
    expect((clustered.logits[last] == whole.logits[last]).all(),
           f"{what}: the last round differs from the unclustered network")
    small = run(compile_for_small_machine(module, folder))
    expect((small.logits == whole.logits).all(), f"{what}: another answer with little memory")

    reals = run(compile_model(model, folder / "reals.crania", "--clusters=1"))
    error = np.abs(whole.logits - reals.logits).max() / np.abs(reals.logits).max()
    expect(error < TOLERANCES[arithmetic[0]], f"{what}: {error:.3f} off the network in f32")
    return error


def check(folder):
    os.environ.pop("DNNL_MAX_CPU_ISA", None)
    errors = [check_seed(seed, folder) for seed in SEEDS]
    print(f"{len(errors)} networks, at most {max(errors):.3f} off f32")


if __name__ == "__main__":
    main_of(check)
