# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Every round of calibrated clusters: the machine, which decodes them from the bytes of
the image, computes bit for bit the results of the module as nested loops under stock
MLIR and LLVM.

Layers may have different schemes: in "mixed", the middle layer is residual, and the
first and the last one have importance clusters.

The last round is the network without clusters. Early rounds are close to it, and
closer with corrected outputs than without.
"""

import numpy as np

import host_path
from preprocessing import Convention
from tools import EXAMPLES, classify, compile_model, expect, main_of, run_tool

DIGITS = EXAMPLES / "digits"
CONVENTION = Convention(scale=1 / 16)
IMAGES = 60
CALIBRATION = 100  # the first images; the others are for the checks
INPUT = f"limit={CALIBRATION} scale=0.0625"
# Options of the pass, and the number of rounds.
SCHEMES = {
    "ternary": ("scheme=residual steps=1.6", 2),
    "three_rounds": ("scheme=residual steps=1.6,0.5", 3),
    "first_whole": ("scheme=residual steps=1 whole=first,last balance=0", 2),
    "importance": ("scheme=importance fractions=0.25,0.25,0.5", 3),
    "by_activation": ("scheme=importance fractions=0.5,0.5 metric=activation", 2),
    "global": ("scheme=importance fractions=0.5,0.5 metric=activation scope=global", 2),
    "k_means": ("scheme=importance fractions=kmeans:3", 3),
    "mixed": ("scheme=residual steps=1.2 whole=last", 2),
}
# Cluster fractions of the layers that the pass leaves whole, if not one cluster.
LEFT = {"mixed": "0.6,0.4"}
CODEBOOK = 16
# These schemes are also run without correction.
COMPARED = ("ternary", "importance")


def quantise(folder):
    module = folder / "integers.mlir"
    imported = folder / "imported.mlir"
    run_tool("crania-translate", "--import-onnx", DIGITS / "digits.onnx", "-o", imported)
    run_tool("crania-opt", imported, "--crania-check-classifiers",
             f"--crania-calibrate=images={DIGITS / 'test_x_u8.npy'} {INPUT}",
             "--crania-quantize-classifiers=precision=i8", "-o", module)
    return module


def exits_in(round_, rounds):
    """Returns an exit rule whose first passed threshold is that of round `round_`. A
    probability that rounds to 1 also passes the thresholds of 1."""
    return "softmax:" + ",".join("0" if r == round_ else "1" for r in range(1, rounds))


def logits_of(module, name, folder, pixels, exit_rule, left="1"):
    """Returns the logits of the machine, their exit rounds, and the logits of nested loops."""
    rounds = folder / f"{name}.rounds.mlir"
    run_tool("crania-opt", module, f"--crania-cluster-weights=clusters={left}",
             f"--crania-form-rounds=exit={exit_rule}", "-o", rounds)
    images = folder / "x.npy"
    np.save(images, pixels)
    binary = compile_model(rounds, folder / f"{name}.crania")
    row = classify(binary, images, folder, CONVENTION).main
    function = host_path.load(rounds, folder)
    inputs = CONVENTION.apply(pixels).astype(np.float32)
    loops = np.stack([function(np.ascontiguousarray(image[None])) for image in inputs])
    return row.logits, row.exit_rounds, loops


def check_scheme(name, module, folder, pixels, whole):
    options, rounds = SCHEMES[name]
    errors = {}
    for correction in ("true", "false") if name in COMPARED else ("true",):
        clustered = folder / f"{name}.{correction}.mlir"
        run_tool("crania-opt", module,
                 f"--crania-cluster-calibrated=images={DIGITS / 'test_x_u8.npy'} {INPUT} "
                 f"{options} correct={correction}", "-o", clustered)
        last = None
        for round_ in range(1, rounds + 1):
            rule = exits_in(round_, rounds)
            logits, exits, loops = logits_of(clustered, f"{name}{correction}{round_}", folder,
                                             pixels, rule, LEFT.get(name, "1"))
            expect((logits == loops).all(),
                   f"{name}, round {round_}: the machine is off nested loops by "
                   f"{np.abs(logits - loops).max()}")
            expect((exits == round_).mean() > 0.5, f"{name}: few exits in round {round_}")
            here = exits == round_
            errors[correction, round_] = np.square(logits - whole)[here].mean() / whole.var()
            last = logits[here], whole[here]
        expect((last[0] == last[1]).all(), f"{name}: the last round is not the network")
    for round_ in range(1, rounds):
        expect(0 < errors["true", round_] < 0.5,
               f"{name}: round {round_} is {errors['true', round_]:.3f} off")
    if name in COMPARED:
        expect(errors["true", 1] < errors["false", 1],
               f"{name}: correction makes round 1 worse: {errors}")
    return {correction: error for (correction, round_), error in errors.items() if round_ == 1}


def check_shared(module, folder, pixels):
    """Checks codebooks of 16 words in importance clusters: each layer has that many words,
    and the rounds are those of the network with these words, which is close to the original."""
    shared = folder / "shared.mlir"
    run_tool("crania-opt", module, f"--crania-share-weights=entries={CODEBOOK}", "-o", shared)
    logits, exits, loops = logits_of(shared, "shared", folder, pixels, "softmax:0.99", ".5,.5")
    expect((logits == loops).all(), "shared words: the machine is off nested loops")
    expect(0 < (exits == 1).mean() < 1, "shared words: all inputs stop in one round")
    decoded = run_tool("crania-translate", "--dump-image", folder / "shared.crania")
    expect("codebook" in decoded or "tans" in decoded or "packed" in decoded,
           f"shared words are not coded: {decoded}")
    last = classify(compile_model(shared, folder / "shared.whole.crania", "--clusters=1"),
                    folder / "x.npy", folder, CONVENTION).main.logits
    expect((last[exits == 2] == logits[exits == 2]).all(),
           "shared words: the last round is not the network")
    return last


def check(folder):
    pixels = np.load(DIGITS / "test_x_u8.npy")[CALIBRATION:CALIBRATION + IMAGES]
    np.save(folder / "x.npy", pixels)
    module = quantise(folder)
    binary = compile_model(module, folder / "whole.crania", "--clusters=1")
    whole = classify(binary, folder / "x.npy", folder, CONVENTION).main.logits
    shared = check_shared(module, folder, pixels)
    error = np.square(shared - whole).mean() / whole.var()
    expect(0 < error < 0.1, f"codebooks of {CODEBOOK} words are {error} off")
    print(f"codebooks of {CODEBOOK} words are off by {error:.4f} of the variance")
    for name in SCHEMES:
        for correction, error in check_scheme(name, module, folder, pixels, whole).items():
            print(f"{name}, correction {correction}: round 1 is off by {error:.4f} of the variance")


if __name__ == "__main__":
    main_of(check)
