#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the worth of early rounds for their bits, and optimal k-means.

networks: runs every scheme on the real networks in 8 bits, compiled for the simulated
machine. It measures the bits per weight of the first clusters (order-0 entropy of the
codes, positions included, whole layers included), and the accuracy and agreement of a
round that always stops, on images that calibration did not see. Among the steps of the
residual scheme, the target counts for those that use most of the allowed bits.

solvers: compares optimal k-means with exact dynamic programming. Laplacian values are
generated from a seed, as float32, or rounded from that to float16. The squared errors
and seconds of other tools are quoted (data/kmeans_1d.csv). Prints a line
`figure: value unit, target, met|missed` for each. The exit status is 1 if a target was
missed. Seconds are processor time on one thread, the fastest of five runs.
"""

import argparse
import csv
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import cluster_networks

BUILD = pathlib.Path(os.environ.get("CRANIA_BUILD",
                                    pathlib.Path(__file__).resolve().parents[2] / "build"))
BENCHMARKS = BUILD / "test" / "Benchmark"
QUOTED = pathlib.Path(__file__).parent / "data" / "kmeans_1d.csv"

SEED = 1
GROUPS = 16
TOLERANCE = 1e-7  # of the squared error, relative
MAX_SECONDS = {("f32", 1_000_000): 0.1, ("f16", 25_000_000): 0.6}
# The largest exponent of the growth of seconds with the number of values. It
# allows 10 % for data that no longer fit caches.
MAX_EXPONENT = 1.1
GROWTH = {"f32": (1_000_000, 4_000_000, 16_000_000), "f16": (6_250_000, 25_000_000)}


def quoted_figures():
    """Returns {(type, number of values): squared error of exact dynamic programming}."""
    types = {"float32": "f32", "float16": "f16"}
    with QUOTED.open() as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(types[row["dtype"]], int(row["values"])): float(row["squared_error"])
                for row in rows if row["method"].startswith("exact")}


def write_values(count, folder):
    """Returns the paths of `count` values as f32 and f16."""
    values = np.random.default_rng(SEED).laplace(0, 1, count).astype(np.float32)
    paths = {"f32": folder / f"{count}.f32", "f16": folder / f"{count}.f16"}
    values.tofile(paths["f32"])
    values.astype(np.float16).tofile(paths["f16"])
    return paths


def solve(path, dtype, counts):
    """Returns {count: (squared error, seconds)} of the first values of a file."""
    output = subprocess.run([BENCHMARKS / "kmeans-benchmark", path, dtype, str(GROUPS),
                             *map(str, counts)], check=True, capture_output=True, text=True)
    lines = (line.split("\t") for line in output.stdout.splitlines())
    return {int(count): (float(error), float(seconds)) for count, error, seconds in lines}


def kmeans_figures(folder):
    largest = {}
    for (dtype, count), optimum in quoted_figures().items():
        paths = write_values(count, folder)
        error, seconds = solve(paths[dtype], dtype, [count])[count]
        name = f"k-means, {count} {dtype} values, k = {GROUPS}"
        difference = error / optimum - 1
        yield (f"{name}, squared error", error, "",
               f"{optimum} within {TOLERANCE:g} ({difference:+.1e})", abs(difference) <= TOLERANCE)
        if limit := MAX_SECONDS.get((dtype, count)):
            yield f"{name}, time", seconds, "s", f"at most {limit}", seconds <= limit
        largest[count] = paths
    paths = largest[max(largest)]
    for dtype, counts in GROWTH.items():
        times = solve(paths[dtype], dtype, counts)
        few, many = counts[0], counts[-1]
        exponent = math.log(times[many][1] / times[few][1]) / math.log(many / few)
        yield (f"k-means, {dtype}, growth of time from {few} to {many} values", exponent,
               "as exponent", f"at most {MAX_EXPONENT}", exponent <= MAX_EXPONENT)


def main():
    parser = argparse.ArgumentParser(prog="utils/bench.sh clusters",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--parts", default="solvers,networks",
                        help="which of solvers, networks and, with networks, ablations")
    parser.add_argument("--networks", default="", help="names; default: all")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    options = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        figures = []
        if "solvers" in options.parts:
            figures.append(kmeans_figures(folder))
        if "networks" in options.parts:
            figures.append(cluster_networks.figures(folder, options.networks,
                                                    "ablations" in options.parts))
        for figure, value, unit, target, met in itertools.chain(*figures):
            measured.append({"figure": figure, "value": value, "unit": unit, "target": target,
                             "met": met})
            print(f"{figure}: {value:.9g}{' ' if unit else ''}{unit}, {target}, "
                  f"{'met' if met else 'missed'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")
    missed = sum(not figure["met"] for figure in measured)
    print(f"{len(measured) - missed} met, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
