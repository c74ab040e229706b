# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bits, accuracy and agreement of early rounds on the real networks, by scheme."""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

from equalisation import equalise  # noqa: E402
from real_networks import NETWORKS  # noqa: E402 (after the path that the harness needs)
from tools import CheckFailed, classify, run_tool  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Target:
    """The largest loss of accuracy in points, for at most that many bits per weight."""
    loss: float
    bits: float
    agreement: float = 0


TARGETS = {
    "lenet5_mnist": Target(0.5, 1.6),
    "lenet_caffe_mnist": Target(0.5, 1.6),
    "vgg8_cifar10": Target(1.0, 2.0),
    "resnet8_mlperftiny_cifar10": Target(1.0, 3.6),
    "squeezenet1_1_imagenet": Target(2.0, 3.6, 85),
}
CALIBRATION_IMAGES = 100
STEPS = (2.0, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6, 0.5, 0.4)
FRACTIONS = "0.1,0.15,0.25,0.5"
# Name, options of the pipeline, rounds to measure.
SCHEMES = (
    ("importance", f"clusters={FRACTIONS}", (1, 2, 3)),
    ("importance-corrected", f"scheme=importance-corrected clusters={FRACTIONS}", (1, 2, 3)),
    ("by activation", f"scheme=importance-corrected metric=activation clusters={FRACTIONS}",
     (1, 2, 3)),
    ("over all layers", f"scheme=importance-corrected scope=global clusters={FRACTIONS}",
     (1, 2, 3)),
    ("by k-means", "scheme=importance-corrected clusters=kmeans:4", (1, 2, 3)),
    ("codebooks of 16 words",
     f"scheme=importance-corrected share-weights=16 clusters={FRACTIONS}", (1, 2, 3)),
    *((f"residual {step}", f"scheme=residual steps={step}", (1,)) for step in STEPS),
)
# Each entry omits or changes one part of the residual scheme, at the step that
# the target counts for.
ABLATIONS = (
    ("as it is", ""),
    ("no output correction", "correct=false"),
    ("no compensation of errors", "compensate=false"),
    ("no retargeting", "retarget=false"),
    ("codes by error alone", "rate=0"),
    ("same steps in all layers", "balance=0"),
    ("steps by size alone", "balance=1"),
)
EQUALISED = "equalized channels"


@dataclasses.dataclass
class Row:
    scheme: str
    round: int
    bits: float
    accuracy: float
    loss: float
    agreement: float


def input_options(convention):
    """Returns the options of the pipeline."""
    options = {"input-scale": convention.scale or 1, "input-layout": convention.layout,
               "input-channels": convention.channels}
    for name, values in (("input-mean", convention.mean), ("input-std", convention.std)):
        if len(values):
            options[name] = ",".join(map(str, values))
    return " ".join(f"{name}={value}" for name, value in options.items())


def compile_rounds(network, model, scheme, exits, calibration, folder):
    """Returns the path of the device binary, and the remarks."""
    imported = folder / f"{model.stem}.mlir"
    if not imported.exists():
        run_tool("crania-translate", "--import-onnx", model, "-o", imported)
    program, binary = folder / "program.mlir", folder / "program.crania"
    pipeline = (f"precision=i8 calibrate={calibration} calibrate-limit={CALIBRATION_IMAGES} "
                f"{input_options(network.convention)} {scheme} exit=softmax:{exits}")
    done = subprocess.run(["crania-opt", imported, f"--crania-pipeline={pipeline}",
                           "--remark-policy=all", "--remarks-filter=crania-.*",
                           "--mlir-print-op-on-diagnostic=false", "-o", program],
                          capture_output=True, text=True)
    if done.returncode:
        raise CheckFailed(f"{network.name}, {scheme}: {done.stderr[-2000:]}")
    run_tool("crania-translate", "--crania-to-binary", program, "-o", binary)
    return binary, done.stderr


def bits_per_weight(remarks, clusters):
    """Returns the entropy of the first clusters of all layers, over all weights."""
    bits = weights = 0
    for match in re.finditer(r'BitsPerWeight=(?:"([^"]*)"|([^,]*)), Count=(\d+)', remarks):
        # Layers that are not in 8 bits, or have several groups, are not coded.
        text = match[1] or match[2].replace("none", "8")
        bits += sum(list(map(float, text.split(",")))[:clusters]) * int(match[3])
        weights += int(match[3])
    return bits / weights


def measure(network, name, scheme, clusters, round_, paths, folder, model=None, whole=None):
    """Measures a scheme. Losses are relative to the accuracy `whole`, by default that of the
    last round."""
    calibration, images, labels = paths
    exits = ",".join("0" if r == round_ else "1" for r in range(1, clusters))
    binary, remarks = compile_rounds(network, model or network.model, scheme, exits,
                                     calibration, folder)
    # Plain importance has the supports of importance-corrected.
    bits = None if name == "importance" else bits_per_weight(remarks, round_)
    result = classify(binary, images, folder, network.convention, f"--labels={labels}")
    values = next(iter(result.report["rows"].values()))
    if whole is None:
        whole = 100 * values["full_accuracy"]
    return Row(name, round_, bits, 100 * values["accuracy"], whole - 100 * values["accuracy"],
               100 * values["agreement_with_full"])


def rows_of(network, paths, folder):
    whole = None
    for name, scheme, rounds in SCHEMES:
        clusters = 2 if name.startswith("residual") else FRACTIONS.count(",") + 1
        for round_ in rounds:
            row = measure(network, name, scheme, clusters, round_, paths, folder, whole=whole)
            # The loss refers to the original network, even if a codebook
            # changes it.
            whole = row.accuracy + row.loss
            yield row


def print_row(row):
    bits = "" if row.bits is None else f"{row.bits:.2f}"
    print(f"{row.scheme:26} {row.round:5} {bits:>7} {row.accuracy:9.2f} {row.loss:6.2f} "
          f"{row.agreement:10.2f}", flush=True)


def figures(folder, names, ablations):
    """Prints a table per network; yields (figure, value, unit, target, met)."""
    for name, target in TARGETS.items():
        network = NETWORKS[name]
        if names and name not in names.split(","):
            continue
        if not network.model.exists():
            print(f"SKIPPED {name}: {network.model} is not there")
            continue
        print(f"\n{name}\n{'scheme':26} {'round':>5} {'bits':>7} {'top-1 %':>9} {'loss':>6} "
              f"{'agree %':>10}")
        best = None
        paths = network.split(folder)
        for row in rows_of(network, paths, folder):
            print_row(row)
            if row.scheme.startswith("residual") and row.bits <= target.bits:
                if best is None or row.bits > best.bits:
                    best = row
        if best is None:
            yield f"{name}, bits", float("nan"), "per weight", f"at most {target.bits}", False
            continue
        yield (f"{name}, loss at {best.bits:.2f} bits per weight", best.loss, "points",
               f"at most {target.loss} at {target.bits} bits", best.loss <= target.loss)
        if target.agreement:
            yield (f"{name}, agreement at {best.bits:.2f} bits per weight", best.agreement, "%",
                   f"at least {target.agreement}", best.agreement >= target.agreement)
        for name_, options in ABLATIONS if ablations else ():
            step = best.scheme.split()[1]
            print_row(measure(network, name_, f"scheme=residual steps={step} {options}", 2, 1,
                              paths, folder))
        if ablations:
            model = folder / f"{name}.equalised.onnx"
            changed = equalise(network.model, model)
            step = best.scheme.split()[1]
            for name_, options in ((EQUALISED, f"scheme=residual steps={step}"),
                                   (f"{EQUALISED}, importance", SCHEMES[1][1])):
                clusters = 2 if "residual" in options else FRACTIONS.count(",") + 1
                print_row(measure(network, name_, options, clusters, 1, paths, folder, model,
                                  best.accuracy + best.loss))
            print(f"({changed} layers were equalized)")
