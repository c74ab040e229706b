#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares all rows on all real networks at equal accuracy: the figures that CRANIA stands for.

Each network runs in i8 with residual clusters and in i16 with clusters by importance, one
input at a time and eight at a time. The thresholds of each row, and the setting of
one-shot-coarse, are chosen on calibration images for at most a quarter of a point of loss.
The figures are those of other images. A ratio exists only between rows that lose at most
half a point on these.
Prints a Markdown table for each run, and last a line for each target. Exits with 1 if a
target is missed. Networks without files are named and skipped.

The steps of residual clusters and the numbers of images come from data/headline.json.
--retune searches the steps again on the calibration images, and writes the file.
"""

import argparse
import dataclasses
import json
import math
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

from preprocessing import Convention  # noqa: E402
from real_networks import NETWORKS  # noqa: E402
from tools import EXAMPLES, CheckFailed, classify, compile_model  # noqa: E402

SETTINGS = ROOT / "test" / "Benchmark" / "data" / "headline.json"
MAX_LOSS = 0.5  # percentage points, on the images that are reported on
# Thresholds that use up a limit on some images exceed it on half of all others.
MAX_CALIBRATION_LOSS = 0.25
SWEEPS = (1, 8)
STEPS = ("2.5", "2", "1.6", "1.25", "1", "0.8", "2.5,1.25", "2,1", "1.6,0.8")
# What the paper claims against plain iterative inference.
CLAIMED = {"energy": 9.0, "cycles": 5.8}


@dataclasses.dataclass(frozen=True)
class Data:
    """A network with images and labels to calibrate on, and others to report on."""

    name: str
    model: pathlib.Path
    convention: Convention
    calibration: tuple  # paths of images and labels
    evaluation: tuple
    limit: int  # number of images to calibrate on, and to report on


def halves(name, images, labels, folder):
    """Writes the even and the odd images and labels to files of their own."""
    parts = []
    pixels, classes = np.load(images), np.load(labels)
    for begin, part in ((0, "calibration"), (1, "evaluation")):
        paths = tuple(folder / f"{name}.{part}.{kind}.npy" for kind in "xy")
        np.save(paths[0], pixels[begin::2])
        np.save(paths[1], classes[begin::2])
        parts.append(paths)
    return parts


def data_of(name, folder, limit):
    """Returns the data of a network, or nothing if files are missing."""
    if name == "digits":
        digits = EXAMPLES / "digits"
        parts = halves(name, digits / "test_x_u8.npy", digits / "test_y_u8.npy", folder)
        return Data(name, digits / "digits.onnx", Convention(scale=1 / 16), *parts, limit)
    network = NETWORKS[name]
    if not network.model.exists():
        return None
    if network.calibration_set:
        images = network.split(folder)[0]
        labels = images.parent / images.name.replace("_x_u8_nhwc", "_y_u8").replace("_x_u8",
                                                                                    "_y_u8")
        parts = [(images, labels), (network.images, network.labels)]
    else:
        parts = halves(name, network.images, network.labels, folder)
    return Data(name, network.model, network.convention, *parts, limit)


def compile_data(data, output, options):
    calibration = [f"--calibrate={data.calibration[0]}", f"--labels={data.calibration[1]}",
                   f"--calibrate-limit={data.limit}", f"--max-loss={MAX_CALIBRATION_LOSS}"]
    return compile_model(data.model, output, *calibration, *data.convention.options(), *options)


def run_data(data, binary, part, folder, *options):
    return classify(binary, part[0], folder, data.convention, f"--labels={part[1]}",
                    f"--limit={data.limit}", f"--threads={os.cpu_count()}",
                    f"--max-loss={MAX_LOSS}", *options).report


def residual(steps):
    return ["--precision=i8", "--scheme=residual", f"--steps={steps}"]


IMPORTANCE = ["--precision=i16", "--clusters=.3,.3,.4"]


def retune(data, folder):
    """Returns the steps whose row crania takes the least energy on the calibration images."""
    energies = {}
    for steps in STEPS:
        binary = compile_data(data, folder / "trial.crania", residual(steps))
        report = run_data(data, binary, data.calibration, folder)
        row = report["rows"]["crania"]
        if row["loss_points"] <= MAX_LOSS:
            energies[steps] = row["energy_pj"]
        print(f"{data.name}: --steps={steps}: {row['energy_pj'] / 1e6:.2f} uJ, "
              f"{row['mean_rounds']:.2f} rounds, {row['loss_points']:.2f} points", flush=True)
    return min(energies, key=energies.get) if energies else STEPS[-1]


def number(value, text):
    return "-" if value is None else text.format(value)


def print_table(data, title, report):
    limit = report["max_loss_points"]
    print(f"\n### {data.name}, {title}\n")
    print(f"{report['images']} images, {100 * report['full_accuracy']:.2f} % with all weights, target "
          f"{report['target']}, {report['area']['overhead_percent']:.1f} % of area added. Energy in uJ per "
          "image.\n")
    names = list(report["rows"]["crania"]["energy_pj_by_dram"])
    header = ["row", "loss, points", "rounds", "DRAM KB", "cycles", *names, "first image",
              "energy ratio", "speed ratio"]
    print("| " + " | ".join(header) + " |")
    print("|---" * len(header) + "|")
    for name, row in report["rows"].items():
        energies = [f"{value / 1e6:.2f}" for value in row["energy_pj_by_dram"].values()]
        loss = f"{row['loss_points']:.2f}" + ("" if row["loss_points"] <= limit else " (too many)")
        print(f"| {name} | {loss} | {row['mean_rounds']:.3f} | {row['dram_bytes'] / 1024:.1f} | "
              f"{row['cycles']:,.0f} | {' | '.join(energies)} | "
              f"{number(row['cold_start'] and row['cold_start']['energy_pj'] / 1e6, '{:.2f}')} | "
              f"{number(row['energy_ratio'], '{:.2f}')} | {number(row['cycles_ratio'], '{:.2f}')} |")


def ratios_of(reports, row, reference, key):
    """Returns reference / row for each network on which both are within the limit."""
    values = []
    for report in reports:
        rows = report["rows"]
        if all(name in rows and rows[name]["loss_points"] <= MAX_LOSS for name in (row, reference)):
            values.append(rows[reference][key] / rows[row][key])
    return values


def summaries(title, reports):
    """Yields the figures of one way to run all networks: text, value, claim or None."""
    for reference in ("iterative", "one-shot", "one-shot-coarse"):
        for key, what in (("energy_pj", "energy"), ("cycles", "cycles")):
            values = ratios_of(reports, "crania", reference, key)
            if not values:
                continue
            mean = math.exp(sum(map(math.log, values)) / len(values))
            text = (f"{title}: {what} of {reference} over crania, geometric mean of "
                    f"{len(values)} of {len(reports)} networks (minimum {min(values):.2f})")
            yield text, mean, CLAIMED[what] if reference == "iterative" else None
    values = ratios_of(reports, "one-shot-coarse", "iterative", "energy_pj")
    if values:
        yield (f"{title}: energy of iterative over one-shot-coarse, geometric mean of {len(values)} networks",
               math.exp(sum(map(math.log, values)) / len(values)), None)
    cheaper = [report for report in reports
               if report["rows"]["crania"]["mean_rounds"] > 1
               and report["rows"]["crania"]["loss_points"] <= MAX_LOSS
               and all(ratio > 1 for ratio in ratios_of([report], "crania", "one-shot-coarse", "energy_pj"))]
    yield f"{title}: networks on which crania iterates and no coarse round is cheaper", len(cheaper), None


def measure(data, settings, folder):
    """Yields the title and the report of each run of a network."""
    for title, options in (("i8 residual", residual(settings["steps"])),
                           ("i16 importance", IMPORTANCE)):
        binary = compile_data(data, folder / "net.crania", [*options, "--baselines"])
        for sweep in SWEEPS:
            yield (f"{title}, M = {sweep}",
                   run_data(data, binary, data.evaluation, folder, f"--sweep={sweep}"))


def parse_options(known):
    parser = argparse.ArgumentParser(prog="utils/bench.sh headline",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all reports and figures there")
    parser.add_argument("--networks", nargs="+", choices=known, default=known)
    parser.add_argument("--limit", type=int,
                        help="largest number of images of each network, to report and to "
                             "calibrate on (default: images in data/headline.json)")
    parser.add_argument("--retune", action="store_true",
                        help="search the steps of residual clusters again (an hour)")
    return parser.parse_args()


def main():
    settings = json.loads(SETTINGS.read_text())
    options = parse_options(list(settings["networks"]))
    reports = {}
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for network in options.networks:
            images = settings["networks"][network]["images"]
            data = data_of(network, folder, min(images, options.limit or images))
            if not data:
                print(f"SKIPPED {network}: its files are not there (CRANIA_SHARED_DATA)")
                continue
            if options.retune:
                settings["networks"][network]["steps"] = retune(data, folder)
                SETTINGS.write_text(json.dumps(settings, indent=1) + "\n")
            for title, report in measure(data, settings["networks"][network], folder):
                reports.setdefault(title, {})[network] = report
                print_table(data, title, report)
                sys.stdout.flush()
    figures = [{"figure": text, "value": value, "target": target,
                "met": None if target is None else value >= target}
               for title, of_title in reports.items()
               for text, value, target in summaries(title, list(of_title.values()))]
    print()
    for figure in figures:
        verdict = "no target" if figure["target"] is None else (
            f"at least {figure['target']:g}, {'met' if figure['met'] else 'missed'}")
        print(f"{figure['figure']}: {figure['value']:.2f}, {verdict}")
    print(f"{time.monotonic() - begin:.0f} s")
    if options.json:
        options.json.write_text(json.dumps({"figures": figures, "reports": reports}, indent=1) + "\n")
    return 1 if any(figure["met"] is False for figure in figures) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
