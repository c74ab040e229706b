# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Compares every exit rule on the digits network with a second computation in numpy.

The test computes the logits of each round from the weights in the ONNX file, the
confidence from the definition of the rule, and from both the exit round of each image.
"""

import dataclasses

import numpy as np
import onnx
from onnx import numpy_helper

from preprocessing import DIGITS
from tools import EXAMPLES, classify, compile_model, expect, main_of

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
FRACTIONS = (.2, .1, .1, .6)  # with each rule below, images stop after every round
ROUNDS = len(FRACTIONS)
CLUSTERS = ",".join(str(f) for f in FRACTIONS)
# The largest difference between the f32 of the machine and the f64 of this
# file.
CONFIDENCE_TOLERANCE = 1e-5
LOGIT_TOLERANCE = 1e-4
MOST_UNDECIDED = 0.01  # of the images, or thresholds here are chosen badly


# -- the network --------------------------------------------------------------

def weights_of_round(kept):
    """Returns all parameters, with only the fraction `kept` of each weight tensor that has
    the largest magnitudes."""
    parameters = {}
    for tensor in onnx.load(str(MODEL)).graph.initializer:
        values = numpy_helper.to_array(tensor).astype(np.float64)
        if tensor.name.endswith("weight"):
            ranks = np.empty(values.size, int)
            order = np.argsort(-np.abs(values), axis=None, kind="stable")
            ranks[order] = np.arange(values.size)
            values = values * (ranks.reshape(values.shape) < round(kept * values.size))
        parameters[tensor.name] = values
    return parameters


def convolution(x, weights, bias):
    """Computes a 3x3 convolution with one row and column of zeros around: (N, C, H, W)."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.einsum("nchwij,mcij->nmhw", windows, weights, optimize=True) + bias[:, None, None]


def forward(x, parameters):
    def layer(name):
        return parameters[f"{name}.weight"], parameters[f"{name}.bias"]

    x = np.maximum(convolution(x, *layer("conv1")), 0)
    x = np.maximum(convolution(x, *layer("conv2")), 0)
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5)).reshape(n, -1)
    for name in ("fc1", "fc2"):
        weights, bias = layer(name)
        x = x @ weights.T + bias
        if name == "fc1":
            x = np.maximum(x, 0)
    return x


# -- the rules ----------------------------------------------------------------

def probabilities(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def largest(logits):
    return probabilities(logits).max(axis=-1)


def gap(logits):
    ordered = np.sort(probabilities(logits), axis=-1)
    return ordered[..., -1] - ordered[..., -2]


def negative_entropy(logits):
    p = probabilities(logits)
    return np.sum(p * np.log(np.maximum(p, np.finfo(float).tiny)), axis=-1)


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule that stops a round whose score is at least sign * threshold."""

    name: str
    score: object
    sign: int

    def margins(self, logits, thresholds):
        """Returns the score above the threshold, (rounds, N); infinite in the last round."""
        thresholds = self.sign * np.resize(thresholds, ROUNDS - 1)
        above = self.score(logits[:-1]) - thresholds[:, None]
        return np.vstack([above, np.full(logits.shape[1], np.inf)])


SOFTMAX = Rule("softmax", largest, 1)
MARGIN = Rule("margin", gap, 1)
ENTROPY = Rule("entropy", negative_entropy, -1)

CASES = (
    (SOFTMAX, (0.9,)), (SOFTMAX, (0.92, 0.95, 0.6)),
    (MARGIN, (0.5,)), (MARGIN, (0.95, 0.8, 0.3)),
    (ENTROPY, (0.3,)), (ENTROPY, (0.27, 0.2, 0.8)),
)


# -- the comparison -----------------------------------------------------------

def check_case(rule, thresholds, logits, folder):
    option = f"{rule.name}:" + ",".join(str(t) for t in thresholds)
    binary = compile_model(MODEL, folder / "digits.crania", f"--clusters={CLUSTERS}",
                           f"--exit={option}")
    result = classify(binary, IMAGES, folder, DIGITS)
    actual = result.main.exit_rounds - 1

    above = rule.margins(logits, thresholds)
    expected = (above >= 0).argmax(axis=0)
    undecided = (np.abs(above) < CONFIDENCE_TOLERANCE).any(axis=0)
    expect(undecided.mean() <= MOST_UNDECIDED, f"{option}: {undecided.sum()} images are undecided")
    expect(len(np.unique(expected)) == ROUNDS, f"{option}: some round stops no image")
    wrong = np.flatnonzero((actual != expected) & ~undecided)
    expect(not wrong.size, f"{option}: image {wrong[:1]} stops after round {actual[wrong[:1]] + 1}"
           f" instead of {expected[wrong[:1]] + 1}; {wrong.size} such images")

    difference = np.abs(result.main.logits - logits[actual, np.arange(len(actual))]).max()
    expect(difference < LOGIT_TOLERANCE, f"{option}: logits of the exit round differ by "
           f"{difference:.2g}")
    histogram = np.bincount(expected, minlength=ROUNDS) / len(expected)
    expect(np.abs(result.report["exit_histogram"] - histogram).max() <= undecided.mean() + 1e-12,
           f"{option}: exit_histogram {result.report['exit_histogram']}, expected {histogram}")
    print("ok", option, histogram)
    return actual


def check(folder):
    images = DIGITS.apply(np.load(IMAGES)).astype(np.float64)
    logits = np.stack([forward(images, weights_of_round(kept)) for kept in np.cumsum(FRACTIONS)])
    rounds = [check_case(*case, logits, folder) for case in CASES]
    for i, one in enumerate(rounds):
        for other in rounds[i + 1:]:
            expect((one != other).any(), "two cases stop alike, so they show less than they claim")


if __name__ == "__main__":
    main_of(check)
