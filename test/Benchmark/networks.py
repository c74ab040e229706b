#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures every baseline row of every real network, and the speed of simulating them.

Prints for each network the accuracy, the rounds, and the DRAM traffic, cycles and energy
per input of each row, with their ratios to `iterative`. Prints the geometric mean and
the minimum of the ratios over all networks. Networks without files are named and skipped.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

import numpy as np  # noqa: E402 (after the path that the harness needs)

from real_networks import NETWORKS  # noqa: E402
from tools import CheckFailed, classify, compile_model  # noqa: E402

COLUMNS = (("accuracy", "{:.4f}"), ("agreement_with_full", "{:.4f}"), ("loss_points", "{:.2f}"), ("mean_rounds", "{:.3f}"),
           ("dram_bytes", "{:,.0f}"), ("cycles", "{:,.0f}"), ("bound_cycles", "{:,.0f}"),
           ("energy_pj", "{:,.0f}"), ("energy_ratio", "{:.2f}"), ("cycles_ratio", "{:.2f}"))
RATIOS = ("energy_ratio", "cycles_ratio")


def measure(network, options, folder):
    """Returns the report of a network with all rows, and the seconds of both tools."""
    begin = time.monotonic()
    binary = compile_model(network.model, folder / f"{network.name}.crania", "--baselines",
                           f"--clusters={options.clusters}", f"--exit={options.exit}",
                           f"--target={options.target}")
    compiled = time.monotonic()
    limit = [f"--limit={options.limit}"] if options.limit else []
    result = classify(binary, network.images, folder, network.convention,
                      f"--labels={network.labels}", f"--threads={options.threads}", *limit)
    return {"report": result.report, "compile_seconds": compiled - begin,
            "run_seconds": time.monotonic() - compiled}


def print_network(name, measured):
    report = measured["report"]
    print(f"\n{name}: {report['images']} images, target {report['target']}, "
          f"{report['precision']}, DRAM at {report['dram']['pj_per_bit']} pJ/bit; compiled in "
          f"{measured['compile_seconds']:.1f} s, ran in {measured['run_seconds']:.1f} s")
    lines = [["row"] + [key for key, _ in COLUMNS]]
    for row, values in report["rows"].items():
        lines.append([row] + ["-" if values[key] is None else text.format(values[key])
                              for key, text in COLUMNS])
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join([line[0].ljust(widths[0])]
                        + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]))


def print_means(measured):
    rows = [m["report"]["rows"]["crania"] for m in measured.values()]
    for ratio in RATIOS:
        values = np.array([row[ratio] for row in rows if row[ratio] is not None])
        if len(values) < len(rows):
            print(f"{len(rows) - len(values)} networks lose too much for a ratio")
        if len(values) == 0:
            continue
        print(f"{ratio} of crania over {len(values)} networks: geometric mean "
              f"{np.exp(np.log(values).mean()):.2f}, minimum {values.min():.2f}")


def parse_options():
    parser = argparse.ArgumentParser(prog="utils/bench.sh networks",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--clusters", default=".1,.2,.3,.4")
    parser.add_argument("--exit", default="softmax:0.9")
    parser.add_argument("--target", default="edge")
    parser.add_argument("--limit", type=int, help="only the first images of each set")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    options = parse_options()
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.networks:
            if not NETWORKS[name].model.exists():
                print(f"left out, not there: {NETWORKS[name].model}")
                continue
            measured[name] = measure(NETWORKS[name], options, pathlib.Path(folder))
            print_network(name, measured[name])
    if not measured:
        sys.exit("no network was there; CRANIA_SHARED_DATA names the folder of the data")
    print()
    print_means(measured)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
