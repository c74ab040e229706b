# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Compares the digits network at level 4, run on the host, with the machine.

The host runs the same module that becomes the machine's program, through
crania-reference-pipeline and LLVM. Upstream's passes thus compute rounds, exit rule and
the weights of each round a second time.
"""

import numpy as np

import host_path
from preprocessing import DIGITS
from tools import EXAMPLES, classify, compile_model, expect, main_of, run_tool

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
CLUSTERS = ".2,.1,.1,.6"
# Both compute in f32, but in different orders of summation. Logits of different
# rounds differ by far more, so equality within this tolerance also implies
# equal exit rounds.
TOLERANCE = 1e-4
RULES = ("softmax:0.9", "margin:0.95,0.8,0.3", "entropy:0.3")

LEVEL_4 = ("--crania-check-classifiers", "--crania-attach-target",
           f"--crania-cluster-weights=clusters={CLUSTERS}")
PLAN = ("--crania-assign-encodings", "--crania-schedule-fetches", "--crania-place-segments")


def level_4(rule, folder):
    module = folder / "digits.mlir"
    run_tool("crania-translate", "--import-onnx", MODEL, "-o", module)
    planned = folder / "planned.mlir"
    run_tool("crania-opt", module, *LEVEL_4, f"--crania-form-rounds=exit={rule}", *PLAN, "-o", planned)
    text = planned.read_text()
    expect("crania.iterate upto 4" in text and "address =" in text, "the module is not of level 4")
    return planned


def check_rule(rule, folder):
    call = host_path.load(level_4(rule, folder), folder)
    images = DIGITS.apply(np.load(IMAGES))
    host = np.stack([call(np.ascontiguousarray(image[None])) for image in images])

    binary = compile_model(MODEL, folder / "digits.crania", f"--clusters={CLUSTERS}", f"--exit={rule}")
    machine = classify(binary, IMAGES, folder, DIGITS).main
    expect(len(np.unique(machine.exit_rounds)) > 1, f"{rule}: all images stop in the same round")
    difference = np.abs(host - machine.logits).max(axis=1)
    expect(difference.max() < TOLERANCE,
           f"{rule}: logits of image {difference.argmax()} differ by {difference.max():.2g}; "
           f"the machine stops after round {machine.exit_rounds[difference.argmax()]}")
    print("ok", rule, f"largest difference {difference.max():.2g}")


def check(folder):
    for number, rule in enumerate(RULES):
        sub = folder / str(number)
        sub.mkdir(exist_ok=True)
        check_rule(rule, sub)


main_of(check)
