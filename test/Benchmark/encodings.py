#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the sizes and speeds of weight encodings against other compressors.

Ten arrays of 1,000,000 int8 weights, generated from a seed, are encoded in blocks
of 4096 weights that decode on their own. Tables, directory and padding are counted. zstd
and xz take each array as a whole and are measured in the same run; the figures of the
Ethos-U coder are quoted. Speeds are of one thread, one byte per weight. A compiler
chooses an encoding per segment. Here it is dense+tans, unless conditional+tans saves at
least half a percent: it stores no zeros but needs a second decoder. The targets are for
the chosen encoding.

The second part measures the weight images of real networks in i8, clusters
.1/.2/.3/.4, as compiled for `edge` and `edge-lite`. It prints the bytes with tables,
directories and padding relative to the entropy of (cluster, value) of each layer; the
decoder's time relative to that of DRAM, each on its own; and the decoder's cost on the
timeline, against a machine whose decoder takes no time. The row `iterative`, whose
weights are bitmaps and plain words, must give the same answers. Without the networks,
these are SKIPPED. The exit status is 1 if a target is missed.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

import numpy as np  # noqa: E402 (after the path that the harness needs)

from real_networks import NETWORKS  # noqa: E402
from tools import CheckFailed, classify, compile_model, run_tool  # noqa: E402

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
# The saving that justifies a decoder of positions, relative to the bits of the
# dense encoding.
MIN_SAVING = 0.005


def quantize(values, scale):
    return np.clip(np.rint(values / scale), -LARGEST, LARGEST).astype(np.int8)


def kmeans(values, k):
    """Returns the index of the center of each value, and the centers, starting from quantiles."""
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
    """Returns Laplacian weights: per tensor or channel, pruned at random or by size, clustered."""
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


def choose_encoding(coders):
    limit = (1 - MIN_SAVING) * coders[DENSE]["bits_per_weight"]
    return SPARSE if coders[SPARSE]["bits_per_weight"] <= limit else DENSE


def measure(name, array, quoted, folder):
    """Returns the figures of every coder on one array."""
    path = folder / name
    array.tofile(path)
    output = subprocess.run(["encoding-bench", path], check=True, capture_output=True, text=True)
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
    return {"entropy": bits, "encoding": choose_encoding(coders), "coders": coders}


def print_array(name, measured):
    print(f"\n{name}: entropy {measured['entropy']:.4f} bits per weight; "
          f"encoding {measured['encoding']}")
    print(f"  {'coder':38}{'bits/weight':>12}{'/entropy':>10}{'encode MB/s':>13}{'decode MB/s':>13}"
          f"{'um2/lane':>10}{'pJ/value':>10}")
    for coder, figures in measured["coders"].items():
        print(f"  {coder:38}{figures['bits_per_weight']:12.4f}{figures['entropy_ratio']:10.4f}"
              f"{figures['encode_MBps']:13.1f}{figures['decode_MBps']:13.1f}"
              + (f"{figures['lane_um2']:10.0f}{figures['picojoules']:10.2f}"
                 if figures.get("lane_um2") else ""))


def targets(measured):
    """Returns (figure, value, target, whether it is met) of every array."""
    for name, array in measured.items():
        coders = array["coders"]
        chosen = coders[array["encoding"]]
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
    """Checks that the generator gives the arrays that the quoted figures are from."""
    for name, array in measured.items():
        if abs(array["entropy"] - quoted[name]["entropy_bpw"]) > 1e-4:
            sys.exit(f"error: {name} has entropy {array['entropy']:.4f}, the array that the "
                     f"quoted figures are of {quoted[name]['entropy_bpw']}: numpy's generator "
                     "has changed")


# The networks with more than 0.2 million weights.
REAL_NETWORKS = ("lenet_caffe_mnist", "vgg8_cifar10", "squeezenet1_1_imagenet")
MAX_NETWORK_RATIO = 1.03
MAX_LITE_RATIO = 1.08
MAX_DECODE_SHARE = 1.02  # of the time in which DRAM delivers a layer's weights
MAX_DECODER_COST = 1.02  # cycles over those with a decoder that takes no time
FREE_DECODER = ('"free", "{\\22base\\22: \\22edge\\22, \\22name\\22: \\22free\\22, '
                '\\22decoder\\22: {\\22lanes\\22: 4096, \\22blocks\\22: 256}}"')
# The steps of the residual scheme that the targets of clustering count for.
STEPS = {"lenet_caffe_mnist": 1.6, "vgg8_cifar10": 1.2, "squeezenet1_1_imagenet": 0.5}
CALIBRATION_IMAGES = 100
COMPARED_IMAGES = 40
IMAGE_LINE = re.compile(r"image of (?P<program>\S+): \d+ B at \d+, decoder of (?P<um2>\d+) um2, "
                        r"\+(?P<overhead>[\d.]+) %")
LAYER_LINE = re.compile(r"(?P<name>\S+): (?P<weights>\d+) weights, (?P<bytes>\d+) B, .* entropy "
                        r"(?P<entropy>[\d.]+), .*decoding (?P<decode>\d+) of (?P<dram>\d+) cycles")


def read_image(binary, program):
    """Returns the layers of a program, and its decoder, from the map of its image."""
    layers, image = [], None
    for line in run_tool("crania-translate", "--dump-image", binary).splitlines():
        if begin := IMAGE_LINE.match(line):
            if image:
                break
            image = begin if begin["program"] == program else None
        elif image and (layer := LAYER_LINE.match(line)):
            layers.append({"name": layer["name"], "weights": int(layer["weights"]),
                           "bytes": int(layer["bytes"]),
                           "entropy_bytes": float(layer["entropy"]) * int(layer["weights"]) / 8,
                           "decode_cycles": int(layer["decode"]),
                           "dram_cycles": int(layer["dram"])})
    return {"layers": layers, "decoder_um2": int(image["um2"]),
            "overhead_percent": float(image["overhead"]),
            "ratio": (sum(layer["bytes"] for layer in layers)
                      / sum(layer["entropy_bytes"] for layer in layers)),
            "decode_share": max(layer["decode_cycles"] / layer["dram_cycles"] for layer in layers)}


def free_decoder(binary, folder):
    """Returns the same programs and images for a machine whose decoder takes almost no time."""
    module, free = folder / "free.mlir", folder / "free.crania"
    run_tool("crania-translate", "--binary-to-crania", binary, "-o", module)
    module.write_text(module.read_text().replace('target <"edge">', f"target <{FREE_DECODER}>"))
    run_tool("crania-translate", "--crania-to-binary", module, "-o", free)
    return free


def decoder_cost(report, free_report):
    """Returns the cycles relative to those with a free decoder, and the layers whose
    difference exceeds the allowed part of their DRAM-bound time."""
    row, free = (r["rows"]["crania"] for r in (report, free_report))
    above = [layer["name"] for layer, other in zip(row["layers"], free["layers"])
             if layer["dram_bytes_by_purpose"]["weights"] > 0
             and layer["cycles"] - other["cycles"]
             > (MAX_DECODER_COST - 1) * layer["bound_cycles_dram"]]
    return {"cycles_ratio": row["cycles"] / free["cycles"], "layers_above": above}


def measure_network(network, folder):
    calibration, images, _ = network.split(folder)
    arithmetic = ["--precision=i8", f"--calibrate={calibration}",
                  f"--calibrate-limit={CALIBRATION_IMAGES}", "--clusters=.1,.2,.3,.4",
                  *network.convention.options()]
    residual = [option for option in arithmetic if not option.startswith("--clusters")]
    residual += ["--scheme=residual", f"--steps={STEPS[network.name]}"]
    refined = {target: read_image(compile_model(network.model, folder / "refined.crania",
                                                f"--target={target}", *residual), "crania")
               for target in ("edge", "edge-lite")}
    edge = compile_model(network.model, folder / "edge.crania", "--baselines", *arithmetic)
    lite = compile_model(network.model, folder / "lite.crania", "--target=edge-lite", *arithmetic)
    run = classify(edge, images, folder, network.convention, f"--limit={COMPARED_IMAGES}")
    free = classify(free_decoder(edge, folder), images, folder, network.convention,
                    f"--limit={COMPARED_IMAGES}")
    rows = run.rows
    plain, coded = rows["iterative"], rows["crania"]
    same = ((plain.logits == coded.logits).all() and (plain.exit_rounds == coded.exit_rounds).all())
    return {"edge": read_image(edge, "crania"), "edge-lite": read_image(lite, "crania"),
            "residual": refined,
            "decoder": decoder_cost(run.report, free.report), "same_answers": bool(same)}


def print_network(name, measured):
    images = {"edge": measured["edge"], "edge-lite": measured["edge-lite"],
              **{f"{target}, residual": image for target, image in measured["residual"].items()}}
    print(f"\n{name}, i8, clusters .1/.2/.3/.4, and residual with steps={STEPS[name]}")
    for target, image in images.items():
        print(f"  {target}: {image['ratio']:.4f} x entropy, decoder of {image['decoder_um2']} um2, "
              f"+{image['overhead_percent']} % of area with the store")
        for layer in image["layers"]:
            print(f"    {layer['name']:24}{layer['weights']:9} weights{layer['bytes']:9} B"
                  f"{layer['bytes'] / layer['entropy_bytes']:9.4f} x entropy, decoding "
                  f"{layer['decode_cycles']} of {layer['dram_cycles']} cycles of DRAM")


def network_targets(measured):
    for name, network in measured.items():
        edge, lite = network["edge"], network["edge-lite"]
        yield (f"{name} bytes/entropy", f"{edge['ratio']:.4f}", f"<= {MAX_NETWORK_RATIO}",
               edge["ratio"] <= MAX_NETWORK_RATIO)
        yield (f"{name} slowest layer, decoding/DRAM", f"{edge['decode_share']:.3f}",
               f"<= {MAX_DECODE_SHARE}", edge["decode_share"] <= MAX_DECODE_SHARE)
        cost = network["decoder"]
        yield (f"{name} cycles over those with a free decoder", f"{cost['cycles_ratio']:.4f}",
               f"<= {MAX_DECODER_COST}", cost["cycles_ratio"] <= MAX_DECODER_COST)
        yield (f"{name} layers it costs more than 2 % of their DRAM-bound time",
               ", ".join(cost["layers_above"]) or "none", "none", not cost["layers_above"])
        yield (f"{name} bytes/entropy on edge-lite", f"{lite['ratio']:.4f}", f"<= {MAX_LITE_RATIO}",
               lite["ratio"] <= MAX_LITE_RATIO)
        for target, most in (("edge", MAX_NETWORK_RATIO), ("edge-lite", MAX_LITE_RATIO)):
            ratio = network["residual"][target]["ratio"]
            yield (f"{name}, residual, bytes/entropy on {target}", f"{ratio:.4f}", f"<= {most}",
                   ratio <= most)
        yield (f"{name} answers", "same" if network["same_answers"] else "other",
               "those of plain words", network["same_answers"])


def measure_networks():
    measured = {}
    for name in REAL_NETWORKS:
        if not NETWORKS[name].model.exists():
            print(f"\nSKIPPED: {name}, as {NETWORKS[name].model} is not there")
            continue
        with tempfile.TemporaryDirectory() as folder:
            measured[name] = measure_network(NETWORKS[name], pathlib.Path(folder))
        print_network(name, measured[name])
    return measured


def parse_options():
    parser = argparse.ArgumentParser(prog="utils/bench.sh encodings",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    parser.add_argument("--only", choices=("arrays", "networks"), help="only one of the parts")
    return parser.parse_args()


def measure_arrays():
    quoted = ethos_u_figures()
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, array in weight_arrays().items():
            measured[name] = measure(name, array, quoted[name], pathlib.Path(folder))
            print_array(name, measured[name])
    check_same_arrays(measured, quoted)
    return measured


def main():
    options = parse_options()
    measured = measure_arrays() if options.only != "networks" else {}
    networks = measure_networks() if options.only != "arrays" else {}
    rows = [*targets(measured), *network_targets(networks)]
    print_targets(rows)
    if options.json:
        results = {"arrays": measured, "networks": networks,
                   "targets": [dict(zip(("figure", "value", "target", "met"), row)) for row in rows]}
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    if not all(is_met for *_, is_met in rows):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
