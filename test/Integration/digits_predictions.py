# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: onnxruntime
# RUN: %python %s %t.dir
"""Predictions and logits of all held-out digits equal those of ONNX Runtime."""

import numpy as np

import reference
from preprocessing import DIGITS
from tools import EXAMPLES, classify, compile_model, expect, main_of

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
LABELS = EXAMPLES / "digits" / "test_y_u8.npy"
RELATIVE_TOLERANCE = 1e-4


def check(folder):
    expected = reference.logits_of(MODEL, DIGITS.apply(np.load(IMAGES)), folder)
    binary = compile_model(MODEL, folder / "digits.crania", "--clusters=1")
    result = classify(binary, IMAGES, folder, DIGITS, f"--labels={LABELS}")

    expect((result.main.predictions == expected.argmax(axis=1)).all(), "a prediction differs")
    error = np.abs(result.main.logits - expected).max() / np.abs(expected).max()
    expect(error < RELATIVE_TOLERANCE, f"relative error {error:.2g} of the logits")

    accuracy = (expected.argmax(axis=1) == np.load(LABELS)).mean()
    expect(result.report["accuracy"] == accuracy,
           f"reported accuracy {result.report['accuracy']}, not {accuracy}")


if __name__ == "__main__":
    main_of(check)
