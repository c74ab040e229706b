#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the costs of compiling networks of the size of VGG-16 and ResNet-18.

Prints a line per target, `figure, target, met|missed`, then a table per network with
the seconds and the memory of each pass. Seconds are those of the CPU, the least of
several runs; memory is resident, and counted in bytes of float32 weights. Ends with
exit status 1 if a target is missed.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

from resources import (BYTES_PER_MB, Compilation, measure_compilation,  # noqa: E402
                       tool_bytes, write_network)
from tools import CheckFailed  # noqa: E402

WEIGHT_BYTES = 4
# Name of the measurement: network and width.
NETWORKS = {"vgg16": ("vgg16", 1.0), "vgg16 quarter": ("vgg16", 0.5), "resnet18": ("resnet18", 1.0)}
MOST_SECONDS = {"vgg16": 90, "resnet18": 1}
MOST_MEMORY = 3   # times the bytes of the weights
MOST_GROWTH = 1.5


@dataclasses.dataclass(frozen=True)
class Measured:
    weights: int
    compilation: Compilation

    @property
    def seconds_per_weight(self):
        return self.compilation.seconds / self.weights

    def memory(self, beside=0):
        """Returns the peak beyond some bytes, in bytes of the weights."""
        return (self.compilation.peak_bytes - beside) / (self.weights * WEIGHT_BYTES)


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    value: float
    target: float

    @property
    def met(self):
        return self.value < self.target

    def __str__(self):
        return (f"{self.name} {self.value:.3g}, target below {self.target:g}, "
                f"{'met' if self.met else 'missed'}")


def measure(name, folder, runs=3, options=()):
    """Returns the cheapest of several compilations of a network, with the peak of all of them."""
    network, width = NETWORKS[name]
    model = folder / "network.onnx"
    weights = write_network(network, model, width)
    all_runs = [measure_compilation(model, folder / "network.crania", *options)
                for _ in range(runs)]
    best = min(all_runs, key=lambda run: run.seconds)
    peak = max(run.peak_bytes for run in all_runs)
    return Measured(weights, dataclasses.replace(best, peak_bytes=peak))


def figures_of(measured, tool):
    """Returns the targets. The tool itself takes a fifth of the bytes of VGG-16's weights,
    but twice those of ResNet-18's. There, only the rest is compared with the weights."""
    vgg16, quarter, resnet18 = (measured[name] for name in NETWORKS)
    return [
        Figure("vgg16: seconds", vgg16.compilation.seconds, MOST_SECONDS["vgg16"]),
        Figure("vgg16: peak memory / weights", vgg16.memory(), MOST_MEMORY),
        Figure("resnet18: seconds", resnet18.compilation.seconds, MOST_SECONDS["resnet18"]),
        Figure(f"resnet18: peak memory beside the tool's own {tool / BYTES_PER_MB:.0f} MB / weights",
               resnet18.memory(tool), MOST_MEMORY),
        Figure("vgg16: seconds per weight / those of its quarter",
               vgg16.seconds_per_weight / quarter.seconds_per_weight, MOST_GROWTH),
    ]


def measure_all(runs=3, options=()):
    """Returns measurements by name, and the figures that have targets."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        measured = {name: measure(name, folder, runs, options) for name in NETWORKS}
        return measured, figures_of(measured, tool_bytes(folder))


def print_table(name, measured):
    print(f"\n{name}: {measured.weights:,} weights, "
          f"{measured.weights * WEIGHT_BYTES / BYTES_PER_MB:.0f} MB")
    print(f"{'step':28}{'seconds':>10}{'resident MB':>14}{'peak MB':>10}")
    for step in measured.compilation.steps:
        print(f"{step.name:28}{step.seconds:10.3f}{step.resident_mb:14.1f}{step.peak_mb:10.1f}")


def parse_options():
    parser = argparse.ArgumentParser(prog="utils/bench.sh scale",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def main():
    options = parse_options()
    measured, figures = measure_all(options.runs)
    for figure in figures:
        print(figure)
    for name, one in measured.items():
        print_table(name, one)
    if options.json:
        report = {"figures": [{**dataclasses.asdict(figure), "met": figure.met}
                              for figure in figures],
                  "networks": {name: dataclasses.asdict(one) for name, one in measured.items()}}
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
