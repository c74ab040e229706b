#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the simulated machine with other simulators, and measures its speed.

Prints a line `figure: value unit, target, met|missed` for each: the layers of
SCALE-Sim, one pass of a network of ResNet-18's size on the timed and the flat DRAM, and all
figures of `utils/bench.sh dram`. The exit status is 1 if a target was missed. Times
are those of the processor, on one thread.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

import dram  # noqa: E402 (the benchmark beside this one)
from resources import write_network  # noqa: E402
from tools import CheckFailed, compile_model  # noqa: E402

MACHINES = {
    "resnet18, timed DRAM": {"base": "edge"},
    "resnet18, flat DRAM": {"base": "edge", "name": "flat", "dram": {"model": "flat"}},
}


def binaries(folder):
    """Returns names and files of the network, compiled for each machine."""
    network = folder / "resnet18.onnx"
    write_network("resnet18", network)
    for number, (name, target) in enumerate(MACHINES.items()):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(target))
        yield name
        yield compile_model(network, folder / f"{number}.crania", f"--target={path}",
                            "--clusters=1")


def main():
    parser = argparse.ArgumentParser(prog="utils/bench.sh machine",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    options = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        arguments = list(binaries(pathlib.Path(folder)))
        for program, names in (("machine-benchmark", arguments), ("dram-benchmark", [])):
            for f in dram.figures(dram.BENCHMARKS / program, *names):
                measured.append(f)
                print(f"{f['figure']}: {f['value']:g} {f['unit']}, {f['target']}, "
                      f"{'met' if f['met'] else 'missed'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")
    missed = sum(not f["met"] for f in measured)
    print(f"{len(measured) - missed} met, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
