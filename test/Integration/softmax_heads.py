# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir %S/../Import/ONNX/Inputs
"""A network with logits at its end, and with a softmax after them in many forms: all stop
after the same rounds with the same logits, in f32 and in 8 bits. Heads that are not a
softmax of the logits compile in both, with a warning, and never stop early."""

import subprocess
import sys

import numpy as np

from preprocessing import Convention
from tools import TIMEOUT_SECONDS, classify, expect, main_of

sys.path.insert(0, sys.argv[2])
from onnx_builder import ModelBuilder  # noqa: E402

IMAGES, CLASSES = 40, 10
# With these options, some images stop after each round; check() requires it.
OPTIONS = ("--clusters=.5,.5", "--exit=softmax:0.5")


def trunk(opset):
    builder = ModelBuilder([1, 3, 6, 6], opset)
    conv = builder.node("Conv", ["input", builder.weight("w", [CLASSES, 3, 3, 3]),
                                 builder.weight("b", [CLASSES])], name="conv")
    pooled = builder.node("GlobalAveragePool", [builder.node("Relu", [conv])])
    logits = builder.node("Conv", [pooled, builder.weight("f", [CLASSES, CLASSES, 1, 1], -3, 3)], name="last")
    return builder, logits


def head(opset=13):
    """Registers a function of the builder and the logits, (1, classes, 1, 1)."""
    def register(function):
        def build():
            builder, logits = trunk(opset)
            return builder.output(function(builder, logits))
        HEADS[function.__name__] = build
        return function
    return register


HEADS, OTHERS = {}, {}


def softmax(builder, value):
    return builder.node("Softmax", [value], axis=1)


def clip(builder, value, low, high):
    return builder.node("Clip", [value, builder.constant("low", np.float32(low)),
                                 builder.constant("high", np.float32(high))])


@head()
def logits_alone(builder, logits):
    return logits


@head()
def over_channels(builder, logits):
    return softmax(builder, logits)


@head(opset=11)
def of_rows(builder, logits):
    return builder.node("Softmax", [logits])


@head()
def flattened(builder, logits):
    return softmax(builder, builder.node("Flatten", [logits]))


@head()
def clipped(builder, logits):
    return clip(builder, softmax(builder, logits), 1e-7, 1)


@head()
def shifted_and_scaled(builder, logits):
    hundred = builder.constant("hundred", np.float32(100))
    scaled = builder.node("Mul", [softmax(builder, logits), hundred])
    return builder.node("Add", [scaled, builder.constant("epsilon", np.float32(1e-3))])


@head()
def log_softmax(builder, logits):
    return builder.node("LogSoftmax", [logits], axis=1)


@head()
def log_of_softmax(builder, logits):
    return builder.node("Log", [softmax(builder, logits)])


@head()
def spelled_out(builder, logits):
    maximum = builder.node("ReduceMax", [logits], axes=[1])
    powers = builder.node("Exp", [builder.node("Sub", [logits, maximum])])
    total = builder.node("ReduceSum", [powers, builder.integers("axes", [1])])
    return builder.node("Div", [powers, total])


def other(function):
    def build():
        builder, logits = trunk(13)
        return builder.output(function(builder, logits))
    OTHERS[function.__name__] = build
    return function


@other
def over_one_element(builder, logits):
    return builder.node("Softmax", [logits], axis=2)


@other
def low_ceiling(builder, logits):
    return clip(builder, softmax(builder, logits), 0, 0.2)


@other
def a_number_for_each_class(builder, logits):
    return builder.node("Add", [softmax(builder, logits), builder.weight("offsets", [CLASSES, 1, 1])])


def run(name, build, images, folder, *options):
    """Returns the answers of the machine and the warnings of the compiler."""
    model, binary = folder / f"{name}.onnx", folder / f"{name}.crania"
    build().save(model)
    done = subprocess.run(["crania-compile", str(model), "-o", str(binary), *OPTIONS, *options],
                          capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    expect(done.returncode == 0, f"{name} {options}: {done.stderr}")
    return classify(binary, images, folder, Convention()).main, done.stderr


def check(folder):
    images = folder / "images.npy"
    inputs = np.random.default_rng(3).uniform(-1, 1, (IMAGES, 3, 6, 6))
    np.save(images, inputs.astype(np.float32))
    for options in ((), ("--precision=i8", f"--calibrate={images}")):
        wanted, _ = run("logits_alone", HEADS["logits_alone"], images, folder, *options)
        rounds = np.asarray(wanted.exit_rounds)
        logits = np.asarray(wanted.logits).reshape(IMAGES, CLASSES)
        expect(set(rounds) == {1, 2}, f"rounds {sorted(set(rounds))} do not tell a head from another")
        for name, build in HEADS.items():
            found, warnings = run(name, build, images, folder, *options)
            expect("warning" not in warnings, f"{name} {options}: {warnings}")
            expect(np.array_equal(found.exit_rounds, rounds), f"{name} {options}: other exit rounds")
            expect(np.allclose(np.asarray(found.logits).reshape(IMAGES, CLASSES), logits, rtol=1e-5, atol=1e-6),
                   f"{name} {options}: other logits")
        for name, build in OTHERS.items():
            found, warnings = run(name, build, images, folder, *options)
            expect(warnings.count("squashes the logits") == 1, f"{name} {options}: {warnings!r}")
            expect(np.all(np.asarray(found.exit_rounds) == 2), f"{name} {options}: stops early")


if __name__ == "__main__":
    main_of(check)
