# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""extension_points.py FOLDER ACME_BUILD: runs the schemes, the exit rule, the scheduling
solver and the target of the out-of-tree example on the host and on the machine, and
compares them with NumPy."""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

from installed import Runtime, expect, run, scratch, stock

SEED = 3
INPUTS, HIDDEN, CLASSES, ROUNDS = 16, 32, 6, 3
SAMPLES = 40
MARGIN = 2.0
STORE_BYTES = 512
TOLERANCE = 1e-4
LIB = "/usr/lib/llvm-22/lib"


def literal(array):
    return f'dense<"0x{np.ascontiguousarray(array, np.float32).tobytes().hex().upper()}">'


class Network:
    """A network of two layers without bias, which NumPy computes completely."""

    def __init__(self, random):
        self.weights = [random.normal(size=(INPUTS, HIDDEN)).astype(np.float32),
                        random.normal(size=(HIDDEN, CLASSES)).astype(np.float32) * 0.1]

    def logits(self, x, rounds):
        """Returns the logits of the striped network with weights D_rounds."""
        for i, weights in enumerate(self.weights):
            stripes = np.arange(weights.size).reshape(weights.shape) % ROUNDS
            x = x @ np.where(stripes < rounds, weights, 0)
            if i == 0:
                x = np.maximum(x, 0)
        return x

    def answer(self, x):
        """Returns (exit round, logits) by the rule of the example."""
        for rounds in range(1, ROUNDS + 1):
            logits = self.logits(x, rounds)
            second, largest = np.sort(logits.ravel())[-2:]
            if rounds == ROUNDS or largest - second >= MARGIN:
                return rounds, logits

    def source(self, samples=None):
        """Returns the classifier and, with samples, a main that prints their logits."""
        first, second = self.weights
        text = f"""
  func.func @classify(%x: tensor<1x{INPUTS}xf32>) -> tensor<1x{CLASSES}xf32> attributes {{crania.classifier}} {{
    %first = arith.constant {literal(first)} : tensor<{INPUTS}x{HIDDEN}xf32>
    %second = arith.constant {literal(second)} : tensor<{HIDDEN}x{CLASSES}xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x{HIDDEN}xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x{HIDDEN}xf32>) -> tensor<1x{HIDDEN}xf32>
    %a = linalg.matmul ins(%x, %first : tensor<1x{INPUTS}xf32>, tensor<{INPUTS}x{HIDDEN}xf32>) outs(%f : tensor<1x{HIDDEN}xf32>) -> tensor<1x{HIDDEN}xf32>
    %r = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}}
      ins(%a : tensor<1x{HIDDEN}xf32>) outs(%e : tensor<1x{HIDDEN}xf32>) {{
    ^bb0(%in: f32, %out: f32):
      %m = arith.maximumf %in, %zero : f32
      linalg.yield %m : f32
    }} -> tensor<1x{HIDDEN}xf32>
    %g = tensor.empty() : tensor<1x{CLASSES}xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %logits = linalg.matmul ins(%r, %second : tensor<1x{HIDDEN}xf32>, tensor<{HIDDEN}x{CLASSES}xf32>) outs(%h : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    return %logits : tensor<1x{CLASSES}xf32>
  }}
"""
        if samples is None:
            return text
        calls = "".join(f"""
    %x{i} = arith.constant {literal(x)} : tensor<1x{INPUTS}xf32>
    %r{i} = call @classify(%x{i}) : (tensor<1x{INPUTS}xf32>) -> tensor<1x{CLASSES}xf32>
    %p{i} = tensor.cast %r{i} : tensor<1x{CLASSES}xf32> to tensor<*xf32>
    call @printMemrefF32(%p{i}) : (tensor<*xf32>) -> ()""" for i, x in enumerate(samples))
        return f"""{text}
  func.func private @printMemrefF32(tensor<*xf32>)
  func.func @main() {{{calls}
    return
  }}
"""


def close(found, expected):
    return np.allclose(np.ravel(found), np.ravel(expected), rtol=TOLERANCE, atol=TOLERANCE)


def on_the_host(acme_opt, network, samples):
    """Checks the scheme and the rule, lowered by CRANIA's reference path."""
    pathlib.Path("host.mlir").write_text(network.source(samples))
    run(acme_opt, "host.mlir",
        "--pass-pipeline=builtin.module(crania-check-classifiers,crania-attach-target,"
        "crania-cluster-weights{clusters=0.4,0.3,0.3},acme-stripe-weights,func.func(crania-form-rounds),"
        f"acme-stop-at-clear-winner{{margin={MARGIN}}})", "-o", "level2.mlir")
    text = pathlib.Path("level2.mlir").read_text()
    expect("#acme.striped" in text and "#acme.clear_winner" in text, "the attributes are not there")
    run(acme_opt, "level2.mlir", "--crania-reference-pipeline", "-o", "lowered.mlir")
    printed = stock("mlir-runner", "lowered.mlir", "--entry-point-result=void",
                    f"--shared-libs={LIB}/libmlir_runner_utils.so",
                    f"--shared-libs={LIB}/libmlir_c_runner_utils.so")
    found = [np.array(re.findall(r"[-+0-9.e]+", part.split("Unranked")[0]), np.float32)
             for part in printed.split("data =")[1:]]
    answers = [network.answer(x) for x in samples]
    rounds = [answer[0] for answer in answers]
    expect(len(set(rounds)) == ROUNDS, f"not every round stops: {rounds}")
    for x, logits, (exit_round, expected) in zip(samples, found, answers):
        expect(close(logits, expected), f"{logits} instead of {expected} in round {exit_round}")
    expect(len(found) == len(samples), "inputs without an answer")


def on_the_machine(acme_opt, network, samples):
    """Checks the scheme, the solver and a custom target on the simulated machine."""
    pathlib.Path("classifier.mlir").write_text(network.source())
    small = {"base": "edge", "weight_store": {"bytes": STORE_BYTES}}
    pathlib.Path("small.json").write_text(json.dumps(small))
    run(acme_opt, "classifier.mlir",
        "--pass-pipeline=builtin.module(crania-check-classifiers,crania-attach-target{target=small.json},"
        "crania-cluster-weights{clusters=0.4,0.3,0.3},acme-stripe-weights,func.func(crania-form-rounds{exit=entropy:0}),"
        "crania-assign-encodings,acme-retain-first-clusters,func.func(crania-place-segments))", "-o", "planned.mlir")
    text = pathlib.Path("planned.mlir").read_text()
    expect("residency = retained, store_offset = 0" in text, "the solver retains nothing")
    # The first cluster of the first layer does not fit; that of the second
    # layer does.
    expect(text.count("residency = retained") == 1, "the store holds another number of clusters than one")
    run(acme_opt, "planned.mlir", "--convert-crania-to-hw", "-o", "hw.mlir")
    run("crania-translate", "--crania-to-binary", "hw.mlir", "-o", "striped.crania")
    binary = pathlib.Path("striped.crania").read_bytes()
    runtime = Runtime()
    for x in samples:
        exit_round, logits = runtime.infer(binary, x, CLASSES)
        expect(exit_round == ROUNDS and close(logits, network.logits(x, ROUNDS)), "another answer")


def refining(acme_opt, network, samples):
    """A scheme whose clusters refine each other: signs in round 1, weights in round 2."""
    signed = [np.where(np.signbit(w), -np.mean(np.abs(w)), np.mean(np.abs(w))).astype(np.float32)
              for w in network.weights]
    for exit_rule, wanted_round, (first, second) in (("softmax:0", 1, signed),
                                                     ("entropy:0", 2, network.weights)):
        run(acme_opt, "classifier.mlir", "--crania-check-classifiers", "--crania-attach-target",
            "--crania-cluster-weights=clusters=0.5,0.5", "--acme-sign-weights",
            f"--crania-form-rounds=exit={exit_rule}", "-o", "signs.mlir")
        expect("#acme.signs" in pathlib.Path("signs.mlir").read_text(), "the scheme is not there")
        run(acme_opt, "signs.mlir", "--crania-assign-encodings", "--crania-schedule-fetches",
            "--crania-place-segments", "--convert-crania-to-hw", "-o", "signs.hw.mlir")
        run("crania-translate", "--crania-to-binary", "signs.hw.mlir", "-o", "signs.crania")
        binary = pathlib.Path("signs.crania").read_bytes()
        runtime = Runtime()
        for x in samples:
            exit_round, logits = runtime.infer(binary, x, CLASSES)
            expected = np.maximum(x @ first, 0) @ second
            expect(exit_round == wanted_round, f"round {exit_round} instead of {wanted_round}")
            expect(close(logits, expected), f"{logits} instead of {expected} in round {wanted_round}")


def refused(acme_opt):
    """Checks that the exit unit accepts only its own rules."""
    result = subprocess.run(
        [acme_opt, "level2.mlir", "--pass-pipeline=builtin.module(crania-assign-encodings,"
         "crania-schedule-fetches,func.func(crania-place-segments),convert-crania-to-hw)"],
        capture_output=True, text=True)
    expect(result.returncode and "exit rule" in result.stderr, f"not refused: {result.stderr}")


def main():
    folder, build = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    acme_opt = build / "acme-opt"
    scratch(folder)
    random = np.random.default_rng(SEED)
    network = Network(random)
    samples = random.normal(size=(SAMPLES, 1, INPUTS)).astype(np.float32)
    on_the_host(acme_opt, network, samples)
    on_the_machine(acme_opt, network, samples)
    refining(acme_opt, network, samples)
    refused(acme_opt)
    print("two schemes, an exit rule, a solver and a target of another project")


main()
