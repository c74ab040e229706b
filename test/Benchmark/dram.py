#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the DRAM model with DRAMsim3 and Ramulator 2, and measures its speed.

Prints a line `figure: value unit, target, met|missed` for each; the exit status is 1
if a target was missed. Speeds are per second of processor time, on one thread.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

BUILD = pathlib.Path(os.environ.get("CRANIA_BUILD",
                                    pathlib.Path(__file__).resolve().parents[2] / "build"))
BENCHMARKS = BUILD / "test" / "Benchmark"


def figures(program, *arguments):
    """Returns the figures that a program prints."""
    with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            figure, value, unit, target, verdict = line.rstrip("\n").split("\t")
            yield {"figure": figure, "value": float(value), "unit": unit,
                   "target": target, "met": verdict == "met"}
    if process.returncode:
        sys.exit(f"{program} failed with {process.returncode}")


def main():
    parser = argparse.ArgumentParser(prog="utils/bench.sh dram",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    options = parser.parse_args()
    measured = []
    for f in figures(BENCHMARKS / "dram-benchmark"):
        measured.append(f)
        print(f"{f['figure']}: {f['value']:g} {f['unit']}, {f['target']}, "
              f"{'met' if f['met'] else 'missed'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")
    missed = sum(not f["met"] for f in measured)
    print(f"{len(measured) - missed} met, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
