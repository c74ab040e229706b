# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Compiling with calibration images gives the same bytes on every host.

This host stands for others: oneDNN and CRANIA's kernels are limited to smaller
instruction sets, or the C library runs without AVX and fused operations. Without
precautions, each set would round sums of f32 in another order. The number of threads is
not a case, because a compilation has one thread (docs/Arithmetic.md).
"""

import os

import numpy as np
import onnx
from networks import RandomNetwork
from tools import EXAMPLES, compile_model, expect, main_of

HOSTS = (
    {"DNNL_MAX_CPU_ISA": "SSE41"},
    {"DNNL_MAX_CPU_ISA": "AVX"},
    {"DNNL_MAX_CPU_ISA": "AVX2"},
    {"DNNL_MAX_CPU_ISA": "AVX512_CORE"},
    {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX_Usable,-AVX2_Usable,-AVX2,-FMA_Usable,-FMA"},
)
DIGITS = (
    (),
    ("--clusters=1", "--first-layer=i16", "--last-layer=f32"),
    ("--scheme=importance-corrected", "--metric=activation", "--scope=global"),
    ("--scheme=residual",),
)
NETWORKS = range(3)
IMAGES = 64
RULE = "--calibrate-rule=max"  # reveals the last bit of a single value


def compile_on(host, model, output, options):
    before = dict(os.environ)
    os.environ.update(host)
    try:
        return compile_model(model, output, "--precision=i8", *options).read_bytes()
    finally:
        os.environ.clear()
        os.environ.update(before)


def expect_same_bytes(model, folder, options):
    here = compile_on({}, model, folder / "here.crania", options)
    for host in HOSTS:
        there = compile_on(host, model, folder / "there.crania", options)
        expect(here == there, f"{model.name} with {' '.join(map(str, options))} is other bytes "
               f"on a host with {host}")


def check_digits(folder):
    digits = EXAMPLES / "digits"
    images = (f"--calibrate={digits / 'test_x_u8.npy'}", "--calibrate-limit=40",
              "--input-scale=0.0625")
    for options in DIGITS:
        expect_same_bytes(digits / "digits.onnx", folder, (*images, *options))


def check_network(seed, folder):
    """Checks a network whose images use all bits of f32; those of the digits use few."""
    network = RandomNetwork(seed)
    model, images = folder / f"{seed}.onnx", folder / f"{seed}.npy"
    onnx.save(network.build(), str(model))
    pixels = np.random.default_rng(seed).standard_normal((IMAGES,) + network.input_shape)
    np.save(images, pixels.astype(np.float32))
    expect_same_bytes(model, folder, (f"--calibrate={images}", RULE))


def check(folder):
    os.environ.pop("DNNL_MAX_CPU_ISA", None)
    check_digits(folder)
    for seed in NETWORKS:
        check_network(seed, folder)


if __name__ == "__main__":
    main_of(check)
