#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How small and how fast weight layouts are, against other compressors.

Ten arrays of 1,000,000 int8 weights, made here from a seed, are encoded in blocks of
4096 weights that decode on their own; tables, directory and padding are counted. zstd
and xz take each array whole and are measured in the same run; the figures of the
Ethos-U coder are quoted. Speeds are of one thread, one byte per weight. A compiler
chooses a layout per segment; here it is dense+tans, unless conditional+tans, which
stores no zeros but needs a second decoder, saves at least half a percent. The targets
are of the layout so chosen; the exit status is 1 if one is missed.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

SEED = 20240101
WEIGHTS = 1_000_000
CHANNELS = 1000
LARGEST = 127  # of int8, symmetric
KMEANS_STEPS = 60
ETHOS_U = pathlib.Path(__file__).parent / "data" / "ethos_u_weights.csv"

MAX_ENTROPY_RATIO = 1.01
MIN_ENCODE_MBPS = 100
MIN_DECODE_MBPS = 300
PEERS = ("zstd -19", "xz -9e")
DENSE, SPARSE = "dense+tans", "conditional+tans"
# What makes the decoder of positions worth while, of the bits of the dense layout.
MIN_SAVING = 0.005


def quantize(values, scale):
    return np.clip(np.rint(values / scale), -LARGEST, LARGEST).astype(np.int8)


def kmeans(values, k):
    """Index of the centre of each value, and the centres, from quantiles on."""
    ordered = np.sort(values)
    centres = np.quantile(ordered, (np.arange(k) + .5) / k)
    sums = np.concatenate([[0], np.cumsum(ordered)])
    for _ in range(KMEANS_STEPS):
        bounds = (centres[1:] + centres[:-1]) / 2
        edges = np.concatenate([[0], np.searchsorted(ordered, bounds), [len(ordered)]])
        sizes = np.diff(edges)
        centres = np.where(sizes > 0, (sums[edges[1:]] - sums[edges[:-1]]) / np.maximum(sizes, 1),
                           centres)
    return np.searchsorted((centres[1:] + centres[:-1]) / 2, values), centres


def clustered(values, k):
    index, centres = kmeans(values, k)
    return quantize(centres, np.abs(centres).max() / LARGEST)[index]


def weight_arrays():
    """Laplacian weights: per tensor or channel, pruned at random or by size, clustered."""
    rng = np.random.default_rng(SEED)
    weights = rng.laplace(0, 1, WEIGHTS)
    arrays = {"lap": quantize(weights, np.abs(weights).max() / LARGEST)}
    channels = weights.reshape(CHANNELS, -1)
    scaled = channels / (np.abs(channels).max(1, keepdims=True) / LARGEST)
    per_channel = arrays["lap_pc"] = quantize(scaled, 1)
    for zeros in (50, 80):
        small = np.abs(scaled) < np.quantile(np.abs(scaled), zeros / 100)
        arrays[f"lap_z{zeros}"] = np.where(small, 0, per_channel)
        dropped = rng.random(scaled.shape) < zeros / 100
        arrays[f"lap_rz{zeros}"] = np.where(dropped, 0, per_channel)
    for k in (16, 32):
        arrays[f"lap_u{k}"] = clustered(weights, k)
    for zeros in (50, 80):
        small = np.abs(weights) < np.quantile(np.abs(weights), zeros / 100)
        pruned = np.zeros(WEIGHTS, np.int8)
        pruned[~small] = clustered(weights[~small], 15)
        arrays[f"lap_u16z{zeros}"] = pruned
    return {name: array.astype(np.int8).ravel() for name, array in arrays.items()}


def entropy(array):
    share = np.unique(array, return_counts=True)[1] / array.size
    return float(-(share * np.log2(share)).sum())


def ethos_u_figures():
    with ETHOS_U.open() as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["array"]: {key: float(row[key]) for key in row if key != "array"}
                for row in rows}


def choose_layout(coders):
    limit = (1 - MIN_SAVING) * coders[DENSE]["bits_per_weight"]
    return SPARSE if coders[SPARSE]["bits_per_weight"] <= limit else DENSE


def measure(name, array, quoted, folder):
    """The figures of every coder on one array."""
    path = folder / name
    array.tofile(path)
    output = subprocess.run(["layout-bench", path], check=True, capture_output=True, text=True)
    coders = {}
    for line in output.stdout.splitlines():
        figures = json.loads(line)
        del figures["file"]
        coders[figures.pop("coder")] = figures
    coders["Ethos-U (quoted)"] = {"bits_per_weight": quoted["ethos_u_bpw"],
                                  "encode_MBps": quoted["encode_MBps"],
                                  "decode_MBps": quoted["decode_MBps"]}
    bits = entropy(array)
    for figures in coders.values():
        figures["entropy_ratio"] = figures["bits_per_weight"] / bits
    return {"entropy": bits, "layout": choose_layout(coders), "coders": coders}


def print_array(name, measured):
    print(f"\n{name}: entropy {measured['entropy']:.4f} bits per weight; "
          f"layout {measured['layout']}")
    print(f"  {'coder':28}{'bits/weight':>12}{'/entropy':>10}{'encode MB/s':>13}{'decode MB/s':>13}")
    for coder, figures in measured["coders"].items():
        print(f"  {coder:28}{figures['bits_per_weight']:12.4f}{figures['entropy_ratio']:10.4f}"
              f"{figures['encode_MBps']:13.1f}{figures['decode_MBps']:13.1f}")


def targets(measured):
    """(figure, value, target, whether it is met) of every array."""
    for name, array in measured.items():
        coders = array["coders"]
        chosen = coders[array["layout"]]
        bits = chosen["bits_per_weight"]
        ratio = chosen["entropy_ratio"]
        yield (f"{name} bits/entropy", f"{ratio:.4f}", f"<= {MAX_ENTROPY_RATIO}",
               ratio <= MAX_ENTROPY_RATIO)
        for peer in PEERS + ("Ethos-U (quoted)",):
            limit = coders[peer]["bits_per_weight"]
            yield f"{name} bits/weight", f"{bits:.4f}", f"< {limit:.4f} of {peer}", bits < limit
        for figure, least in (("encode_MBps", MIN_ENCODE_MBPS), ("decode_MBps", MIN_DECODE_MBPS)):
            yield (f"{name} {figure}", f"{chosen[figure]:.1f}", f">= {least}",
                   chosen[figure] >= least)


def print_targets(rows):
    print("\nfigure, target, met|missed")
    for figure, value, target, is_met in rows:
        print(f"{figure} {value}, {target}, {'met' if is_met else 'missed'}")


def check_same_arrays(measured, quoted):
    """The quoted figures are of these arrays only if the generator gives the same."""
    for name, array in measured.items():
        if abs(array["entropy"] - quoted[name]["entropy_bpw"]) > 1e-4:
            sys.exit(f"error: {name} has entropy {array['entropy']:.4f}, the array that the "
                     f"quoted figures are of {quoted[name]['entropy_bpw']}: numpy's generator "
                     "has changed")


def parse_options():
    parser = argparse.ArgumentParser(prog="utils/bench.sh layouts",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    return parser.parse_args()


def main():
    options = parse_options()
    quoted = ethos_u_figures()
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, array in weight_arrays().items():
            measured[name] = measure(name, array, quoted[name], pathlib.Path(folder))
            print_array(name, measured[name])
    check_same_arrays(measured, quoted)
    rows = list(targets(measured))
    print_targets(rows)
    if options.json:
        results = {"arrays": measured,
                   "targets": [dict(zip(("figure", "value", "target", "met"), row)) for row in rows]}
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    if not all(is_met for *_, is_met in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
