#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the host's arithmetic against targets. Prints a line per figure: figure,
target, met or missed.

speed: the time of a round of the functional engine relative to ONNX Runtime (one thread,
batch 1) on the same images; of a round in 8-bit integers relative to f32, and of the
contractions alone; and of two threads relative to one. Both sides take turns, lap by
lap, and the median of the ratios of the laps counts, so that other load on the machine
affects both. Single threads are compared by CPU time, which does not include waiting for
other processes. The gain of two threads depends on the cores that the host provides.
They are therefore measured against two processes, which share nothing and count as twice
as fast as one. With less than two cores, the test cannot show if threads wait for each
other.

accuracy: the loss of integers against f32, calibrated on images other than those of the
report.

compiling: time and memory of networks of the size of VGG-16 and ResNet-18.

The exit status is 1 if a target is missed.
"""

import argparse
import dataclasses
import json
import operator
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration" / "harness"))
os.environ.setdefault("CRANIA_EXAMPLES", str(ROOT / "examples"))
os.environ.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))

import numpy as np  # noqa: E402 (after the path that the harness needs)

import integer_accuracy  # noqa: E402
import scale  # noqa: E402
from real_networks import NETWORKS  # noqa: E402
from tools import CheckFailed, compile_model, run_tool  # noqa: E402

# The images of a lap form several batches, so that threads allocate memory for
# many.
LAP_IMAGES = {"squeezenet1_1_imagenet": 16, "vgg8_cifar10": 60, "resnet8_mlperftiny_cifar10": 200}
CALIBRATION_IMAGES = 32  # speed does not depend on them


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    value: float
    limit: float
    at_most: bool = True

    @property
    def met(self):
        return (operator.le if self.at_most else operator.ge)(self.value, self.limit)

    def __str__(self):
        bound = "at most" if self.at_most else "at least"
        return (f"{self.name} {self.value:.2f}, {bound} {self.limit:.2f}, "
                f"{'met' if self.met else 'missed'}")


class Stopwatch:
    """A process that answers each line with milliseconds per input, wall and CPU."""

    def __init__(self, *command, **environment):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def start(self, line=""):
        print(line, file=self.process.stdin, flush=True)

    def finish(self):
        answer = self.process.stdout.readline()
        if not answer:
            raise CheckFailed(f"{' '.join(self.process.args)} ended without an answer")
        return dict(zip(("wall", "cpu"), map(float, answer.split())))

    def lap(self, line=""):
        self.start(line)
        return self.finish()


def ort_modules():
    modules = ROOT / "build" / "node_modules"
    if not (modules / "onnxruntime-node").is_dir():
        raise CheckFailed("ONNX Runtime is not there; utils/setup.sh --for=test installs it")
    return str(modules)


def take_turns(laps, first, second):
    """Returns median CPU times of both, and the median of first / second."""
    first(), second()  # warms up both
    times = np.array([(first()["cpu"], second()["cpu"]) for _ in range(laps)])
    return (*np.median(times, axis=0), np.median(times[:, 0] / times[:, 1]))


def speed_of_threads(laps, one, other):
    """Returns the speedup of two threads of `one` over one, where two processes count as
    twice as fast, and the cores that the host gave to the processes."""
    speeds, cores = [], []
    for _ in range(laps):
        for process in (one, other):
            process.start(1)
        alone = [process.finish() for process in (one, other)]
        slower = max(lap["wall"] for lap in alone)
        speeds.append(slower / one.lap(2)["wall"])
        cores.append(sum(lap["cpu"] for lap in alone) / slower)
    return np.median(speeds), np.median(cores)


def compile_both(network, folder):
    """Compiles the network in f32 and in 8-bit integers."""
    reals = compile_model(network.model, folder / f"{network.name}.f32.crania", "--clusters=1")
    calibration, _, _ = network.split(folder)
    integers = compile_model(network.model, folder / f"{network.name}.i8.crania", "--clusters=1",
                             "--precision=i8", f"--calibrate={calibration}",
                             f"--calibrate-limit={CALIBRATION_IMAGES}",
                             *network.convention.options())
    return reals, integers


def speed_of_network(network, options, folder):
    images = np.load(network.images, mmap_mode="r")[:LAP_IMAGES[network.name]]
    inputs = network.convention.apply(images)
    np.save(folder / "inputs.npy", inputs)
    inputs.tofile(folder / "inputs.f32")
    shape = ",".join(map(str, (1, *inputs.shape[1:])))
    binary, integers = compile_both(network, folder)

    def rounds(binary):
        return Stopwatch("host-benchmark", "rounds", binary, folder / "inputs.npy")

    with rounds(binary) as crania, rounds(binary) as other, rounds(integers) as i8, \
            Stopwatch("node", ROOT / "test" / "Benchmark" / "ort_times.js", network.model,
                      folder / "inputs.f32", shape, NODE_PATH=ort_modules()) as ort:
        ours, theirs, ratio = take_turns(options.laps, lambda: crania.lap(1), ort.lap)
        small, _, small_ratio = take_turns(options.laps, lambda: i8.lap(1), lambda: crania.lap(1))
        threads, cores = speed_of_threads(options.laps, crania, other)
    print(f"# {network.name}: f32 round {ours:.3f} ms, ONNX Runtime {theirs:.3f} ms, "
          f"i8 round {small:.3f} ms; the host gives two processes {cores:.2f} cores")
    yield Figure(f"{network.name} f32 round : ONNX Runtime", ratio, 1.3)
    yield Figure(f"{network.name} f32 speed of two threads", threads, 1.8, at_most=False)
    if has_vnni():
        yield Figure(f"{network.name} i8 round : f32 round", small_ratio, 1)
    else:
        print(f"{network.name} i8 round : f32 round {small_ratio:.2f}, SKIPPED, the host has no "
              "VNNI")
    yield from speed_of_kernels(network, binary)


def has_vnni():
    return run_tool("host-benchmark", "host").strip() == "vnni"


def speed_of_kernels(network, binary):
    """Returns the times of all contractions of the network, as they are and in integers."""
    times = json.loads(run_tool("host-benchmark", "kernels", binary))
    print(f"# {network.name}: contractions, us: {times}")
    for integers in ("u8", "i8"):
        yield Figure(f"{network.name} contractions {integers} : f32",
                     times[integers] / times["f32"], 1)


def speed(options, folder):
    for name in options.networks:
        if not NETWORKS[name].model.exists():
            print(f"left out, not there: {NETWORKS[name].model}")
            continue
        yield from speed_of_network(NETWORKS[name], options, folder)


def accuracy(options, folder):
    for network in NETWORKS.values():
        if not network.model.exists():
            print(f"SKIPPED, not there: {network.model}")
            continue
        for precision in ("i8", "i16"):
            measured = integer_accuracy.measure(network, precision, folder)
            print(f"{network.name}: top-1 {measured.reals:.2f} % in f32, "
                  f"{measured.integers:.2f} % in {precision}, "
                  f"{measured.agreement:.2f} % of the predictions agree")
            for verdict in integer_accuracy.verdicts(network, precision, measured):
                yield Figure(*verdict)


def compiling(options, folder):
    """Measures the figures of `utils/bench.sh scale`, which also prints the costs of each pass."""
    yield from scale.measure_all()[1]


PARTS = {"speed": speed, "accuracy": accuracy, "compiling": compiling}


def parse_options():
    parser = argparse.ArgumentParser(prog="utils/bench.sh arithmetic",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--networks", nargs="+", choices=list(LAP_IMAGES),
                        default=list(LAP_IMAGES))
    parser.add_argument("--laps", type=int, default=25)
    return parser.parse_args()


def main():
    options = parse_options()
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for part in options.parts:
            for figure in PARTS[part](options, pathlib.Path(folder)):
                print(figure, flush=True)
                figures.append(figure)
    if options.json:
        options.json.write_text(json.dumps(
            [{**dataclasses.asdict(figure), "met": bool(figure.met)} for figure in figures],
            indent=2) + "\n")
    if not figures:
        sys.exit("nothing was measured; CRANIA_SHARED_DATA names the folder of the data")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CheckFailed as failure:
        sys.exit(f"error: {failure}")
